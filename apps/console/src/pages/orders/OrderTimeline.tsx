/** The causal record of an order: each entry indented under the one that it follows from. */
import { Link } from "@tanstack/react-router"
import type { ReactNode } from "react"
import { api } from "../../api/Api.ts"
import type { TimelineEntry } from "../../api/Documents.ts"
import { usePages } from "../../api/Pages.ts"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { ScrollX } from "../../components/table/ScrollX.tsx"
import { Time } from "../../components/values/Time.tsx"

/** Deeper entries are indented no further. */
const deepest = 8

/** The number of entries above each, by id. */
const depths = (entries: ReadonlyArray<TimelineEntry>): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  for (const { cause, id } of entries) found.set(id, cause === undefined ? 0 : (found.get(cause) ?? 0) + 1)
  return found
}

/** The page of what the entry tells of. */
const Subject = ({ entry, order, children }: {
  readonly entry: TimelineEntry
  readonly order: string
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
      <Link to="/orders/$id" params={{ id: order }} search={{ tab: "document", version: String(version) }}>
        {children}
      </Link>
    )
  }
  return id.startsWith("audit-") ? <Link to="/audit/$id" params={{ id }}>{children}</Link> : children
}

export const OrderTimeline = ({ id }: { readonly id: string }) => {
  const timeline = usePages(
    ["order-timeline", id],
    (query, signal) => api.orders.timeline({ params: { id }, query }, signal)
  )
  if (timeline.isPending) return <Loading what="the timeline" />
  if (timeline.error !== null) return <Failure error={timeline.error} retry={timeline.refresh} />
  const depth = depths(timeline.items)
  return (
    <ScrollX label="Timeline">
      <table className="grid-table">
        <thead>
          <tr>
            <th>At</th>
            <th>Kind</th>
            <th>What happened, under its cause</th>
          </tr>
        </thead>
        <tbody>
          {timeline.items.map((entry) => (
            <tr key={entry.id}>
              <td>
                <Time at={entry.at} />
              </td>
              <td className="nowrap">{entry.kind}</td>
              <td className="break">
                <span aria-hidden="true">{"\u2003".repeat(Math.min(deepest, depth.get(entry.id) ?? 0))}</span>
                <Subject entry={entry} order={id}>{entry.summary}</Subject>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {timeline.hasMore && (
        <button type="button" className="button quiet" disabled={timeline.loadingMore} onClick={timeline.loadMore}>
          Show more
        </button>
      )}
    </ScrollX>
  )
}
