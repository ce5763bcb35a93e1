/** One webhook endpoint: its health, its deliveries, its settings, and replays. */
import { getRouteApi, Link } from "@tanstack/react-router"
import { Failure, Loading } from "../../../components/feedback/Notice.tsx"
import { EndpointBadge, isDisabled } from "../../../components/values/EndpointBadge.tsx"
import { Tabs } from "../../../components/values/Tabs.tsx"
import { Age } from "../../../components/values/Time.tsx"
import { defined } from "../../../url/Defined.ts"
import { SettingEditor } from "../editor/SettingEditor.tsx"
import { SettingHead } from "../editor/SettingHead.tsx"
import { memberText } from "../editor/SettingsList.tsx"
import { useStored } from "../editor/StoredSetting.ts"
import { EndpointActions } from "./EndpointActions.tsx"
import { EndpointDeliveries } from "./EndpointDeliveries.tsx"
import { ReplayPanel } from "./ReplayPanel.tsx"

const route = getRouteApi("/webhook-endpoints/$id")

export const WebhookEndpointPage = () => {
  const { id } = route.useParams()
  const { tab = "deliveries", replay } = route.useSearch()
  const navigate = route.useNavigate()
  const { stored, error, refresh, save, changed } = useStored("webhookEndpoints", id)
  const go = (change: Readonly<Record<string, string | undefined>>) =>
    void navigate({ search: (before) => defined({ ...before, ...change }), replace: true })
  if (stored === undefined) {
    return error === null ? <Loading what="the webhook endpoint" /> : <Failure isPage error={error} retry={refresh} />
  }
  const failing = stored["failingSince"]
  return (
    <>
      <SettingHead
        kind="webhookEndpoints"
        id={id}
        stored={stored}
        badge={<EndpointBadge endpoint={stored} />}
        actions={<EndpointActions id={id} stored={stored} save={save} changed={changed} />}
      >
        <code className="break">{memberText(stored["url"])}</code>
        <span>{memberText(stored["types"]) === "*" ? "all types" : memberText(stored["types"])}</span>
        <Link to="/deliveries" search={{ endpoint: id }}>all its deliveries</Link>
      </SettingHead>
      {isDisabled(stored) && (
        <p className="why tone-wait">
          It is disabled:{" "}
          {memberText(stored["disabledReason"]) || "in the settings"}. What comes is held. Enable it, and replay what
          was held.
        </p>
      )}
      {typeof failing === "string" && (
        <p className="why tone-bad">
          <span>
            No attempt has succeeded for <Age since={failing} />.
          </span>
        </p>
      )}
      <Tabs
        label="Webhook endpoint"
        current={tab}
        onChange={(tab) => go({ tab })}
        tabs={[
          { id: "deliveries", label: "Deliveries", panel: () => <EndpointDeliveries id={id} /> },
          {
            id: "replay",
            label: "Replay",
            panel: () => <ReplayPanel id={id} replayId={replay} follow={(replay) => go({ replay })} />
          },
          {
            id: "edit",
            label: "Edit",
            panel: () => <SettingEditor kind="webhookEndpoints" id={id} stored={stored} save={save} refresh={refresh} />
          }
        ]}
      />
    </>
  )
}
