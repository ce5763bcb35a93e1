/** One connector, and the health of its partner. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { api } from "../../../api/Api.ts"
import { Failure, Loading } from "../../../components/feedback/Notice.tsx"
import { HealthBadge } from "../../../components/values/PartnerValues.tsx"
import { SettingEditor } from "../editor/SettingEditor.tsx"
import { SettingHead } from "../editor/SettingHead.tsx"
import { memberText } from "../editor/SettingsList.tsx"
import { useStored } from "../editor/StoredSetting.ts"
import { UsedBy } from "../editor/UsedBy.tsx"
import { TestConnection } from "./TestConnection.tsx"

const route = getRouteApi("/connectors/$id")

const PartnerState = ({ url }: { readonly url: string }) => {
  const host = URL.parse(url)?.host
  const partners = useQuery({
    queryKey: ["partners"],
    queryFn: ({ signal }) => api.partners.list({ query: { limit: 200 } }, signal)
  })
  if (host === undefined) return null
  const partner = partners.data?.items.find((one) => one.host === host)
  return (
    <>
      <span>
        calls <Link className="break" to="/partners/$host" params={{ host }}>{host}</Link>
      </span>
      {partner !== undefined && <HealthBadge partner={partner} />}
      <Link to="/process-events" search={{ partner: host }}>runs that failed there</Link>
    </>
  )
}

export const ConnectorPage = () => {
  const { id } = route.useParams()
  const { stored, error, refresh, save } = useStored("connectors", id)
  if (stored === undefined) {
    return error === null ? <Loading what="the connector" /> : <Failure isPage error={error} retry={refresh} />
  }
  return (
    <>
      <SettingHead
        kind="connectors"
        id={id}
        stored={stored}
        actions={<TestConnection kind="connectors" id={id} address={memberText(stored["host"])} />}
      >
        <PartnerState url={String(stored["host"] ?? "")} />
        <UsedBy kind="connectors" stored={stored} />
      </SettingHead>
      <SettingEditor kind="connectors" id={id} stored={stored} save={save} refresh={refresh} />
    </>
  )
}
