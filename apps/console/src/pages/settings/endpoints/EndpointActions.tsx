/** The actions on a webhook endpoint: send a test message, rotate the secret, disable and enable. */
import { useQueryClient } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { KeyRound, Power, Send } from "lucide-react"
import { useState } from "react"
import { api, type Payload } from "../../../api/Api.ts"
import type { StoredSettings } from "../../../api/Documents.ts"
import { routes } from "../../../api/Routes.ts"
import { Allowed } from "../../../components/feedback/Allowed.tsx"
import { ConfirmDialog } from "../../../components/feedback/ConfirmDialog.tsx"
import { SecretDialog } from "../../../components/feedback/SecretDialog.tsx"
import { toast } from "../../../components/feedback/Toasts.tsx"
import { isDisabled } from "../../../components/values/EndpointBadge.tsx"
import { documentOf } from "../../../settings/Kinds.ts"

export interface EndpointActionsProps {
  readonly id: string
  readonly stored: StoredSettings
  readonly save: (document: unknown, version: number) => Promise<StoredSettings>
  readonly changed: (stored?: StoredSettings) => Promise<void>
}

type Asked = "test" | "rotate" | "power" | undefined

export const EndpointActions = ({ id, stored, save, changed }: EndpointActionsProps) => {
  const [asked, setAsked] = useState<Asked>(undefined)
  const [secret, setSecret] = useState<string | undefined>(undefined)
  const [held, setHeld] = useState(0)
  const close = () => setAsked(undefined)
  return (
    <>
      <Allowed role="operate">
        <button type="button" className="button primary" onClick={() => setAsked("test")}>
          <Send className="icon" aria-hidden="true" />
          Send a test …
        </button>
      </Allowed>
      <Allowed role="admin">
        <button type="button" className="button" onClick={() => setAsked("rotate")}>
          <KeyRound className="icon" aria-hidden="true" />
          Rotate the secret …
        </button>
        <button type="button" className="button" onClick={() => setAsked("power")}>
          <Power className="icon" aria-hidden="true" />
          {isDisabled(stored) ? "Enable …" : "Disable …"}
        </button>
      </Allowed>
      {asked === "test" && <TestDialog id={id} onClose={close} />}
      {asked === "rotate" && <RotateDialog id={id} changed={changed} made={setSecret} onClose={close} />}
      {asked === "power" && <PowerDialog id={id} stored={stored} save={save} enabled={setHeld} onClose={close} />}
      {held > 0 && asked === undefined && <ReplayHeldDialog id={id} held={held} onClose={() => setHeld(0)} />}
      {secret !== undefined && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
    </>
  )
}

interface DialogProps {
  readonly id: string
  readonly onClose: () => void
}

const TestDialog = ({ id, onClose }: DialogProps) => {
  const queries = useQueryClient()
  const parts = { params: { id } }
  return (
    <ConfirmDialog
      title="Send a test message"
      description="A message of type test goes out now, signed like any other. How it went shows in the deliveries."
      action="Send it"
      reason="none"
      request={() => ({ route: routes.webhookEndpoints.test, parts })}
      onConfirm={async () => {
        await api.webhookEndpoints.test(parts)
        toast("ok", "The test is on its way", "Its delivery is the first in the list.")
        await queries.invalidateQueries({ queryKey: ["deliveries"] })
      }}
      onClose={onClose}
    />
  )
}

interface RotateProps extends DialogProps, Pick<EndpointActionsProps, "changed"> {
  /** Called with the new secret, which is shown once. */
  readonly made: (secret: string) => void
}

const RotateDialog = ({ changed, id, made, onClose }: RotateProps) => {
  const parts = { params: { id } }
  return (
    <ConfirmDialog
      title="Rotate the secret"
      description="A new secret is made and shown once. For 24 hours messages are signed with both."
      action="Make a new one"
      reason="none"
      request={() => ({ route: routes.webhookEndpoints.rotateSecret, parts })}
      onConfirm={async () => {
        const { secret, ...rest } = await api.webhookEndpoints.rotateSecret(parts)
        await changed({ ...rest, secret: "[redacted]" })
        made(String(secret))
      }}
      onClose={onClose}
    />
  )
}

interface PowerProps extends DialogProps, Pick<EndpointActionsProps, "save" | "stored"> {
  /** Called with the number of deliveries that were held until the endpoint was enabled. */
  readonly enabled: (held: number) => void
}

const PowerDialog = ({ enabled, id, onClose, save, stored }: PowerProps) => {
  const queries = useQueryClient()
  const disabled = isDisabled(stored)
  const payload = { ...documentOf("webhookEndpoints", stored), disabled: !disabled } as Payload<
    "webhookEndpoints",
    "put"
  >
  return (
    <ConfirmDialog
      title={disabled ? "Enable the endpoint" : "Disable the endpoint"}
      description={disabled
        ? "What happens from now on is sent to it. What was held stays held until it is replayed."
        : "What waits for it, and what comes, is held. It can be replayed once it is enabled again."}
      action={disabled ? "Enable it" : "Disable it"}
      danger={!disabled}
      reason="none"
      request={() => ({
        route: routes.webhookEndpoints.put,
        parts: { params: { id }, payload, headers: { "if-match": `"${stored.version}"` } }
      })}
      onConfirm={async () => {
        await save(payload, stored.version)
        toast("ok", disabled ? "The endpoint is enabled" : "The endpoint is disabled")
        await queries.invalidateQueries({ queryKey: ["deliveries"] })
        if (disabled) enabled((await heldFor(id)).items.length)
      }}
      onClose={onClose}
    />
  )
}

/** The most deliveries that are counted before a replay is offered. */
const mostCounted = 200

const heldFor = (endpointId: string) =>
  api.deliveries.list({ query: { endpointId, state: "held", limit: mostCounted } })

interface ReplayHeldProps {
  readonly id: string
  readonly held: number
  readonly onClose: () => void
}

/** Offers to send what was held while the endpoint was disabled. */
const ReplayHeldDialog = ({ id, held, onClose }: ReplayHeldProps) => {
  const navigate = useNavigate()
  const count = held === mostCounted ? `${held} or more` : String(held)
  const parts = {
    params: { id },
    payload: { since: "1970-01-01T00:00:00.000Z", states: ["held"] } satisfies Payload<"webhookEndpoints", "replay">
  }
  return (
    <ConfirmDialog
      title={`Replay ${count} held deliveries`}
      description="They came while the endpoint was disabled. A replay sends them now, under their old webhook-id."
      action={`Replay ${count} held deliveries`}
      reason="none"
      request={() => ({ route: routes.webhookEndpoints.replay, parts })}
      onConfirm={async () => {
        const replay = await api.webhookEndpoints.replay(parts)
        await navigate({ to: "/webhook-endpoints/$id", params: { id }, search: { tab: "replay", replay: replay.id } })
      }}
      onClose={onClose}
    />
  )
}
