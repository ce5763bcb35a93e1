/**
 * A list of any length: only the rows in sight are there, and the next page is fetched before the last row is reached.
 * One cell of each row is its link; arrows, `j` and `k`, Home and End walk from link to link.
 */
import { useVirtualizer } from "@tanstack/react-virtual"
import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useRef } from "react"
import { useNarrow } from "../../environment/Narrow.ts"

export interface Column<Row> {
  readonly name: string
  /** A CSS grid track: `120px`, `minmax(0, 1fr)`. */
  readonly width: string
  readonly cell: (row: Row) => ReactNode
  readonly end?: boolean
  /** Its track on narrow screens, where it is shown there at all. */
  readonly narrow?: string
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
  /** Content below the rows. */
  readonly footer?: ReactNode
}

/** Equal to `--row`. */
const rowHeight = 34
/** Rows before the end at which the next page is asked for. */
const ahead = 40

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 15, PageUp: -15 }

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, hasMore, loadingMore, loadMore, footer } = props
  const scroller = useRef<HTMLDivElement>(null)
  const narrow = useNarrow()
  const shown = narrow ? columns.filter((column) => column.narrow !== undefined) : columns
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => {
      const row = rows[index]
      return row === undefined ? index : rowKey(row)
    }
  })
  const items = virtual.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && !loadingMore && lastShown >= rows.length - ahead) loadMore()
  }, [hasMore, loadingMore, lastShown, rows.length, loadMore])

  // Where the keys have gone; the focus follows with the next frame, and further keys may come before it.
  const aim = useRef<number | undefined>(undefined)
  const focus = (index: number) => {
    const wanted = Math.min(Math.max(index, 0), rows.length - 1)
    aim.current = wanted
    virtual.scrollToIndex(wanted)
    requestAnimationFrame(() => {
      if (aim.current !== wanted) return
      aim.current = undefined
      scroller.current?.querySelector<HTMLElement>(`[data-index="${wanted}"] a`)?.focus({ preventScroll: true })
    })
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const focused = (event.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset["index"]
    const at = aim.current ?? Number(focused ?? -1)
    const step = steps[event.key]
    const wanted = step !== undefined
      ? at + step
      : event.key === "Home"
      ? 0
      : event.key === "End"
      ? rows.length - 1
      : undefined
    if (wanted === undefined) return
    event.preventDefault()
    focus(wanted)
  }

  const style = {
    "--columns": shown.map(({ width, narrow: track }) => narrow ? track ?? width : width).join(" ")
  } as CSSProperties
  return (
    <section className="card table" style={style} aria-label={label}>
      <div role="table" aria-label={label} aria-rowcount={hasMore ? -1 : rows.length + 1} className="table">
        <div role="rowgroup">
          <div role="row" className="head" aria-rowindex={1}>
            {shown.map(({ name, end }) => (
              <span key={name} role="columnheader" className={end === true ? "end" : ""}>{name}</span>
            ))}
          </div>
        </div>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
        <div ref={scroller} className="scroller" role="rowgroup" tabIndex={0} data-list onKeyDown={pressed}>
          <div role="presentation" style={{ height: virtual.getTotalSize(), position: "relative" }}>
            {items.map(({ index, key, start }) => {
              const row = rows[index]
              return row === undefined ? null : (
                <div
                  key={key}
                  role="row"
                  aria-rowindex={index + 2}
                  data-index={index}
                  className="body-row"
                  style={{ transform: `translateY(${start}px)` }}
                >
                  {shown.map(({ name, cell, end }) => (
                    <span key={name} role="cell" className={end === true ? "end" : ""}>{cell(row)}</span>
                  ))}
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
        {footer}
      </div>
    </section>
  )
}

/** Moves the focus into the list of the page, from a shortcut. */
export const focusList = (): void => {
  const list = document.querySelector<HTMLElement>("[data-list]")
  const first = list?.querySelector<HTMLElement>("[data-index] a") ?? list
  first?.focus()
}
