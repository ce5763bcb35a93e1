/** One order: its document at any version, its history, its runs and its webhooks. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { Play } from "lucide-react"
import { useState } from "react"
import { api } from "../../api/Api.ts"
import type { Order } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { OrderTimeline } from "../../components/charts/OrderTimeline.tsx"
import { Allowed } from "../../components/feedback/Allowed.tsx"
import { Loaded } from "../../components/feedback/Loaded.tsx"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { RecordPage } from "../../components/page/RecordPage.tsx"
import { DeliveryRows } from "../../components/table/DeliveryRows.tsx"
import { RunRows } from "../../components/table/RunRows.tsx"
import { shortId } from "../../components/values/ShortId.tsx"
import { Tabs } from "../../components/values/Tabs.tsx"
import { Time } from "../../components/values/Time.tsx"
import { useShortcuts } from "../../environment/Shortcuts.ts"
import { ReprocessDialog } from "../processEvent/ReprocessDialog.tsx"
import { OrderHistory } from "./OrderHistory.tsx"
import { WhyDialog } from "./WhyDialog.tsx"

const route = getRouteApi("/orders/$id")

const Document = ({ order }: { readonly order: Order }) => {
  const { version } = route.useSearch()
  const navigate = route.useNavigate()
  const wanted = Number(version ?? order.version)
  const old = useQuery({
    queryKey: ["order", order.id, "version", wanted],
    queryFn: ({ signal }) => api.orders.version({ params: { id: order.id, version: wanted } }, signal),
    enabled: wanted !== order.version,
    staleTime: Infinity
  })
  const shown = wanted === order.version ? order : old.data
  const [explained, setExplained] = useState<string | undefined>(undefined)
  return (
    <section className="card" aria-label="The order's document">
      <header>
        <label className="row">
          Version
          <select
            className="input"
            style={{ width: "auto" }}
            value={wanted}
            onChange={(change) =>
              void navigate({ search: (before) => ({ ...before, version: change.target.value }), replace: true })}
          >
            {Array.from({ length: Math.min(order.version, 500) }, (_, index) => order.version - index).map((n) => (
              <option key={n} value={n}>{n}{n === order.version ? " (newest)" : ""}</option>
            ))}
          </select>
        </label>
      </header>
      {shown === undefined
        ? old.error === null ? <Loading what="the version" /> : <Failure error={old.error} />
        : <JsonViewer value={shown} label="order" onExplain={setExplained} />}
      {explained !== undefined && (
        <WhyDialog
          orderId={order.id}
          path={explained}
          version={wanted}
          onClose={() => setExplained(undefined)}
        />
      )}
    </section>
  )
}

export const OrderPage = () => {
  const { id } = route.useParams()
  const query = useQuery({
    queryKey: ["order", id],
    queryFn: ({ signal }) => api.orders.get({ params: { id } }, signal),
    refetchInterval: 5000
  })
  return <Loaded isPage query={query} what="the order">{(order) => <OrderRecord order={order} />}</Loaded>
}

const OrderRecord = ({ order }: { readonly order: Order }) => {
  const { id } = order
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [reprocessing, setReprocessing] = useState(false)
  useShortcuts([{ keys: "p", label: "Run a pipeline over the order again", run: () => setReprocessing(true) }])
  const tabs = [
    { id: "document", label: "Document", panel: () => <Document order={order} /> },
    { id: "timeline", label: "Timeline", panel: () => <OrderTimeline orderId={id} /> },
    { id: "history", label: "History", panel: () => <OrderHistory id={id} /> },
    { id: "webhooks", label: "Webhooks", panel: () => <DeliveryRows orderId={id} /> }
  ]
  const externalId = order["externalId"]
  return (
    <RecordPage
      title="Order"
      tab={`${typeof externalId === "string" ? externalId : shortId(id)} · order`}
      id={id}
      badge={<span className="badge tone-idle">{order.status}</span>}
      request={{ route: routes.orders.get, parts: { params: { id } } }}
      actions={
        <Allowed role="operate">
          <button type="button" className="button" onClick={() => setReprocessing(true)}>
            <Play className="icon" aria-hidden="true" />
            Reprocess …
          </button>
        </Allowed>
      }
      facts={<OrderFacts order={order} />}
    >
      <h2>Runs over this order</h2>
      <RunRows orderId={id} />
      <Tabs
        label="What is known of this order"
        tabs={tabs}
        current={tabs.some((one) => one.id === search.tab) ? search.tab ?? "document" : "document"}
        onChange={(tab) =>
          void navigate({ search: (before) => ({ ...before, tab }), replace: true, resetScroll: false })}
      />
      {reprocessing && <ReprocessDialog orderId={id} onClose={() => setReprocessing(false)} />}
    </RecordPage>
  )
}

const OrderFacts = ({ order }: { readonly order: Order }) => {
  const { customerEmail: email, externalId } = order
  return (
    <>
      <span>{order.orderType}</span>
      {typeof externalId === "string" && (
        <span>
          external id <code>{externalId}</code>
        </span>
      )}
      {typeof email === "string" && (
        <Link className="break" to="/orders" search={{ q: email }} title="Orders that hold this address">{email}</Link>
      )}
      <span>
        version <span className="num">{order.version}</span>
      </span>
      <span>
        submitted <Time at={order.createdAt} />
      </span>
      <span>
        changed <Time at={order.updatedAt} />
      </span>
    </>
  )
}
