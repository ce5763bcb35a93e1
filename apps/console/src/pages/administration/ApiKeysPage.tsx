/** The stored API keys: who has one, what it may do, when it was last used; making one and deleting one. */
import { useQueryClient } from "@tanstack/react-query"
import { Plus, Trash2 } from "lucide-react"
import { useState } from "react"
import { type Answer, api } from "../../api/Api.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Empty, Failure, Loading } from "../../components/feedback/Notice.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { ScrollX } from "../../components/table/ScrollX.tsx"
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
    <>
      <div className="page-head">
        <h1>API keys</h1>
        <div className="actions">
          <CopyCurl request={{ route: routes.apiKeys.list }} />
          {create}
        </div>
        <p className="sub">
          Keys that were made here or over the API. Those of <code>SLUICE_API_KEYS</code> are in force beside them.
        </p>
      </div>
      {keys.isPending
        ? <Loading what="the keys" />
        : keys.error !== null
        ? <Failure error={keys.error} retry={keys.refresh} />
        : keys.items.length === 0
        ? (
          <Empty title="No key is stored yet">
            <p>From the first one on every request needs a key, so the first has to be an administrator's.</p>
            {create}
          </Empty>
        )
        : <KeyTable keys={keys.items} remove={setDeleting} />}
      {keys.hasMore && (
        <button type="button" className="button quiet" disabled={keys.loadingMore} onClick={keys.loadMore}>
          Show more
        </button>
      )}
      {making && <NewKeyDialog isFirst={keys.items.length === 0} onClose={() => setMaking(false)} />}
      {deleting !== undefined && <DeleteKeyDialog apiKey={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  )
}

interface KeyTableProps {
  readonly keys: ReadonlyArray<ApiKey>
  readonly remove: (key: ApiKey) => void
}

const KeyTable = ({ keys, remove }: KeyTableProps) => (
  <ScrollX label="API keys">
    <table className="grid-table">
      <thead>
        <tr>
          <th>Name</th>
          <th>Roles</th>
          <th>Made</th>
          <th>Ends</th>
          <th>Last used</th>
          <th>
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <td className="break" title={key.id}>{key.name}</td>
            <td className="nowrap">{key.roles.join(", ")}</td>
            <td className="nowrap">
              <Time at={key.createdAt} />
            </td>
            <td className="nowrap">{key.expiresAt === undefined ? "never" : <Time at={key.expiresAt} />}</td>
            <td className="nowrap">{key.lastUsedAt === undefined ? "never" : <Time at={key.lastUsedAt} />}</td>
            <td className="end">
              <button
                type="button"
                className="button"
                aria-label={`Delete the key ${key.name}`}
                onClick={() => remove(key)}
              >
                <Trash2 className="icon" aria-hidden="true" />
                Delete …
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollX>
)

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
