/** The stored API keys, with their roles, creators and last use; creates and deletes keys. */
import { useQueryClient } from "@tanstack/react-query"
import { Plus, Trash2 } from "lucide-react"
import { useState } from "react"
import { type Answer, api } from "../../api/Api.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { ListPage } from "../../components/page/ListPage.tsx"
import type { Column } from "../../components/table/DataTable.tsx"
import { Time } from "../../components/values/Time.tsx"
import { NewKeyDialog } from "./NewKeyDialog.tsx"

type ApiKey = Answer<"apiKeys", "list">["items"][number]

const queryKey = ["api-keys"]

export const ApiKeysPage = () => {
  const keys = usePages(queryKey, (query, signal) => api.apiKeys.list({ query }, signal))
  const [making, setMaking] = useState(false)
  const [deleting, setDeleting] = useState<ApiKey | undefined>(undefined)
  const create = (
    <button type="button" className="button primary" onClick={() => setMaking(true)}>
      <Plus className="icon" aria-hidden="true" />
      New key …
    </button>
  )
  return (
    <ListPage
      title="API keys"
      what="keys"
      about={
        <>
          Keys that were made here or over the API. Those of <code>SLUICE_API_KEYS</code> are in force beside them.
        </>
      }
      list={keys}
      columns={columnsOf(setDeleting)}
      rowKey={({ id }) => id}
      request={{ route: routes.apiKeys.list }}
      actions={create}
      none={{
        title: "No key is stored yet",
        advice: <p>From the first one on every request needs a key, so the first has to be an administrator's.</p>
      }}
    >
      {making && <NewKeyDialog isFirst={keys.items.length === 0} onClose={() => setMaking(false)} />}
      {deleting !== undefined && <DeleteKeyDialog apiKey={deleting} onClose={() => setDeleting(undefined)} />}
    </ListPage>
  )
}

const columnsOf = (remove: (key: ApiKey) => void): ReadonlyArray<Column<ApiKey>> => [
  {
    name: "Name",
    width: "minmax(120px, 1.2fr)",
    narrow: "first",
    cell: ({ id, name }) => <span title={id}>{name}</span>
  },
  { name: "Roles", width: "minmax(120px, 1fr)", narrow: "second", cell: ({ roles }) => roles.join(", ") },
  { name: "Made", width: "150px", cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    name: "Ends",
    width: "150px",
    narrow: "second",
    cell: ({ expiresAt }) => expiresAt === undefined ? "never ends" : <Time at={expiresAt} />
  },
  {
    name: "Last used",
    width: "150px",
    cell: ({ lastUsedAt }) => lastUsedAt === undefined ? "never" : <Time at={lastUsedAt} />
  },
  {
    name: "Actions",
    width: "110px",
    end: true,
    narrow: "end",
    cell: (key) => (
      <button
        type="button"
        className="button"
        aria-label={`Delete the key ${key.name}`}
        onClick={() => remove(key)}
      >
        <Trash2 className="icon" aria-hidden="true" />
        Delete …
      </button>
    )
  }
]

const DeleteKeyDialog = ({ apiKey, onClose }: { readonly apiKey: ApiKey; readonly onClose: () => void }) => {
  const queries = useQueryClient()
  const parts = { params: { id: apiKey.id } }
  return (
    <ConfirmDialog
      title={`Delete the key ${apiKey.name}`}
      description="Requests with this key are refused within a second. A deleted key cannot be restored."
      action="Delete the key"
      danger
      reason="none"
      request={() => ({ route: routes.apiKeys.remove, parts })}
      onConfirm={async () => {
        await api.apiKeys.remove(parts)
        toast("ok", `The key ${apiKey.name} is deleted`)
        await queries.invalidateQueries({ queryKey })
      }}
      onClose={onClose}
    />
  )
}
