/** A JSON document that can be folded, searched and copied; redacted secrets are marked as such. */
import { useVirtualizer } from "@tanstack/react-virtual"
import { ChevronDown, ChevronRight, ChevronUp } from "lucide-react"
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from "react"
import { around, type JsonLine, jsonLines, openDepth, pointerOf, search } from "../../json/JsonLines.ts"
import { CopyButton } from "../feedback/CopyButton.tsx"

const lineHeight = 20

const marked = (text: string, query: string): ReactNode => {
  const at = query === "" ? -1 : text.toLowerCase().indexOf(query.toLowerCase())
  return at < 0 ? text : (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + query.length)}</mark>
      {text.slice(at + query.length)}
    </>
  )
}

interface LineProps {
  readonly line: JsonLine
  readonly query: string
  readonly toggle: () => void
  /** Explains the member; absent if there is no explanation. */
  readonly explain?: (() => void) | undefined
}

const Line = ({ line, query, toggle, explain }: LineProps) => (
  <>
    <span aria-hidden="true">{"  ".repeat(line.depth)}</span>
    {line.fold === "none" ? <span className="fold" aria-hidden="true" /> : (
      <button
        type="button"
        className="fold"
        tabIndex={-1}
        aria-expanded={line.fold === "open"}
        aria-label={`${line.name ?? "document"} ${line.fold === "open" ? "fold" : "unfold"}`}
        onClick={toggle}
      >
        {line.fold === "open" ? "▾" : "▸"}
      </button>
    )}
    {line.name !== undefined && (
      <>
        <span className="name">{marked(line.name, query)}</span>
        <span className="punctuation">:{" "}</span>
      </>
    )}
    <Value line={line} query={query} explain={explain} />
  </>
)

/** The value of a line; a click on it explains it, where it can be explained. */
const Value = ({ line, query, explain }: Omit<LineProps, "toggle">) => {
  if (line.kind === "redacted") {
    return <span className="redacted" title="A secret: Sluice does not show it">[redacted]</span>
  }
  const isScalar = line.fold === "none" && line.kind !== "object" && line.kind !== "array"
  const text = <span className={isScalar ? line.kind : "punctuation"}>{marked(line.text, query)}</span>
  if (explain === undefined || line.name === undefined) return text
  const why = (
    <>
      <span className="why-mark" aria-hidden="true">why?</span>
      <span className="visually-hidden">Why {line.name} has this value</span>
    </>
  )
  return isScalar
    ? <button type="button" className="explained" onClick={explain}>{text} {why}</button>
    : (
      <>
        {text}
        <button type="button" className="explained" onClick={explain}>{why}</button>
      </>
    )
}

export interface JsonViewerProps {
  readonly value: unknown
  /** The accessible name: `request body`. */
  readonly label: string
  /** Offers an explanation of each member, by its JSON pointer. */
  readonly onExplain?: (pointer: string) => void
}

/** The lines of a document as they are folded at the moment, and where a search has found something. */
const useFolding = (value: unknown) => {
  const depth = useMemo(() => openDepth(value), [value])
  const [flipped, setFlipped] = useState<ReadonlySet<string>>(new Set())
  const [base, setBase] = useState<number | undefined>(undefined)
  const [query, setQuery] = useState("")
  const [current, setCurrent] = useState(0)
  const found = useMemo(() => search(value, query), [value, query])
  const unfolded = useMemo(() => new Set(found.slice(0, 2000).flatMap(around)), [found])
  const lines = useMemo(
    () =>
      jsonLines(
        value,
        (place, level) => unfolded.has(place) || (level < (base ?? depth)) !== flipped.has(place)
      ),
    [value, unfolded, base, depth, flipped]
  )
  return {
    current,
    found,
    lines,
    query,
    seek: (text: string) => {
      setQuery(text)
      setCurrent(0)
    },
    setCurrent,
    toggle: (place: string) => {
      const next = new Set(flipped)
      if (!next.delete(place)) next.add(place)
      setFlipped(next)
    },
    /** Opens `levels` levels of the document. */
    unfold: (levels: number) => {
      setBase(levels)
      setFlipped(new Set())
      setQuery("")
    }
  }
}

export const JsonViewer = ({ value, label, onExplain }: JsonViewerProps) => {
  const folding = useFolding(value)
  const { current, found, lines, query } = folding
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 20
  })
  const go = (by: number) => {
    if (found.length === 0) return
    const next = (current + by + found.length) % found.length
    folding.setCurrent(next)
    const index = lines.findIndex(({ place }) => place === found[next])
    if (index >= 0) virtual.scrollToIndex(index, { align: "center" })
  }
  if (typeof value === "string") return <TextBody text={value} label={label} />
  return (
    <div className="json">
      <Tools label={label} folding={folding} go={go} text={() => JSON.stringify(value, null, 2)} />
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div ref={scroller} className="lines" tabIndex={0} role="group" aria-label={label}>
        <div className="canvas" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const line = lines[index]
            return line === undefined ? null : (
              <div
                key={line.place}
                className={`line ${query !== "" && found[current] === line.place ? "current" : ""}`}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Line
                  line={line}
                  query={query}
                  toggle={() => folding.toggle(line.place)}
                  explain={onExplain === undefined ? undefined : () => onExplain(pointerOf(value, line.place))}
                />
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

interface ToolsProps {
  readonly label: string
  readonly folding: ReturnType<typeof useFolding>
  /** Moves on by `by` matches. */
  readonly go: (by: number) => void
  readonly text: () => string
}

const Tools = ({ folding: { current, found, query, seek, unfold }, go, label, text }: ToolsProps) => {
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return
    event.preventDefault()
    go(event.shiftKey ? -1 : 1)
  }
  return (
    <div className="tools">
      <input
        className="input"
        type="search"
        placeholder="Search"
        aria-label={`Search the ${label}`}
        value={query}
        onKeyDown={pressed}
        onChange={(event) => seek(event.target.value)}
      />
      {query !== "" && (
        <>
          <span className="muted num" role="status">
            {found.length === 0 ? "nothing" : `${current + 1} of ${found.length}`}
          </span>
          <button type="button" className="button quiet icon-only" aria-label="Previous match" onClick={() => go(-1)}>
            <ChevronUp className="icon" aria-hidden="true" />
          </button>
          <button type="button" className="button quiet icon-only" aria-label="Next match" onClick={() => go(1)}>
            <ChevronDown className="icon" aria-hidden="true" />
          </button>
        </>
      )}
      <span className="grow" />
      <button type="button" className="button quiet" onClick={() => unfold(1)}>
        <ChevronRight className="icon" aria-hidden="true" />
        Fold
      </button>
      <button type="button" className="button quiet" onClick={() => unfold(64)}>
        <ChevronDown className="icon" aria-hidden="true" />
        Unfold
      </button>
      <CopyButton what={label} text={text} />
    </div>
  )
}

/** A body that is no JSON. */
const TextBody = ({ text, label }: { readonly text: string; readonly label: string }) => (
  <div className="json">
    <div className="tools">
      <span className="muted">{text === "" ? "empty" : `text, ${text.length.toLocaleString("en")} characters`}</span>
      <span className="grow" />
      <CopyButton what={label} text={() => text} />
    </div>
    {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
    {text !== "" && <pre className="text" tabIndex={0} aria-label={label} role="group">{text}</pre>}
  </div>
)
