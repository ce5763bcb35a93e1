/** All deliveries, newest first, narrowed by what the address says. */
import { Link } from "@tanstack/react-router"
import { api } from "../../api/Api.ts"
import { deliveryStates, type DeliverySummary } from "../../api/Documents.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { type ListFilters, useListFilters } from "../../components/page/ListFilters.ts"
import { ListPage } from "../../components/page/ListPage.tsx"
import type { Column } from "../../components/table/DataTable.tsx"
import { SelectFilter, TextFilter } from "../../components/table/Filters.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { defined } from "../../url/Defined.ts"
import type { DeliverySearch } from "../../url/Filters.ts"

const columns: ReadonlyArray<Column<DeliverySummary>> = [
  {
    name: "State",
    width: "110px",
    narrow: "first",
    cell: ({ reason, state, waitReason }) => <StateBadge state={state} title={reason ?? waitReason} />
  },
  {
    name: "Type",
    width: "minmax(130px, 1fr)",
    narrow: "first",
    cell: ({ id, type }) => <Link className="main-link" to="/deliveries/$id" params={{ id }}>{type}</Link>
  },
  {
    name: "To",
    width: "minmax(120px, 1.5fr)",
    narrow: "second",
    cell: ({ endpointId, url }) => <span className="mono">{endpointId ?? url}</span>
  },
  {
    name: "Order",
    width: "minmax(110px, 1.2fr)",
    narrow: "second",
    cell: ({ orderId }) =>
      orderId === undefined ? "" : <Link className="mono" to="/orders/$id" params={{ id: orderId }}>{orderId}</Link>
  },
  {
    name: "Attempts",
    width: "70px",
    end: true,
    cell: ({ attemptCount }) => <span className="num">{attemptCount}</span>
  },
  {
    name: "Next attempt",
    width: "160px",
    cell: ({ nextAttemptAt, blockedBy }) =>
      blockedBy === undefined ? <Time at={nextAttemptAt} /> : "after an earlier one"
  },
  { name: "Made", width: "160px", narrow: "end", cell: ({ createdAt }) => <Time at={createdAt} /> }
]

const queryOf = ({ endpoint, type, state, order }: DeliverySearch) =>
  defined({ endpointId: endpoint, type, orderId: order, state: deliveryStates.find((one) => one === state) })

export const DeliveriesPage = () => {
  const { search, set, active, clear } = useListFilters<DeliverySearch>()
  const list = usePages(
    ["deliveries", search],
    (page, signal) => api.deliveries.list({ query: { ...page, ...queryOf(search) } }, signal)
  )
  return (
    <ListPage
      title="Deliveries"
      what="deliveries"
      list={list}
      columns={columns}
      rowKey={({ id }) => id}
      request={{ route: routes.deliveries.list, parts: { query: queryOf(search) } }}
      filters={{ active, clear, fields: <Fields search={search} set={set} /> }}
      none={{
        title: "Nothing has been sent yet",
        advice: <p>Make a webhook endpoint that subscribes to a type: what happens from then on is sent to it.</p>
      }}
      unmatched={{ title: "No delivery fits" }}
    />
  )
}

const Fields = ({ search, set }: Pick<ListFilters<DeliverySearch>, "search" | "set">) => (
  <>
    <SelectFilter
      label="State"
      value={search.state}
      options={deliveryStates.map((state) => [state, state] as const)}
      onChange={(state) => set({ state })}
    />
    <TextFilter label="Type" placeholder="order.submitted" value={search.type} onChange={(type) => set({ type })} />
    <TextFilter
      label="Endpoint"
      placeholder="its id"
      value={search.endpoint}
      onChange={(endpoint) => set({ endpoint })}
    />
    <TextFilter label="Order" placeholder="its id" value={search.order} onChange={(order) => set({ order })} />
  </>
)
