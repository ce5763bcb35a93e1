/** One delivery: its request and the answers to its attempts side by side, live while it is on its way. */
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { Send } from "lucide-react"
import { useState } from "react"
import { api } from "../../api/Api.ts"
import type { Delivery } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { Allowed } from "../../components/feedback/Allowed.tsx"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { Loaded } from "../../components/feedback/Loaded.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { RecordPage } from "../../components/page/RecordPage.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { DeliverySides } from "./DeliverySides.tsx"

const route = getRouteApi("/deliveries/$id")

/** While it is on its way, in milliseconds. */
const liveEveryMs = 1500

export const DeliveryPage = () => {
  const { id } = route.useParams()
  const query = useQuery({
    queryKey: ["delivery", id],
    queryFn: ({ signal }) => api.deliveries.get({ params: { id } }, signal),
    refetchInterval: ({ state }) => state.data?.state === "pending" ? liveEveryMs : false
  })
  return (
    <Loaded isPage query={query} what="the delivery">{(delivery) => <DeliveryRecord delivery={delivery} />}</Loaded>
  )
}

const DeliveryRecord = ({ delivery }: { readonly delivery: Delivery }) => {
  const [sending, setSending] = useState(false)
  const { id, state, type } = delivery
  return (
    <RecordPage
      title="Delivery"
      tab={`${state} · ${type} · delivery`}
      id={id}
      badge={
        <>
          <StateBadge state={state} />
          {state === "pending" && <span className="badge tone-busy" title="Kept up to date">live</span>}
        </>
      }
      request={{ route: routes.deliveries.get, parts: { params: { id } } }}
      actions={
        <Allowed role="operate">
          <button type="button" className="button primary" onClick={() => setSending(true)}>
            <Send className="icon" aria-hidden="true" />
            Redeliver …
          </button>
        </Allowed>
      }
      facts={<DeliveryFacts delivery={delivery} />}
    >
      <WhyItWaits delivery={delivery} />
      <DeliverySides delivery={delivery} />
      {sending && <RedeliverDialog id={id} onClose={() => setSending(false)} />}
    </RecordPage>
  )
}

const DeliveryFacts = ({ delivery }: { readonly delivery: Delivery }) => {
  const { cause, createdAt, endpointId, nextAttemptAt, orderId, type, url } = delivery
  return (
    <>
      <span>{type}</span>
      <span className="break">
        to {endpointId === null
          ? <code>{url}</code>
          : <Link className="mono" to="/webhook-endpoints/$id" params={{ id: endpointId }}>{endpointId}</Link>}
      </span>
      {orderId !== undefined && (
        <span>
          order <Link className="mono break" to="/orders/$id" params={{ id: orderId }}>{orderId}</Link>
        </span>
      )}
      {cause !== undefined && orderId !== undefined && (
        <span className="break">
          tells of{" "}
          <Link className="mono" to="/orders/$id" params={{ id: orderId }} search={{ tab: "timeline" }}>{cause}</Link>
        </span>
      )}
      <span>
        made <Time at={createdAt} />
      </span>
      {nextAttemptAt !== undefined && (
        <span>
          next attempt <Time at={nextAttemptAt} />
        </span>
      )}
    </>
  )
}

const WhyItWaits = ({ delivery: { blockedBy, reason, waitReason } }: { readonly delivery: Delivery }) => (
  <>
    {reason !== undefined && <p className="why tone-wait">{reason}</p>}
    {blockedBy !== undefined && (
      <p className="why tone-wait">
        <span>
          It waits for an earlier one of the same order:{" "}
          <Link className="mono" to="/deliveries/$id" params={{ id: blockedBy }}>{blockedBy}</Link>
        </span>
      </p>
    )}
    {blockedBy === undefined && waitReason !== undefined && <p className="why tone-wait">{waitReason}</p>}
  </>
)

const RedeliverDialog = ({ id, onClose }: { readonly id: string; readonly onClose: () => void }) => {
  const queries = useQueryClient()
  return (
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
      onClose={onClose}
    />
  )
}
