/** One auth provider. */
import { getRouteApi } from "@tanstack/react-router"
import type { StoredSettings } from "../../../api/Documents.ts"
import { Failure, Loading } from "../../../components/feedback/Notice.tsx"
import { SettingEditor } from "../editor/SettingEditor.tsx"
import { SettingHead } from "../editor/SettingHead.tsx"
import { memberText } from "../editor/SettingsList.tsx"
import { useStored } from "../editor/StoredSetting.ts"
import { UsedBy } from "../editor/UsedBy.tsx"
import { TestConnection } from "./TestConnection.tsx"

const route = getRouteApi("/auth-providers/$id")

/** The address that a test asks by itself: where a token is fetched, else the domain. */
const askedAddress = (stored: StoredSettings): string =>
  memberText(stored["tokenUrl"]) || `https://${memberText(stored["domain"])}/`

export const AuthProviderPage = () => {
  const { id } = route.useParams()
  const { stored, error, refresh, save } = useStored("authProviders", id)
  if (stored === undefined) {
    return error === null ? <Loading what="the auth provider" /> : <Failure isPage error={error} retry={refresh} />
  }
  return (
    <>
      <SettingHead
        kind="authProviders"
        id={id}
        stored={stored}
        actions={<TestConnection kind="authProviders" id={id} address={askedAddress(stored)} />}
      >
        <span>
          for <code className="break">{String(stored["domain"] ?? "")}</code> alone
        </span>
        <UsedBy kind="authProviders" stored={stored} />
      </SettingHead>
      <SettingEditor kind="authProviders" id={id} stored={stored} save={save} refresh={refresh} />
    </>
  )
}
