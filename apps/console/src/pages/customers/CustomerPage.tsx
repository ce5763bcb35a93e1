/** A customer: its subscriptions with their entitlements, its orders, and the document. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { type Answer, api } from "../../api/Api.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { Loaded } from "../../components/feedback/Loaded.tsx"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { RecordPage, Section } from "../../components/page/RecordPage.tsx"
import { ScrollX } from "../../components/table/ScrollX.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { CustomerActions } from "./CustomerActions.tsx"

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
  const query = useQuery({
    queryKey: ["customer", id],
    queryFn: ({ signal }) => api.customers.get({ params: { id } }, signal)
  })
  return (
    <Loaded isPage query={query} what="the customer">
      {(customer) => <CustomerRecord id={id} customer={customer} />}
    </Loaded>
  )
}

interface CustomerProps {
  readonly id: string
  readonly customer: Answer<"customers", "get">
}

const CustomerRecord = ({ id, customer }: CustomerProps) => {
  const { customerEmail: email, customerName: name } = customer
  return (
    <RecordPage
      title={typeof name === "string" ? name : "Customer"}
      id={id}
      request={{ route: routes.customers.get, parts: { params: { id } } }}
      actions={<CustomerActions id={id} />}
      facts={typeof email === "string" && (
        <span>
          {email}: <Link to="/orders" search={{ q: email }}>its orders</Link>
        </span>
      )}
    >
      <Section title="Subscriptions">
        <Subscriptions customerId={id} />
      </Section>
      <Section title="Document" note="as completed orders left it">
        <JsonViewer value={customer} label="the customer" />
      </Section>
    </RecordPage>
  )
}
