/** The webhooks of an order, newest first. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { api } from "../api/Api.ts"
import { Empty, Failure, Loading } from "./Notice.tsx"
import { ScrollX } from "./ScrollX.tsx"
import { StateBadge } from "./StateBadge.tsx"
import { Time } from "./Time.tsx"

/** While one is on its way, it is looked at again; in milliseconds. */
const liveEveryMs = 5000

export const DeliveryRows = ({ orderId, since }: { readonly orderId: string; readonly since?: string }) => {
  const query = useQuery({
    queryKey: ["deliveries", { orderId }],
    queryFn: ({ signal }) => api.deliveries.list({ query: { orderId, limit: 200 } }, signal),
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ state }) => state === "pending") === true ? liveEveryMs : false
  })
  if (query.data === undefined) {
    return query.error === null
      ? <Loading what="deliveries" />
      : <Failure error={query.error} retry={() => void query.refetch()} />
  }
  const rows = query.data.items.filter(({ createdAt }) => since === undefined || createdAt >= since)
  if (rows.length === 0) {
    return (
      <Empty title="No webhook followed">
        <p>
          Nobody had subscribed to what happened, or nothing is sent for it. Webhook endpoints say who is told of what.
        </p>
      </Empty>
    )
  }
  return (
    <ScrollX label="Deliveries">
      <table className="grid-table">
        <thead>
          <tr>
            <th>State</th>
            <th>Type</th>
            <th>To</th>
            <th className="end">Attempts</th>
            <th>Made</th>
            <th>Next attempt</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <tr key={one.id}>
              <td>
                <StateBadge state={one.state} title={one.reason} />
              </td>
              <td>
                <Link to="/deliveries/$id" params={{ id: one.id }}>{one.type}</Link>
              </td>
              <td className="mono break">{one.endpointId ?? one.url}</td>
              <td className="end">{one.attemptCount}</td>
              <td>
                <Time at={one.createdAt} />
              </td>
              <td>{one.blockedBy === undefined ? <Time at={one.nextAttemptAt} /> : "after an earlier one"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollX>
  )
}
