/** A subscription: its entitlements, its versions with the orders that made them, and the document. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { type Answer, api } from "../../api/Api.ts"
import { routes } from "../../api/Routes.ts"
import { Loaded } from "../../components/feedback/Loaded.tsx"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { RecordPage, Section } from "../../components/page/RecordPage.tsx"
import { ScrollX } from "../../components/table/ScrollX.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { SubscriptionVersions } from "./SubscriptionVersions.tsx"

const route = getRouteApi("/subscriptions/$id")

/** The interval at which the page is brought up to date. */
const liveEveryMs = 5000

export const SubscriptionPage = () => {
  const { id } = route.useParams()
  const query = useQuery({
    queryKey: ["subscription", id],
    queryFn: ({ signal }) => api.subscriptions.get({ params: { id } }, signal),
    refetchInterval: liveEveryMs
  })
  return <Loaded isPage query={query} what="the subscription">{(data) => <SubscriptionRecord data={data} />}</Loaded>
}

const SubscriptionRecord = ({ data }: { readonly data: Answer<"subscriptions", "get"> }) => {
  const { id } = data
  return (
    <RecordPage
      title={typeof data["name"] === "string" ? data["name"] : "Subscription"}
      id={id}
      badge={<StateBadge state={data.status} />}
      request={{ route: routes.subscriptions.get, parts: { params: { id } } }}
      facts={
        <>
          <span>version {data.version}</span>
          {data.customerId !== null && (
            <span>
              customer{" "}
              <Link className="mono break" to="/customers/$id" params={{ id: data.customerId }}>{data.customerId}</Link>
            </span>
          )}
          <span>
            order <Link className="mono break" to="/orders/$id" params={{ id: data.orderId }}>{data.orderId}</Link>
          </span>
          {data.parentSubscriptionId !== undefined && (
            <span>
              added to{" "}
              <Link className="mono break" to="/subscriptions/$id" params={{ id: data.parentSubscriptionId }}>
                {data.parentSubscriptionId}
              </Link>
            </span>
          )}
          <span>
            created <Time at={data.createdAt} />
          </span>
          {data.cancelledAt !== undefined && (
            <span>
              cancelled <Time at={data.cancelledAt} />
            </span>
          )}
        </>
      }
    >
      <Section title="Entitlements">
        {data.entitlements.length === 0 ?
          <p className="body muted">The offer names no products</p> :
          (
            <ScrollX label="Entitlements">
              <table className="grid-table">
                <thead>
                  <tr>
                    <th>Product</th>
                    <th>Status</th>
                  </tr>
                </thead>
                <tbody>
                  {data.entitlements.map((one) => (
                    <tr key={one.id}>
                      <td className="mono break">
                        {typeof one.product === "string" ? one.product : JSON.stringify(one.product)}
                      </td>
                      <td>{one.status}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </ScrollX>
          )}
      </Section>
      <Section title="Versions">
        <SubscriptionVersions key={`${id} ${data.version}`} id={id} />
      </Section>
      <Section title="Document" note="as it is now">
        <JsonViewer value={data} label="the subscription" />
      </Section>
    </RecordPage>
  )
}
