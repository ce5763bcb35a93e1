/** The newest deliveries to an endpoint, kept up to date. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { api } from "../../api/Api.ts"
import { deliveryStates } from "../../api/Documents.ts"
import { Empty, Failure, Loading } from "../../components/Notice.tsx"
import { StateBadge } from "../../components/StateBadge.tsx"
import { Time } from "../../components/Time.tsx"

/** How many are looked at, and how often; in milliseconds. */
const newest = 50
const everyMs = 3000

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
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className="card scroll-x" tabIndex={0} role="group" aria-label="Deliveries, a table">
        <table className="grid-table">
          <thead>
            <tr>
              <th>State</th>
              <th>Type</th>
              <th>Order</th>
              <th className="end">Attempts</th>
              <th>Made</th>
              <th>Next attempt</th>
            </tr>
          </thead>
          <tbody>
            {items.map((one) => (
              <tr key={one.id}>
                <td>
                  <StateBadge state={one.state} title={one.reason} />
                </td>
                <td>
                  <Link to="/deliveries/$id" params={{ id: one.id }}>{one.type}</Link>
                </td>
                <td className="mono">{one.orderId ?? "–"}</td>
                <td className="end">{one.attemptCount}</td>
                <td>
                  <Time at={one.createdAt} />
                </td>
                <td>{one.blockedBy === undefined ? <Time at={one.nextAttemptAt} /> : "after an earlier one"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
