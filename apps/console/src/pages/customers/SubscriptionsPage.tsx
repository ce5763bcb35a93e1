/** Subscriptions, newest first, filtered by the address. */
import { getRouteApi, Link } from "@tanstack/react-router"
import { RefreshCw } from "lucide-react"
import { type Answer, api } from "../../api/Api.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Empty, Failure, Loading } from "../../components/feedback/Notice.tsx"
import { type Column, DataTable } from "../../components/table/DataTable.tsx"
import { Filters, SelectFilter, TextFilter } from "../../components/table/Filters.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { defined } from "../../url/Defined.ts"
import type { SubscriptionSearch } from "../../url/Filters.ts"

const route = getRouteApi("/subscriptions")

type Subscription = Answer<"subscriptions", "list">["items"][number]

const columns: ReadonlyArray<Column<Subscription>> = [
  { name: "Status", width: "110px", narrow: "100px", cell: ({ status }) => <StateBadge state={status} /> },
  {
    name: "Subscription",
    width: "minmax(150px, 1.2fr)",
    narrow: "minmax(0, 1fr)",
    cell: ({ id, name }) => (
      <Link className="main-link" to="/subscriptions/$id" params={{ id }}>{typeof name === "string" ? name : id}</Link>
    )
  },
  {
    name: "Customer",
    width: "minmax(120px, 1fr)",
    cell: ({ customerId }) =>
      customerId === null
        ? ""
        : <Link className="mono" to="/customers/$id" params={{ id: customerId }}>{customerId}</Link>
  },
  {
    name: "Order",
    width: "minmax(110px, 1.2fr)",
    cell: ({ orderId }) => <Link className="mono" to="/orders/$id" params={{ id: orderId }}>{orderId}</Link>
  },
  {
    name: "Entitlements",
    width: "110px",
    end: true,
    cell: ({ entitlements }) => (
      <span className="num">
        {entitlements.filter(({ status }) => status === "Active").length} of {entitlements.length}
      </span>
    )
  },
  { name: "Version", width: "70px", end: true, cell: ({ version }) => <span className="num">{version}</span> },
  { name: "Created", width: "160px", narrow: "84px", cell: ({ createdAt }) => <Time at={createdAt} /> }
]

const statuses = ["active", "cancelled"] as const

const queryOf = ({ customer, order, status }: SubscriptionSearch) =>
  defined({ customerId: customer, orderId: order, status: statuses.find((one) => one === status) })

export const SubscriptionsPage = () => {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const list = usePages(
    ["subscriptions", search],
    (page, signal) => api.subscriptions.list({ query: { ...page, ...queryOf(search) } }, signal)
  )
  const set = (change: Partial<Record<keyof SubscriptionSearch, string | undefined>>) =>
    void navigate({ search: (before) => defined({ ...before, ...change }), replace: true })
  const active = Object.keys(search).length > 0
  const clear = () => void navigate({ search: {}, replace: true })
  return (
    <>
      <div className="page-head">
        <h1>Subscriptions</h1>
        <div className="actions">
          <CopyCurl request={{ route: routes.subscriptions.list, parts: { query: queryOf(search) } }} />
          <button type="button" className="button" onClick={list.refresh} disabled={list.refreshing}>
            <RefreshCw className="icon" aria-hidden="true" />
            Refresh
          </button>
        </div>
        <p className="sub">Created by completed orders, and changed by later ones that name them.</p>
      </div>
      <Filters label="Narrow the subscriptions" active={active} clear={clear}>
        <SelectFilter
          label="Status"
          value={search.status}
          options={statuses.map((status) => [status, status] as const)}
          onChange={(status) => set({ status })}
        />
        <TextFilter
          label="Customer"
          placeholder="its id"
          value={search.customer}
          onChange={(customer) => set({ customer })}
        />
        <TextFilter label="Order" placeholder="its id" value={search.order} onChange={(order) => set({ order })} />
      </Filters>
      {list.isPending
        ? <Loading what="subscriptions" />
        : list.error !== null
        ? <Failure error={list.error} retry={list.refresh} />
        : list.items.length === 0
        ? (
          <Empty title={active ? "No subscription fits" : "There are no subscriptions yet"}>
            {active
              ? <button type="button" className="button" onClick={clear}>Show all subscriptions</button>
              : <p>A completed NEW_ORDER creates one per item.</p>}
          </Empty>
        )
        : (
          <DataTable
            label="Subscriptions"
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
