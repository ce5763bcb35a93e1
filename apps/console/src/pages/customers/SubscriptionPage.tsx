/** A subscription: its entitlements, its versions with the orders that made them, and the document. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { api } from "../../api/Api.ts"
import { routes } from "../../api/Routes.ts"
import { CopyButton } from "../../components/feedback/CopyButton.tsx"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { ScrollX } from "../../components/table/ScrollX.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { SubscriptionVersions } from "./SubscriptionVersions.tsx"

const route = getRouteApi("/subscriptions/$id")

/** The interval at which the page is brought up to date. */
const liveEveryMs = 5000

export const SubscriptionPage = () => {
  const { id } = route.useParams()
  const { data, error, refetch } = useQuery({
    queryKey: ["subscription", id],
    queryFn: ({ signal }) => api.subscriptions.get({ params: { id } }, signal),
    refetchInterval: liveEveryMs
  })
  if (data === undefined) {
    return error === null ? <Loading what="the subscription" /> : <Failure error={error} retry={() => void refetch()} />
  }
  return (
    <>
      <div className="page-head">
        <h1>{typeof data["name"] === "string" ? data["name"] : "Subscription"}</h1>
        <StateBadge state={data.status} />
        <div className="actions">
          <CopyCurl request={{ route: routes.subscriptions.get, parts: { params: { id } } }} />
        </div>
        <div className="sub">
          <span className="row">
            <code className="break">{id}</code>
            <CopyButton what="the id" text={() => id} />
          </span>
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
        </div>
      </div>
      <section className="card" aria-label="Entitlements">
        <header>
          <h2>Entitlements</h2>
        </header>
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
      </section>
      <section className="card" aria-label="Versions">
        <header>
          <h2>Versions</h2>
        </header>
        <SubscriptionVersions key={`${id} ${data.version}`} id={id} />
      </section>
      <section className="card" aria-label="Subscription">
        <header>
          <h2>Document</h2>
          <span className="muted">as it is now</span>
        </header>
        <JsonViewer value={data} label="the subscription" />
      </section>
    </>
  )
}
