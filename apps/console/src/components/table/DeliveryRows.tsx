/** The webhooks of an order, newest first. */
import { useQuery } from "@tanstack/react-query"
import { api } from "../../api/Api.ts"
import { Empty, Failure, Loading } from "../feedback/Notice.tsx"
import { DeliveryTable, type DeliveryTableProps } from "./DeliveryTable.tsx"

/** While one is on its way, it is looked at again; in milliseconds. */
const liveEveryMs = 5000

const receiver: DeliveryTableProps["distinct"] = { title: "To", of: ({ endpointId, url }) => endpointId ?? url }

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
          No endpoint had subscribed to this event. Webhook endpoints define which events are sent where.
        </p>
      </Empty>
    )
  }
  return <DeliveryTable items={rows} distinct={receiver} />
}
