/** All orders, newest first, narrowed by what the address says. */
import { getRouteApi, Link } from "@tanstack/react-router"
import { RefreshCw } from "lucide-react"
import { api } from "../../api/Api.ts"
import { isProblem } from "../../api/ApiProblem.ts"
import type { Order } from "../../api/Documents.ts"
import { type Page, type PageQuery, usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Empty, Failure, Loading } from "../../components/feedback/Notice.tsx"
import { type Column, DataTable } from "../../components/table/DataTable.tsx"
import { Filters, SelectFilter, TextFilter, TimeFilter } from "../../components/table/Filters.tsx"
import { Time } from "../../components/values/Time.tsx"
import { now } from "../../environment/Now.ts"
import { defined } from "../../url/Defined.ts"
import { isPartOfId, momentOf, type OrderSearch, soughtOf } from "../../url/Filters.ts"

const route = getRouteApi("/orders")

const orderTypes = [
  "NEW_ORDER",
  "NEW_GIFT_ORDER",
  "CHANGED_DELIVERY_ADDRESS",
  "CHANGED_BILLING_ADDRESS",
  "CHANGE_PAYMENT_REQUEST",
  "CHANGE_OFFER",
  "ADD_OFFER",
  "CANCEL_REQUEST",
  "UPDATE_CUSTOMER",
  "UPDATE_SUBSCRIPTION",
  "REFUND",
  "REQUEST_RENEWAL",
  "DATA_CAPTURE"
].map((name) => [name, name] as const)

const text = (order: Order, name: string): string => {
  const value = order[name]
  return typeof value === "string" || typeof value === "number" ? String(value) : ""
}

const columns: ReadonlyArray<Column<Order>> = [
  {
    name: "Order",
    width: "minmax(150px, 2fr)",
    narrow: "minmax(0, 1fr)",

    cell: (order) => <Link className="main-link mono" to="/orders/$id" params={{ id: order.id }}>{order.id}</Link>
  },
  {
    name: "External id",
    width: "minmax(90px, 1fr)",
    cell: (order) => <span className="mono">{text(order, "externalId")}</span>
  },
  { name: "Type", width: "minmax(110px, 1fr)", cell: ({ orderType }) => orderType },
  { name: "Status", width: "minmax(80px, 0.7fr)", narrow: "90px", cell: ({ status }) => status },
  {
    name: "Customer",
    width: "minmax(120px, 1.2fr)",
    cell: (order) => text(order, "customerEmail") || text(order, "customerName")
  },
  { name: "Version", width: "60px", end: true, cell: ({ version }) => <span className="num">{version}</span> },
  { name: "Submitted", width: "160px", narrow: "84px", cell: ({ createdAt }) => <Time at={createdAt} /> }
]

/** Filters of the API, from those of the address. */
const queryOf = ({ q, orderType, status, after, before }: OrderSearch) => {
  const sought = q === undefined ? undefined : soughtOf(q)
  return {
    orderType,
    status,
    createdAfter: momentOf(after, now()),
    createdBefore: momentOf(before, now()),
    ...(sought === undefined
      ? {}
      : sought.kind === "email"
      ? { email: sought.email }
      : isPartOfId(q ?? "")
      ? { q }
      : { externalId: q })
  }
}

/** An order whose own id was searched for is listed before those with that external id. */
const fetchOrders = async (search: OrderSearch, page: PageQuery, signal: AbortSignal): Promise<Page<Order>> => {
  const listed = await api.orders.list({ query: { ...page, ...defined(queryOf(search)) } }, signal)
  if (search.q === undefined || page.cursor !== undefined || search.q.includes("@")) return listed
  const own = await api.orders.get({ params: { id: search.q } }, signal).catch((error: unknown) => {
    if (isProblem(error) && error.status === 404) return undefined
    throw error
  })
  return own === undefined ? listed : { ...listed, items: [own, ...listed.items.filter(({ id }) => id !== own.id)] }
}

export const OrdersPage = () => {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const orders = usePages(["orders", search], (page, signal) => fetchOrders(search, page, signal))
  const set = (change: Partial<Record<keyof OrderSearch, string | undefined>>) =>
    void navigate({ search: (before) => defined({ ...before, ...change }), replace: true })
  const active = Object.keys(search).length > 0
  return (
    <>
      <div className="page-head">
        <h1>Orders</h1>
        <div className="actions">
          <CopyCurl request={{ route: routes.orders.list, parts: { query: queryOf(search) } }} />
          <button type="button" className="button" onClick={orders.refresh} disabled={orders.refreshing}>
            <RefreshCw className="icon" aria-hidden="true" />
            Refresh
          </button>
        </div>
      </div>
      <Filters label="Narrow the orders" active={active} clear={() => void navigate({ search: {}, replace: true })}>
        <TextFilter
          wide
          label="Search"
          placeholder="id, external id, or e-mail address"
          value={search.q}
          onChange={(q) => set({ q })}
        />
        <SelectFilter
          label="Type"
          value={search.orderType}
          options={orderTypes}
          onChange={(orderType) => set({ orderType })}
        />
        <TextFilter
          label="Status"
          placeholder="New, Active …"
          value={search.status}
          onChange={(status) => set({ status })}
        />
        <TimeFilter after={search.after} before={search.before} onChange={set} />
      </Filters>
      {orders.isPending
        ? <Loading what="orders" />
        : orders.error !== null
        ? <Failure error={orders.error} retry={orders.refresh} />
        : orders.items.length === 0 && !orders.hasMore
        ? active
          ? (
            <Empty title="No order fits">
              <p>Ids and addresses are looked up as they are written, from the first character to the last.</p>
              <button type="button" className="button" onClick={() => void navigate({ search: {}, replace: true })}>
                Show all orders
              </button>
            </Empty>
          )
          : (
            <Empty title="No orders yet">
              <p>
                Submit one: <code>POST /v1/orders</code>, for example with{" "}
                <code>{`{"orderType":"NEW_ORDER"}`}</code>. The <a href="/docs">API reference</a> has the rest.
              </p>
            </Empty>
          )
        : (
          <DataTable
            label="Orders"
            columns={columns}
            rows={orders.items}
            rowKey={({ id }) => id}
            hasMore={orders.hasMore}
            loadingMore={orders.loadingMore}
            loadMore={orders.loadMore}
          />
        )}
    </>
  )
}
