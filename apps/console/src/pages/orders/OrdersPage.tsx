/** All orders, newest first, narrowed by what the address says. */
import { Link } from "@tanstack/react-router"
import { api } from "../../api/Api.ts"
import { isProblem } from "../../api/ApiProblem.ts"
import type { ListedOrder } from "../../api/Documents.ts"
import { type Page, type PageQuery, usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { type ListFilters, useListFilters } from "../../components/page/ListFilters.ts"
import { ListPage } from "../../components/page/ListPage.tsx"
import type { Column } from "../../components/table/DataTable.tsx"
import { SelectFilter, TextFilter, TimeFilter } from "../../components/table/Filters.tsx"
import { RunBadge } from "../../components/values/RunBadge.tsx"
import { ShortId } from "../../components/values/ShortId.tsx"
import { Time } from "../../components/values/Time.tsx"
import { now } from "../../environment/Now.ts"
import { orderTypes } from "../../settings/OrderTypes.ts"
import { defined } from "../../url/Defined.ts"
import { isPartOfId, momentOf, type OrderSearch, soughtOf } from "../../url/Filters.ts"

const typeOptions = orderTypes.map((name) => [name, name] as const)

const text = (order: ListedOrder, name: string): string => {
  const value = order[name]
  return typeof value === "string" || typeof value === "number" ? String(value) : ""
}

const columns: ReadonlyArray<Column<ListedOrder>> = [
  {
    name: "Run",
    width: "140px",
    narrow: "first",
    cell: ({ lastRun }) =>
      lastRun === undefined ?
        "" :
        (
          <Link to="/process-events/$id" params={{ id: lastRun.processEventId }} title="The order's newest run">
            <RunBadge state={lastRun.state} settled={lastRun.settled} />
          </Link>
        )
  },
  {
    name: "Order",
    width: "minmax(150px, 2fr)",
    narrow: "first",
    cell: (order) => (
      <Link className="main-link" to="/orders/$id" params={{ id: order.id }}>
        <ShortId id={order.id} />
      </Link>
    )
  },
  {
    name: "External id",
    width: "minmax(90px, 1fr)",
    narrow: "second",
    cell: (order) => text(order, "externalId")
  },
  {
    name: "Customer",
    width: "minmax(120px, 1.2fr)",
    narrow: "second",
    cell: (order) => text(order, "customerEmail") || text(order, "customerName")
  },
  { name: "Type", width: "minmax(110px, 1fr)", narrow: "second", cell: ({ orderType }) => orderType },
  { name: "Status", width: "minmax(80px, 0.7fr)", narrow: "second", cell: ({ status }) => status },
  { name: "Version", width: "60px", end: true, cell: ({ version }) => <span className="num">{version}</span> },
  { name: "Submitted", width: "150px", narrow: "end", cell: ({ createdAt }) => <Time at={createdAt} /> }
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
const fetchOrders = async (search: OrderSearch, page: PageQuery, signal: AbortSignal): Promise<Page<ListedOrder>> => {
  const listed = await api.orders.list({ query: { ...page, ...defined(queryOf(search)) } }, signal)
  if (search.q === undefined || page.cursor !== undefined || search.q.includes("@")) return listed
  const own = await api.orders.get({ params: { id: search.q } }, signal).catch((error: unknown) => {
    if (isProblem(error) && error.status === 404) return undefined
    throw error
  })
  return own === undefined ? listed : { ...listed, items: [own, ...listed.items.filter(({ id }) => id !== own.id)] }
}

export const OrdersPage = () => {
  const { search, set, active, clear } = useListFilters<OrderSearch>()
  return (
    <ListPage
      title="Orders"
      what="orders"
      list={usePages(["orders", search], (page, signal) => fetchOrders(search, page, signal))}
      columns={columns}
      rowKey={({ id }) => id}
      request={{ route: routes.orders.list, parts: { query: queryOf(search) } }}
      filters={{ active, clear, fields: <Fields search={search} set={set} /> }}
      none={{
        title: "No orders yet",
        advice: (
          <p>
            Submit one: <code>POST /v1/orders</code>, for example with <code>{`{"orderType":"NEW_ORDER"}`}</code>. The
            {" "}
            <a href="/docs">API reference</a> has the rest.
          </p>
        )
      }}
      unmatched={{
        title: "No order fits",
        advice: <p>Search for a part of an id or of an external id, 4 characters or more, or for an e-mail address.</p>
      }}
    />
  )
}

const Fields = ({ search, set }: Pick<ListFilters<OrderSearch>, "search" | "set">) => (
  <>
    <TextFilter
      wide
      label="Search"
      placeholder="part of an id or external id, or e-mail address"
      value={search.q}
      onChange={(q) => set({ q })}
    />
    <SelectFilter
      label="Type"
      value={search.orderType}
      options={typeOptions}
      onChange={(orderType) => set({ orderType })}
    />
    <TextFilter
      label="Status"
      placeholder="New, Active …"
      value={search.status}
      onChange={(status) => set({ status })}
    />
    <TimeFilter after={search.after} before={search.before} onChange={set} />
  </>
)
