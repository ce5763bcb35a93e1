/** The newest deliveries to an endpoint, kept up to date. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { api } from "../../../api/Api.ts"
import { deliveryStates } from "../../../api/Documents.ts"
import { Empty, Failure, Loading } from "../../../components/feedback/Notice.tsx"
import { DeliveryTable, type DeliveryTableProps } from "../../../components/table/DeliveryTable.tsx"
import { StateBadge } from "../../../components/values/StateBadge.tsx"

/** The number of deliveries that are shown, and the polling interval in milliseconds. */
const newest = 50
const everyMs = 3000

const order: DeliveryTableProps["distinct"] = { title: "Order", of: ({ orderId }) => orderId }

export const EndpointDeliveries = ({ id }: { readonly id: string }) => {
  const query = useQuery({
    queryKey: ["deliveries", { endpointId: id, limit: newest }],
    queryFn: ({ signal }) => api.deliveries.list({ query: { endpointId: id, limit: newest } }, signal),
    refetchInterval: everyMs
  })
  if (query.data === undefined) {
    return query.error === null
      ? <Loading what="deliveries" />
      : <Failure error={query.error} retry={() => void query.refetch()} />
  }
  const { items } = query.data
  if (items.length === 0) {
    return (
      <Empty title="Nothing was sent to it yet">
        <p>Send a test, or wait until something happens that it subscribes to.</p>
      </Empty>
    )
  }
  const counts = deliveryStates
    .map((state) => ({ state, count: items.filter((one) => one.state === state).length }))
    .filter(({ count }) => count > 0)
  return (
    <div className="stack">
      <p className="row wrap">
        <span className="muted">Of the newest {items.length}:</span>
        {counts.map(({ state, count }) => (
          <Link key={state} to="/deliveries" search={{ endpoint: id, state }} className="row">
            <span className="num">{count}</span>
            <StateBadge state={state} />
          </Link>
        ))}
      </p>
      <DeliveryTable items={items} distinct={order} />
    </div>
  )
}
