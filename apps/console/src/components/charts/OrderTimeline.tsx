/** The causal record of an order, or of one of its runs, kept up to date. */
import { api } from "../../api/Api.ts"
import { usePages } from "../../api/Pages.ts"
import { Failure, Loading } from "../feedback/Notice.tsx"
import { CausalWaterfall } from "./CausalWaterfall.tsx"

export interface OrderTimelineProps {
  readonly orderId: string
  /** The run whose record this is; absent: all of the order. */
  readonly runId?: string
}

export const OrderTimeline = ({ orderId, runId }: OrderTimelineProps) => {
  const timeline = usePages(
    ["order-timeline", orderId],
    (query, signal) => api.orders.timeline({ params: { id: orderId }, query }, signal)
  )
  if (timeline.isPending) return <Loading what="the timeline" />
  if (timeline.error !== null) return <Failure error={timeline.error} retry={timeline.refresh} />
  return (
    <section className="card" aria-label="Timeline">
      <CausalWaterfall orderId={orderId} entries={timeline.items} root={runId} />
      {timeline.hasMore && (
        <button type="button" className="button quiet" disabled={timeline.loadingMore} onClick={timeline.loadMore}>
          Show more
        </button>
      )}
    </section>
  )
}
