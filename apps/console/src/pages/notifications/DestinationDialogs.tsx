/** Adds a destination URL to a type of webhook, and removes one. */
import { useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { api, type Payload } from "../../api/Api.ts"
import type { StoredSettings } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { endpointAt, withoutType, withType } from "../../settings/Destinations.ts"
import { documentOf } from "../../settings/Kinds.ts"

/** The request that stores an endpoint with other types. */
const changed = (endpoint: StoredSettings, types: ReadonlyArray<string>) => ({
  params: { id: String(endpoint["id"]) },
  payload: { ...documentOf("webhookEndpoints", endpoint), types } as unknown as Payload<"webhookEndpoints", "put">,
  headers: { "if-match": `"${endpoint.version}"` }
})

const useChanged = () => {
  const queries = useQueryClient()
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ["settings", "webhookEndpoints"] }),
      queries.invalidateQueries({ queryKey: ["setting", "webhookEndpoints"] })
    ])
}

export interface AddDestinationProps {
  readonly type: string
  readonly endpoints: ReadonlyArray<StoredSettings>
  /** Called with the secret of a new endpoint, which cannot be read again. */
  readonly onSecret: (secret: string) => void
  readonly onClose: () => void
}

export const AddDestination = ({ type, endpoints, onSecret, onClose }: AddDestinationProps) => {
  const refresh = useChanged()
  const [url, setUrl] = useState("")
  const known = endpointAt(url, endpoints)
  const creation = { payload: { url: url.trim(), types: [type] } as Payload<"webhookEndpoints", "create"> }
  return (
    <ConfirmDialog
      title={`A destination for ${type}`}
      description={known === undefined
        ? "Every message of the type from now on is sent there, signed. A URL that is new here gets a secret of its own."
        : `The endpoint ${String(known["id"])} has this URL: it gets the type as well.`}
      action="Add the destination"
      reason="none"
      blocked={URL.canParse(url.trim())
        ? undefined
        : "Enter the destination URL, such as https://example.com/webhooks."}
      request={() =>
        known === undefined
          ? { route: routes.webhookEndpoints.create, parts: creation }
          : { route: routes.webhookEndpoints.put, parts: changed(known, withType(known, type)) }}
      onConfirm={async () => {
        const made = known === undefined
          ? await api.webhookEndpoints.create(creation)
          : await api.webhookEndpoints.put(changed(known, withType(known, type)))
        await refresh()
        toast("ok", `${type} is sent to ${url.trim()}`)
        if (known === undefined) onSecret(String(made["secret"]))
      }}
      onClose={onClose}
    >
      <label className="field">
        <span>Destination URL</span>
        <input
          className="input mono"
          type="url"
          value={url}
          list="destinations"
          autoComplete="off"
          spellCheck={false}
          placeholder="https://example.com/webhooks"
          onChange={({ target }) => setUrl(target.value)}
        />
        <datalist id="destinations">
          {endpoints.map((endpoint) => <option key={String(endpoint["id"])} value={String(endpoint["url"])} />)}
        </datalist>
      </label>
    </ConfirmDialog>
  )
}

export interface RemoveDestinationProps {
  readonly type: string
  readonly endpoint: StoredSettings
  readonly onClose: () => void
}

export const RemoveDestination = ({ type, endpoint, onClose }: RemoveDestinationProps) => {
  const refresh = useChanged()
  const id = String(endpoint["id"])
  const left = withoutType(endpoint, type)
  const parts = { params: { id }, headers: { "if-match": `"${endpoint.version}"` } }
  return (
    <ConfirmDialog
      title={`Stop sending ${type}`}
      description={left === undefined
        ? `It is the only type of the endpoint ${id}, which is deleted: what waits for it is cancelled.`
        : `The endpoint ${id} keeps its other types. What is on its way still goes out.`}
      action={left === undefined ? "Delete the endpoint" : "Remove the destination"}
      danger
      reason="none"
      request={() =>
        left === undefined
          ? { route: routes.webhookEndpoints.remove, parts }
          : { route: routes.webhookEndpoints.put, parts: changed(endpoint, left) }}
      onConfirm={async () => {
        await (left === undefined
          ? api.webhookEndpoints.remove(parts)
          : api.webhookEndpoints.put(changed(endpoint, left)))
        await refresh()
        toast("ok", `${type} is not sent to ${String(endpoint["url"])} any more`)
      }}
      onClose={onClose}
    />
  )
}
