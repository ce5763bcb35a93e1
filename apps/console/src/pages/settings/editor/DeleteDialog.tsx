/** Deletes a setting after confirmation. */
import { useQueryClient } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { api } from "../../../api/Api.ts"
import { routes } from "../../../api/Routes.ts"
import { ConfirmDialog } from "../../../components/feedback/ConfirmDialog.tsx"
import { toast } from "../../../components/feedback/Toasts.tsx"
import { type Kind, kinds } from "../../../settings/Kinds.ts"
import { settingKey } from "./StoredSetting.ts"

const consequences: Readonly<Record<Kind, string>> = {
  pipelines: "No order runs through it any more. It is refused while a run of it is open; runs on record stay.",
  connectors: "Workflow steps that name it fail from now on, without sending anything.",
  authProviders: "Requests to its host go without these credentials from now on.",
  webhookEndpoints: "Nothing more is sent to it, and what waits for it is cancelled."
}

export interface DeleteProps {
  readonly kind: Kind
  readonly id: string
  readonly version: number
  readonly onClose: () => void
}

export const DeleteDialog = ({ kind, id, version, onClose }: DeleteProps) => {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { noun, list } = kinds[kind]
  const parts = { params: { id }, headers: { "if-match": `"${version}"` } }
  return (
    <ConfirmDialog
      title={`Delete the ${noun} ${id}`}
      description={consequences[kind]}
      action="Delete it"
      danger
      reason="none"
      request={() => ({ route: routes[kind].remove, parts })}
      onConfirm={async () => {
        await api[kind].remove(parts)
        toast("ok", `The ${noun} ${id} is deleted`)
        await navigate({ to: list })
        queries.removeQueries({ queryKey: settingKey(kind, id) })
        await queries.invalidateQueries({ queryKey: ["settings", kind] })
      }}
      onClose={onClose}
    />
  )
}
