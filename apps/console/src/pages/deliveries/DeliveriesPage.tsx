/** All deliveries, newest first, narrowed by what the address says. */
import { getRouteApi, Link } from "@tanstack/react-router"
import { RefreshCw } from "lucide-react"
import { api } from "../../api/Api.ts"
import { deliveryStates, type DeliverySummary } from "../../api/Documents.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Empty, Failure, Loading } from "../../components/feedback/Notice.tsx"
import { type Column, DataTable } from "../../components/table/DataTable.tsx"
import { Filters, SelectFilter, TextFilter } from "../../components/table/Filters.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { defined } from "../../url/Defined.ts"
import type { DeliverySearch } from "../../url/Filters.ts"

const route = getRouteApi("/deliveries")

const columns: ReadonlyArray<Column<DeliverySummary>> = [
  {
    name: "State",
    width: "110px",
    narrow: "100px",

    cell: ({ state, reason }) => <StateBadge state={state} title={reason} />
  },
  {
    name: "Type",
    width: "minmax(130px, 1fr)",
    narrow: "minmax(0, 1fr)",

    cell: ({ id, type }) => <Link className="main-link" to="/deliveries/$id" params={{ id }}>{type}</Link>
  },
  {
    name: "To",
    width: "minmax(120px, 1.5fr)",
    cell: ({ endpointId, url }) => <span className="mono">{endpointId ?? url}</span>
  },
  {
    name: "Order",
    width: "minmax(110px, 1.2fr)",
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
  { name: "Made", width: "160px", narrow: "84px", cell: ({ createdAt }) => <Time at={createdAt} /> }
]

const queryOf = ({ endpoint, type, state, order }: DeliverySearch) =>
  defined({ endpointId: endpoint, type, orderId: order, state: deliveryStates.find((one) => one === state) })

export const DeliveriesPage = () => {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const list = usePages(
    ["deliveries", search],
    (page, signal) => api.deliveries.list({ query: { ...page, ...queryOf(search) } }, signal)
  )
  const set = (change: Partial<Record<keyof DeliverySearch, string | undefined>>) =>
    void navigate({ search: (before) => defined({ ...before, ...change }), replace: true })
  const active = Object.keys(search).length > 0
  const clear = () => void navigate({ search: {}, replace: true })
  return (
    <>
      <div className="page-head">
        <h1>Deliveries</h1>
        <div className="actions">
          <CopyCurl request={{ route: routes.deliveries.list, parts: { query: queryOf(search) } }} />
          <button type="button" className="button" onClick={list.refresh} disabled={list.refreshing}>
            <RefreshCw className="icon" aria-hidden="true" />
            Refresh
          </button>
        </div>
      </div>
      <Filters label="Narrow the deliveries" active={active} clear={clear}>
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
      </Filters>
      {list.isPending
        ? <Loading what="deliveries" />
        : list.error !== null
        ? <Failure error={list.error} retry={list.refresh} />
        : list.items.length === 0 && !list.hasMore
        ? (
          <Empty title={active ? "No delivery fits" : "Nothing has been sent yet"}>
            {active
              ? <button type="button" className="button" onClick={clear}>Show all deliveries</button>
              : <p>Make a webhook endpoint that subscribes to a type: what happens from then on is sent to it.</p>}
          </Empty>
        )
        : (
          <DataTable
            label="Deliveries"
            columns={columns}
            rows={list.items}
            rowKey={({ id }) => id}
            hasMore={list.hasMore}
            loadingMore={list.loadingMore}
            loadMore={list.loadMore}
          />
        )}
    </>
  )
}
