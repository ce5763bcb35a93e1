/** One auth provider. */
import { getRouteApi } from "@tanstack/react-router"
import { Failure, Loading } from "../../../components/feedback/Notice.tsx"
import { SettingEditor } from "../editor/SettingEditor.tsx"
import { SettingHead } from "../editor/SettingHead.tsx"
import { useStored } from "../editor/StoredSetting.ts"
import { UsedBy } from "../editor/UsedBy.tsx"

const route = getRouteApi("/auth-providers/$id")

export const AuthProviderPage = () => {
  const { id } = route.useParams()
  const { stored, error, refresh, save } = useStored("authProviders", id)
  if (stored === undefined) {
    return error === null ? <Loading what="the auth provider" /> : <Failure error={error} retry={refresh} />
  }
  return (
    <>
      <SettingHead kind="authProviders" id={id} stored={stored}>
        <span>
          for <code className="break">{String(stored["domain"] ?? "")}</code> alone
        </span>
        <UsedBy kind="authProviders" stored={stored} />
      </SettingHead>
      <SettingEditor kind="authProviders" id={id} stored={stored} save={save} refresh={refresh} />
    </>
  )
}
