/**
 * A list of any length: only visible rows are rendered, and the next page is loaded before the last row is reached. One
 * cell of each row is its link; the arrow keys, `j` and `k`, Home and End move the focus from link to link. On a wide
 * screen the rows scroll in a frame of their own; on a narrow one a row has two lines, and the page scrolls.
 */
import { useVirtualizer, useWindowVirtualizer, type VirtualItem } from "@tanstack/react-virtual"
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState
} from "react"
import { useNarrow } from "../../environment/Narrow.ts"

export interface Column<Row> {
  readonly name: string
  /** A CSS grid track: `120px`, `minmax(0, 1fr)`. */
  readonly width: string
  readonly cell: (row: Row) => ReactNode
  readonly end?: boolean
  /** The place on narrow screens: in the first line, at its end, or in the second. Absent: it is left out there. */
  readonly narrow?: "first" | "end" | "second"
}

export interface DataTableProps<Row> {
  readonly label: string
  readonly columns: ReadonlyArray<Column<Row>>
  readonly rows: ReadonlyArray<Row>
  readonly rowKey: (row: Row) => string
  /** True if more rows can be loaded, and are being loaded. */
  readonly hasMore: boolean
  readonly loadingMore: boolean
  readonly loadMore: () => void
}

/** The heights of a row, in pixels: `--row`, and `--row-narrow`. */
const wideHeight = 34
const narrowHeight = 56
/** Rows before the end at which the next page is asked for. */
const ahead = 40

/** The element of a row that the keys walk to: its link, where it has one. */
const target = ":is(a.main-link, :not(:has(a.main-link)) > [role=cell] button)"

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 15, PageUp: -15 }

/** The part of a virtualizer that the rows need, whether a frame scrolls or the page. */
interface Virtual {
  readonly items: ReadonlyArray<VirtualItem>
  readonly totalSize: number
  readonly offset: number
  readonly scrollTo: (index: number) => void
}

export function DataTable<Row>(props: DataTableProps<Row>) {
  return useNarrow() ? <PageRows {...props} /> : <FrameRows {...props} />
}

function FrameRows<Row>(props: DataTableProps<Row>) {
  const { columns, rows, rowKey } = props
  const frame = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => wideHeight,
    overscan: 12,
    getItemKey: (index) => keyAt(rows, rowKey, index)
  })
  return (
    <Table
      {...props}
      frame={frame}
      shown={columns}
      virtual={{
        items: virtual.getVirtualItems(),
        totalSize: virtual.getTotalSize(),
        offset: 0,
        scrollTo: (index) => virtual.scrollToIndex(index)
      }}
      cells={(row) => columns.map((column) => <Cell key={column.name} column={column} row={row} end={column.end} />)}
    />
  )
}

function PageRows<Row>(props: DataTableProps<Row>) {
  const { columns, rows, rowKey } = props
  const frame = useRef<HTMLDivElement>(null)
  const [offset, setOffset] = useState(0)
  // Filters above may take another line.
  useLayoutEffect(() => {
    const top = frame.current === null ? 0 : frame.current.getBoundingClientRect().top + scrollY
    setOffset((before) => Math.abs(before - top) < 1 ? before : top)
  })
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => narrowHeight,
    overscan: 12,
    scrollMargin: offset,
    getItemKey: (index) => keyAt(rows, rowKey, index)
  })
  const at = (place: Column<Row>["narrow"]) => columns.filter(({ narrow }) => narrow === place)
  const lines = [[...at("first"), ...at("end")], at("second")]
  return (
    <Table
      {...props}
      frame={frame}
      shown={lines.flat()}
      virtual={{
        items: virtual.getVirtualItems(),
        totalSize: virtual.getTotalSize(),
        offset,
        scrollTo: (index) => virtual.scrollToIndex(index)
      }}
      cells={(row) =>
        lines.map((line, index) => (
          <div key={index} role="presentation" className={index === 0 ? "first" : "second"}>
            {line.map((column) => <Cell key={column.name} column={column} row={row} end={column.narrow === "end"} />)}
          </div>
        ))}
    />
  )
}

function keyAt<Row>(rows: ReadonlyArray<Row>, rowKey: (row: Row) => string, index: number) {
  const row = rows[index]
  return row === undefined ? index : rowKey(row)
}

function Cell<Row>({ column, row, end }: {
  readonly column: Column<Row>
  readonly row: Row
  readonly end: boolean | undefined
}) {
  return <span role="cell" className={end === true ? "end" : ""}>{column.cell(row)}</span>
}

interface TableProps<Row> extends DataTableProps<Row> {
  readonly frame: RefObject<HTMLDivElement | null>
  readonly shown: ReadonlyArray<Column<Row>>
  readonly virtual: Virtual
  readonly cells: (row: Row) => ReactNode
}

function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, hasMore, loadingMore, loadMore, frame, shown, virtual, cells } = props
  const lastShown = virtual.items.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && !loadingMore && lastShown >= rows.length - ahead) loadMore()
  }, [hasMore, loadingMore, lastShown, rows.length, loadMore])
  const pressed = useWalk(frame, rows.length, virtual)
  const style = { "--columns": columns.map(({ width }) => width).join(" ") } as CSSProperties
  return (
    <div className="card table" style={style}>
      <div role="table" aria-label={label} aria-rowcount={hasMore ? -1 : rows.length + 1} className="table">
        <div role="rowgroup" className="heads">
          <div role="row" className="head" aria-rowindex={1}>
            {shown.map(({ name, end }) => (
              <span key={name} role="columnheader" className={end === true ? "end" : ""}>{name}</span>
            ))}
          </div>
        </div>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
        <div ref={frame} className="scroller" role="rowgroup" tabIndex={0} data-list onKeyDown={pressed}>
          <div role="presentation" style={{ height: virtual.totalSize, position: "relative" }}>
            {virtual.items.map(({ index, key, start }) => {
              const row = rows[index]
              return row === undefined ? null : (
                <div
                  key={key}
                  role="row"
                  aria-rowindex={index + 2}
                  data-index={index}
                  className="body-row"
                  style={{ transform: `translateY(${start - virtual.offset}px)` }}
                >
                  {cells(row)}
                </div>
              )
            })}
          </div>
        </div>
      </div>
      <div className="foot">
        <span className="num" role="status">
          {rows.length.toLocaleString("en")}
          {hasMore ? "+" : ""} {rows.length === 1 ? "row" : "rows"}
          {loadingMore ? ", loading more …" : hasMore ? "" : ", that is all"}
        </span>
      </div>
    </div>
  )
}

/** Walks from link to link by keys. The focus follows with the next frame, and further keys may come before it. */
const useWalk = (frame: RefObject<HTMLDivElement | null>, count: number, virtual: Virtual) => {
  const aim = useRef<number | undefined>(undefined)
  const focus = (index: number) => {
    const wanted = Math.min(Math.max(index, 0), count - 1)
    aim.current = wanted
    virtual.scrollTo(wanted)
    requestAnimationFrame(() => {
      if (aim.current !== wanted) return
      aim.current = undefined
      frame.current?.querySelector<HTMLElement>(`[data-index="${wanted}"] ${target}`)?.focus({ preventScroll: true })
    })
  }
  return (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const focused = (event.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset["index"]
    const at = aim.current ?? Number(focused ?? -1)
    const step = steps[event.key]
    const wanted = step !== undefined
      ? at + step
      : event.key === "Home"
      ? 0
      : event.key === "End"
      ? count - 1
      : undefined
    if (wanted === undefined) return
    event.preventDefault()
    focus(wanted)
  }
}

/** Moves the focus into the list of the page, from a shortcut. */
export const focusList = (): void => {
  const list = document.querySelector<HTMLElement>("[data-list]")
  const first = list?.querySelector<HTMLElement>(`[data-index] ${target}`) ?? list
  first?.focus()
}
