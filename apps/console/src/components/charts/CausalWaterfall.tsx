/** Everything that happened to an order, in time: each entry under its cause, with a bar for how long it took. */
import { Link } from "@tanstack/react-router"
import { type ReactNode, useMemo } from "react"
import type { TimelineEntry } from "../../api/Documents.ts"
import { useNow } from "../../environment/Now.ts"
import { type CausalLine, causalWaterfall } from "../../waterfall/Causes.ts"
import { durationText } from "../values/Duration.tsx"
import { Time } from "../values/Time.tsx"
import { Ticks } from "./Ticks.tsx"

/** Deeper entries are indented no further. */
const deepest = 8

/** The page of what the entry tells of. */
const Subject = ({ entry, orderId, children }: {
  readonly entry: TimelineEntry
  readonly orderId: string
  readonly children: ReactNode
}) => {
  const { calloutId, deliveryId, id, processEventId, stepId, version } = entry
  if (deliveryId !== undefined) return <Link to="/deliveries/$id" params={{ id: deliveryId }}>{children}</Link>
  if (processEventId !== undefined) {
    return (
      <Link
        to="/process-events/$id"
        params={{ id: processEventId }}
        search={{
          ...(stepId !== undefined && { step: stepId }),
          ...(calloutId !== undefined && { callout: calloutId })
        }}
      >
        {children}
      </Link>
    )
  }
  if (version !== undefined) {
    return (
      <Link to="/orders/$id" params={{ id: orderId }} search={{ tab: "document", version: String(version) }}>
        {children}
      </Link>
    )
  }
  return id.startsWith("audit-") ? <Link to="/audit/$id" params={{ id }}>{children}</Link> : children
}

export interface CausalWaterfallProps {
  readonly orderId: string
  readonly entries: ReadonlyArray<TimelineEntry>
  /** Only this entry and what follows from it. */
  readonly root?: string | undefined
}

export const CausalWaterfall = ({ orderId, entries, root }: CausalWaterfallProps) => {
  const now = useNow(1000)
  const isOpen = entries.some(({ durationMs, kind }) => kind === "run" && durationMs === undefined)
  const { lines, spanMs } = useMemo(() => causalWaterfall(entries, now, root), [entries, root, isOpen ? now : 0])
  return (
    <table className="causes" aria-label="What happened, under its cause">
      <thead>
        <tr>
          <th>At</th>
          <th>What happened, under its cause</th>
          <th>
            <span className="visually-hidden">In time</span>
            <Ticks spanMs={spanMs} />
          </th>
          <th className="end">Took</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => <Line key={line.entry.id} line={line} orderId={orderId} />)}
      </tbody>
    </table>
  )
}

const Line = ({ line, orderId }: { readonly line: CausalLine; readonly orderId: string }) => {
  const { bar, depth, entry, isAsync, tone } = line
  return (
    <tr className={`tone-${tone} ${isAsync ? "async" : ""}`}>
      <td>
        <Time at={entry.at} />
      </td>
      <td className="what" style={{ paddingLeft: 12 + 16 * Math.min(deepest, depth) }}>
        <span className="dot" />
        {!entry.summary.startsWith(entry.kind) && <span className="muted">{entry.kind}{" "}</span>}
        <Subject entry={entry} orderId={orderId}>{entry.summary}</Subject>
      </td>
      <td className="track">
        <span
          className={`bar ${bar.open ? "open" : ""}`}
          style={{ left: `min(${bar.left}%, calc(100% - 3px))`, width: `${bar.width}%` }}
        />
      </td>
      <td className="end muted">{entry.durationMs === undefined ? "" : durationText(entry.durationMs)}</td>
    </tr>
  )
}
