/** Customers, newest first. */
import { Link } from "@tanstack/react-router"
import { type Answer, api } from "../../api/Api.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { ListPage } from "../../components/page/ListPage.tsx"
import type { Column } from "../../components/table/DataTable.tsx"
import { Time } from "../../components/values/Time.tsx"

type Customer = Answer<"customers", "list">["items"][number]

const text = (value: unknown): string => typeof value === "string" ? value : ""

const columns: ReadonlyArray<Column<Customer>> = [
  {
    name: "Customer",
    width: "minmax(150px, 1.2fr)",
    narrow: "first",
    cell: ({ id }) => <Link className="main-link mono" to="/customers/$id" params={{ id: text(id) }}>{text(id)}</Link>
  },
  { name: "Name", width: "minmax(120px, 1fr)", narrow: "second", cell: ({ customerName }) => text(customerName) },
  { name: "E-mail", width: "minmax(140px, 1.2fr)", narrow: "second", cell: ({ customerEmail }) => text(customerEmail) },
  { name: "Updated", width: "160px", narrow: "end", cell: ({ updatedAt }) => <Time at={text(updatedAt)} /> }
]

export const CustomersPage = () => (
  <ListPage
    title="Customers"
    what="customers"
    list={usePages(["customers"], (query, signal) => api.customers.list({ query }, signal))}
    columns={columns}
    rowKey={({ id }) => text(id)}
    request={{ route: routes.customers.list }}
    none={{
      title: "There are no customers yet",
      advice: <p>A completed NEW_ORDER creates the customer that it names.</p>
    }}
  />
)
