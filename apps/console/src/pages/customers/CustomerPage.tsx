/** A customer: its subscriptions with their entitlements, its orders, and the document. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { api } from "../../api/Api.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { CopyButton } from "../../components/feedback/CopyButton.tsx"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { ScrollX } from "../../components/table/ScrollX.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"

const route = getRouteApi("/customers/$id")

const Subscriptions = ({ customerId }: { readonly customerId: string }) => {
  const list = usePages(
    ["subscriptions", { customer: customerId }],
    (page, signal) => api.subscriptions.list({ query: { ...page, customerId } }, signal)
  )
  if (list.isPending) return <Loading what="the subscriptions" />
  if (list.error !== null) return <Failure error={list.error} retry={list.refresh} />
  if (list.items.length === 0) return <p className="body muted">The customer has none</p>
  return (
    <ScrollX label="Subscriptions">
      <table className="grid-table">
        <thead>
          <tr>
            <th>Status</th>
            <th>Subscription</th>
            <th>Entitlements</th>
            <th>Created</th>
          </tr>
        </thead>
        <tbody>
          {list.items.map((one) => (
            <tr key={one.id}>
              <td>
                <StateBadge state={one.status} />
              </td>
              <td>
                <Link to="/subscriptions/$id" params={{ id: one.id }}>
                  {typeof one["name"] === "string" ? one["name"] : one.id}
                </Link>
              </td>
              <td className="break">
                {one.entitlements.map(({ product, status }) =>
                  `${typeof product === "string" ? product : JSON.stringify(product)} ${status}`
                ).join(", ")}
              </td>
              <td>
                <Time at={one.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollX>
  )
}

export const CustomerPage = () => {
  const { id } = route.useParams()
  const { data, error, refetch } = useQuery({
    queryKey: ["customer", id],
    queryFn: ({ signal }) => api.customers.get({ params: { id } }, signal)
  })
  if (data === undefined) {
    return error === null ? <Loading what="the customer" /> : <Failure error={error} retry={() => void refetch()} />
  }
  const { customerEmail: email, customerName: name } = data
  return (
    <>
      <div className="page-head">
        <h1>{typeof name === "string" ? name : "Customer"}</h1>
        <div className="actions">
          <CopyCurl request={{ route: routes.customers.get, parts: { params: { id } } }} />
        </div>
        <div className="sub">
          <span className="row">
            <code className="break">{id}</code>
            <CopyButton what="the id" text={() => id} />
          </span>
          {typeof email === "string" && (
            <span>
              {email}: <Link to="/orders" search={{ q: email }}>its orders</Link>
            </span>
          )}
        </div>
      </div>
      <section className="card" aria-label="Subscriptions">
        <header>
          <h2>Subscriptions</h2>
        </header>
        <Subscriptions customerId={id} />
      </section>
      <section className="card" aria-label="Customer">
        <header>
          <h2>Document</h2>
          <span className="muted">as completed orders left it</span>
        </header>
        <JsonViewer value={data} label="the customer" />
      </section>
    </>
  )
}
