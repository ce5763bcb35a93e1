/** The notifications: one row for each type of webhook, with the destination URLs that it is sent to. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { Plus, X } from "lucide-react"
import { useState } from "react"
import { type Answer, api } from "../../api/Api.ts"
import type { StoredSettings } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { Allowed } from "../../components/feedback/Allowed.tsx"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Loaded } from "../../components/feedback/Loaded.tsx"
import { SecretDialog } from "../../components/feedback/SecretDialog.tsx"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { usePageTitle } from "../../components/page/PageTitle.ts"
import { EndpointBadge } from "../../components/values/EndpointBadge.tsx"
import { destinationsOf, getsAll } from "../../settings/Destinations.ts"
import { AddDestination, RemoveDestination } from "./DestinationDialogs.tsx"

type EventType = Answer<"eventTypes", "list">["items"][number]

type Asked =
  | { readonly act: "add"; readonly type: string }
  | { readonly act: "remove"; readonly type: string; readonly endpoint: StoredSettings }

export const NotificationsPage = () => {
  usePageTitle("Notifications")
  const [asked, setAsked] = useState<Asked | undefined>(undefined)
  const [secret, setSecret] = useState<string | undefined>(undefined)
  const types = useQuery({
    queryKey: ["event-types"],
    queryFn: ({ signal }) => api.eventTypes.list({ query: { limit: 200 } }, signal),
    staleTime: Infinity
  })
  const endpoints = useQuery({
    queryKey: ["settings", "webhookEndpoints", "first page"],
    queryFn: ({ signal }) => api.webhookEndpoints.list({ query: { limit: 200 } }, signal),
    refetchInterval: 10_000
  })
  const close = () => setAsked(undefined)
  return (
    <>
      <div className="page-head">
        <h1>Notifications</h1>
        <div className="actions">
          <CopyCurl request={{ route: routes.eventTypes.list }} />
          <Link className="button" to="/webhook-endpoints">All endpoints</Link>
        </div>
        <p className="sub">
          Enter the destination URL for each webhook type. A URL that is used twice is one endpoint.
        </p>
      </div>
      <Loaded query={types} what="the types">
        {({ items }) => (
          <Loaded query={endpoints} what="the endpoints">
            {(stored) => (
              <>
                <ul className="notifications">
                  {items.map((type) => (
                    <TypeRow
                      key={type.type}
                      type={type}
                      destinations={destinationsOf(type.type, stored.items)}
                      ask={setAsked}
                    />
                  ))}
                </ul>
                {asked?.act === "add" && (
                  <AddDestination type={asked.type} endpoints={stored.items} onSecret={setSecret} onClose={close} />
                )}
                {asked?.act === "remove" && (
                  <RemoveDestination type={asked.type} endpoint={asked.endpoint} onClose={close} />
                )}
              </>
            )}
          </Loaded>
        )}
      </Loaded>
      {secret !== undefined && asked === undefined && (
        <SecretDialog
          secret={secret}
          onClose={() => setSecret(undefined)}
        />
      )}
    </>
  )
}

interface TypeRowProps {
  readonly type: EventType
  readonly destinations: ReadonlyArray<StoredSettings>
  readonly ask: (asked: Asked) => void
}

const TypeRow = ({ type: { description, example, type }, destinations, ask }: TypeRowProps) => (
  <li className="card notification" aria-label={type}>
    <div>
      <h2 className="mono">{type}</h2>
      <p className="muted">{description}</p>
      <Example type={type} example={example} />
    </div>
    <div className="stack">
      {destinations.length === 0 && <p className="muted">No destination: it is not sent.</p>}
      {destinations.map((endpoint) => (
        <div key={String(endpoint["id"])} className="row">
          <EndpointBadge endpoint={endpoint} />
          <Link className="mono break grow" to="/webhook-endpoints/$id" params={{ id: String(endpoint["id"]) }}>
            {String(endpoint["url"])}
          </Link>
          {getsAll(endpoint) ? <span className="muted nowrap">all types</span> : (
            <Allowed role="admin">
              <button
                type="button"
                className="button quiet icon-only"
                aria-label={`Remove ${String(endpoint["url"])} from ${type}`}
                onClick={() => ask({ act: "remove", type, endpoint })}
              >
                <X className="icon" aria-hidden="true" />
              </button>
            </Allowed>
          )}
        </div>
      ))}
      <Allowed role="admin">
        <button
          type="button"
          className="button"
          aria-label={`Add a destination for ${type}`}
          onClick={() =>
            ask({ act: "add", type })}
        >
          <Plus className="icon" aria-hidden="true" />
          Add a destination …
        </button>
      </Allowed>
    </div>
  </li>
)

const Example = ({ type, example }: Pick<EventType, "type" | "example">) => {
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="muted">An example of its body</summary>
      {open && <JsonViewer value={example} label={`example of ${type}`} />}
    </details>
  )
}
