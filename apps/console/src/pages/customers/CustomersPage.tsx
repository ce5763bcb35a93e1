/** Customers, newest first. */
import { Link } from "@tanstack/react-router"
import { RefreshCw } from "lucide-react"
import { type Answer, api } from "../../api/Api.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Empty, Failure, Loading } from "../../components/feedback/Notice.tsx"
import { type Column, DataTable } from "../../components/table/DataTable.tsx"
import { Time } from "../../components/values/Time.tsx"

type Customer = Answer<"customers", "list">["items"][number]

const text = (value: unknown): string => typeof value === "string" ? value : ""

const columns: ReadonlyArray<Column<Customer>> = [
  {
    name: "Customer",
    width: "minmax(150px, 1.2fr)",
    narrow: "minmax(0, 1fr)",
    cell: ({ id }) => <Link className="main-link mono" to="/customers/$id" params={{ id: text(id) }}>{text(id)}</Link>
  },
  { name: "Name", width: "minmax(120px, 1fr)", cell: ({ customerName }) => text(customerName) },
  { name: "E-mail", width: "minmax(140px, 1.2fr)", cell: ({ customerEmail }) => text(customerEmail) },
  { name: "Updated", width: "160px", narrow: "84px", cell: ({ updatedAt }) => <Time at={text(updatedAt)} /> }
]

export const CustomersPage = () => {
  const list = usePages(["customers"], (query, signal) => api.customers.list({ query }, signal))
  return (
    <>
      <div className="page-head">
        <h1>Customers</h1>
        <div className="actions">
          <CopyCurl request={{ route: routes.customers.list, parts: {} }} />
          <button type="button" className="button" onClick={list.refresh} disabled={list.refreshing}>
            <RefreshCw className="icon" aria-hidden="true" />
            Refresh
          </button>
        </div>
      </div>
      {list.isPending
        ? <Loading what="customers" />
        : list.error !== null
        ? <Failure error={list.error} retry={list.refresh} />
        : list.items.length === 0
        ? (
          <Empty title="There are no customers yet">
            <p>A completed NEW_ORDER creates the customer that it names.</p>
          </Empty>
        )
        : (
          <DataTable
            label="Customers"
            columns={columns}
            rows={list.items}
            rowKey={({ id }) => text(id)}
            hasMore={list.hasMore}
            loadingMore={list.loadingMore}
            loadMore={list.loadMore}
          />
        )}
    </>
  )
}
