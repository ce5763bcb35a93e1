/** Subscriptions, newest first, filtered by the address. */
import { Link } from "@tanstack/react-router"
import { type Answer, api } from "../../api/Api.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { useListFilters } from "../../components/page/ListFilters.ts"
import { ListPage } from "../../components/page/ListPage.tsx"
import type { Column } from "../../components/table/DataTable.tsx"
import { SelectFilter, TextFilter } from "../../components/table/Filters.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { defined } from "../../url/Defined.ts"
import type { SubscriptionSearch } from "../../url/Filters.ts"

type Subscription = Answer<"subscriptions", "list">["items"][number]

const columns: ReadonlyArray<Column<Subscription>> = [
  { name: "Status", width: "110px", narrow: "first", cell: ({ status }) => <StateBadge state={status} /> },
  {
    name: "Subscription",
    width: "minmax(150px, 1.2fr)",
    narrow: "first",
    cell: ({ id, name }) => (
      <Link className="main-link" to="/subscriptions/$id" params={{ id }}>{typeof name === "string" ? name : id}</Link>
    )
  },
  {
    name: "Customer",
    width: "minmax(120px, 1fr)",
    narrow: "second",
    cell: ({ customerId }) =>
      customerId === null
        ? ""
        : <Link className="mono" to="/customers/$id" params={{ id: customerId }}>{customerId}</Link>
  },
  {
    name: "Order",
    width: "minmax(110px, 1.2fr)",
    narrow: "second",
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
  { name: "Created", width: "160px", narrow: "end", cell: ({ createdAt }) => <Time at={createdAt} /> }
]

const statuses = ["active", "cancelled"] as const

const queryOf = ({ customer, order, status }: SubscriptionSearch) =>
  defined({ customerId: customer, orderId: order, status: statuses.find((one) => one === status) })

export const SubscriptionsPage = () => {
  const { search, set, active, clear } = useListFilters<SubscriptionSearch>()
  const list = usePages(
    ["subscriptions", search],
    (page, signal) => api.subscriptions.list({ query: { ...page, ...queryOf(search) } }, signal)
  )
  return (
    <ListPage
      title="Subscriptions"
      what="subscriptions"
      about="Created by completed orders, and changed by later ones that name them."
      list={list}
      columns={columns}
      rowKey={({ id }) => id}
      request={{ route: routes.subscriptions.list, parts: { query: queryOf(search) } }}
      filters={{
        active,
        clear,
        fields: (
          <>
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
          </>
        )
      }}
      none={{ title: "There are no subscriptions yet", advice: <p>A completed NEW_ORDER creates one per item.</p> }}
      unmatched={{ title: "No subscription fits" }}
    />
  )
}
