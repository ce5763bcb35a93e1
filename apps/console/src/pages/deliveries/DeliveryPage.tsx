/** One delivery with its attempts; it can be sent again. */
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { Send } from "lucide-react"
import { useState } from "react"
import { api } from "../../api/Api.ts"
import { routes } from "../../api/Routes.ts"
import { Allowed } from "../../components/feedback/Allowed.tsx"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { CopyButton } from "../../components/feedback/CopyButton.tsx"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Empty, Failure, Loading } from "../../components/feedback/Notice.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { Duration } from "../../components/values/Duration.tsx"
import { HeaderList } from "../../components/values/HeaderList.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"

const route = getRouteApi("/deliveries/$id")

export const DeliveryPage = () => {
  const { id } = route.useParams()
  const queries = useQueryClient()
  const [sending, setSending] = useState(false)
  const query = useQuery({
    queryKey: ["delivery", id],
    queryFn: ({ signal }) => api.deliveries.get({ params: { id } }, signal),
    refetchInterval: ({ state }) => state.data?.state === "pending" ? 2000 : false
  })
  const delivery = query.data
  if (delivery === undefined) {
    return query.error === null
      ? <Loading what="the delivery" />
      : <Failure error={query.error} retry={() => void query.refetch()} />
  }
  return (
    <>
      <div className="page-head">
        <h1>Delivery</h1>
        <StateBadge state={delivery.state} />
        <div className="actions">
          <CopyCurl request={{ route: routes.deliveries.get, parts: { params: { id } } }} />
          <Allowed role="operate">
            <button type="button" className="button primary" onClick={() => setSending(true)}>
              <Send className="icon" aria-hidden="true" />
              Redeliver …
            </button>
          </Allowed>
        </div>
        <div className="sub">
          <span className="row">
            <code className="break">{id}</code>
            <CopyButton what="the id" text={() => id} />
          </span>
          <span>{delivery.type}</span>
          <span className="break">
            to <code>{delivery.endpointId ?? delivery.url}</code>
          </span>
          {delivery.orderId !== undefined && (
            <span>
              order{" "}
              <Link className="mono break" to="/orders/$id" params={{ id: delivery.orderId }}>{delivery.orderId}</Link>
            </span>
          )}
          {delivery.cause !== undefined && (
            <span className="break">
              tells of <code>{delivery.cause}</code>
            </span>
          )}
          <span>
            made <Time at={delivery.createdAt} />
          </span>
          {delivery.nextAttemptAt !== undefined && (
            <span>
              next attempt <Time at={delivery.nextAttemptAt} />
            </span>
          )}
        </div>
      </div>
      {delivery.reason !== undefined && <p className="why tone-wait">{delivery.reason}</p>}
      {delivery.blockedBy !== undefined && (
        <p className="why tone-wait">
          <span>
            It waits for an earlier one of the same order:{" "}
            <Link className="mono" to="/deliveries/$id" params={{ id: delivery.blockedBy }}>{delivery.blockedBy}</Link>
          </span>
        </p>
      )}
      {delivery.blockedBy === undefined && delivery.waitReason !== undefined && (
        <p className="why tone-wait">{delivery.waitReason}</p>
      )}
      {delivery.request !== undefined && (
        <section className="card" aria-label="Request">
          <header>
            <h2>Request</h2>
            <span className="muted">
              {delivery.attempts.length === 0 ? "as it will be sent" : "as the last attempt sent it"}
            </span>
          </header>
          <p className="body">
            POST <code className="break">{delivery.request.url}</code>
          </p>
          <HeaderList headers={delivery.request.headers} />
          <JsonViewer value={delivery.request.body} label="body of the request" />
        </section>
      )}
      {delivery.attempts.length === 0 && <Empty title="It has not been attempted yet" />}
      {delivery.attempts.toReversed().map((attempt) => (
        <section key={attempt.number} className="card" aria-label={`Attempt ${attempt.number}`}>
          <header>
            <h2>Attempt {attempt.number}</h2>
            <span className={`badge tone-${attempt.error === undefined ? "ok" : "bad"}`}>
              {attempt.status ?? attempt.error?.code ?? "no answer"}
            </span>
            <span className="muted">
              <Time at={attempt.startedAt} />, <Duration ms={attempt.durationMs} />
            </span>
          </header>
          {attempt.error !== undefined && <p className="body">{attempt.error.message}</p>}
          {attempt.response !== undefined && attempt.response.body !== "" && (
            <>
              {attempt.response.bodyBase64 !== undefined && (
                <p className="why tone-warn">Not text: the bytes are shown in base64</p>
              )}
              <JsonViewer
                value={attempt.response.bodyBase64 ?? attempt.response.body}
                label={`answer to attempt ${attempt.number}`}
              />
            </>
          )}
        </section>
      ))}
      {sending && (
        <ConfirmDialog
          title="Send it again"
          description="The same message goes out now, under the same webhook-id, outside the order of the others."
          action="Send it"
          reason="none"
          request={() => ({ route: routes.deliveries.redeliver, parts: { params: { id } } })}
          onConfirm={async () => {
            queries.setQueryData(["delivery", id], await api.deliveries.redeliver({ params: { id } }))
            toast("ok", "It is on its way again")
          }}
          onClose={() => setSending(false)}
        />
      )}
    </>
  )
}
