/** The actions on a partner: limit it, pause it, resume it, and close its circuit. */
import { useQueryClient } from "@tanstack/react-query"
import { Gauge, Pause, Play, ShieldCheck } from "lucide-react"
import { useState } from "react"
import { useAccess } from "../../api/Access.ts"
import { api, type Payload } from "../../api/Api.ts"
import type { Partner } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { useShortcuts } from "../../environment/Shortcuts.ts"

type Action = "limits" | "power" | "circuit"

export const PartnerActions = ({ partner }: { readonly partner: Partner }) => {
  const [action, setAction] = useState<Action | undefined>(undefined)
  const { may } = useAccess()
  const acts = may("operate")
  useShortcuts(
    acts
      ? [
        {
          keys: "p",
          label: partner.paused ? "Resume the partner" : "Pause the partner",
          run: () => setAction("power")
        },
        { keys: "m", label: "Limit the partner", run: () => setAction("limits") }
      ]
      : []
  )
  if (!acts) return null
  const close = () => setAction(undefined)
  return (
    <>
      {partner.state !== "closed" && (
        <button type="button" className="button" onClick={() => setAction("circuit")}>
          <ShieldCheck className="icon" aria-hidden="true" />
          Close circuit …
        </button>
      )}
      <button type="button" className="button" onClick={() => setAction("limits")}>
        <Gauge className="icon" aria-hidden="true" />
        Limits …
      </button>
      <button
        type="button"
        className={`button ${partner.paused ? "primary" : "danger"}`}
        onClick={() => setAction("power")}
      >
        {partner.paused
          ? <Play className="icon" aria-hidden="true" />
          : <Pause className="icon" aria-hidden="true" />}
        {partner.paused ? "Resume …" : "Pause …"}
      </button>
      {action === "limits" && <LimitsDialog partner={partner} onClose={close} />}
      {action === "power" && <PowerDialog partner={partner} onClose={close} />}
      {action === "circuit" && <CircuitDialog partner={partner} onClose={close} />}
    </>
  )
}

interface DialogProps {
  readonly partner: Partner
  readonly onClose: () => void
}

type Change = Payload<"partners", "put">

/** Shows what the server has stored. */
const useStored = (host: string) => {
  const queries = useQueryClient()
  return async (stored: Partner, done: string) => {
    queries.setQueryData(["partner", host], stored)
    toast("ok", done)
    await queries.invalidateQueries({ queryKey: ["partners"] })
  }
}

const PowerDialog = ({ partner: { host, paused, waiting }, onClose }: DialogProps) => {
  const stored = useStored(host)
  const parts = (reason: string) => ({
    params: { host },
    payload: { paused: !paused, reason: reason === "" ? null : reason } satisfies Change
  })
  return (
    <ConfirmDialog
      title={paused ? `Resume ${host}` : `Pause ${host}`}
      description={paused
        ? `${waiting} held runs go on, the oldest first, in growing batches.`
        : "Nothing is sent to it. Runs that reach it wait, its deliveries stay pending; a run's deadline goes on."}
      action={paused ? "Resume" : "Pause"}
      danger={!paused}
      reason={paused ? "optional" : "required"}
      request={(reason) => ({ route: routes.partners.put, parts: parts(reason) })}
      onConfirm={async (reason) =>
        stored(await api.partners.put(parts(reason)), paused ? `${host} is resumed` : `${host} is paused`)}
      onClose={onClose}
    />
  )
}

const CircuitDialog = ({ partner: { host }, onClose }: DialogProps) => {
  const stored = useStored(host)
  const parts = { params: { host } }
  return (
    <ConfirmDialog
      title={`Close the circuit of ${host}`}
      description="Runs on hold for it are released, a few at first. If it still does not answer, they are put on hold again."
      action="Close circuit"
      reason="none"
      request={() => ({ route: routes.partners.reset, parts })}
      onConfirm={async () => stored(await api.partners.reset(parts), `Circuit of ${host} closed`)}
      onClose={onClose}
    />
  )
}

/** A limit as it was typed; empty lifts it. */
const limitOf = (text: string): number | null => text.trim() === "" ? null : Number(text)

const LimitsDialog = ({ partner: { host, maxConcurrent, ratePerSecond }, onClose }: DialogProps) => {
  const stored = useStored(host)
  const [concurrent, setConcurrent] = useState(String(maxConcurrent ?? ""))
  const [rate, setRate] = useState(String(ratePerSecond ?? ""))
  const parts = (reason: string) => ({
    params: { host },
    payload: {
      maxConcurrent: limitOf(concurrent),
      ratePerSecond: limitOf(rate),
      ...(reason === "" ? {} : { reason })
    } satisfies Change
  })
  return (
    <ConfirmDialog
      title={`Limit ${host}`}
      description="In force within a second, over all processes. An empty field lifts the limit."
      action="Save"
      request={(reason) => ({ route: routes.partners.put, parts: parts(reason) })}
      onConfirm={async (reason) => stored(await api.partners.put(parts(reason)), `The limits of ${host} are saved`)}
      onClose={onClose}
    >
      <label className="field">
        <span>Requests at once, at most</span>
        <input
          className="input num"
          type="number"
          min={1}
          step={1}
          value={concurrent}
          onChange={({ target }) => setConcurrent(target.value)}
        />
      </label>
      <label className="field">
        <span>Requests a second, at most</span>
        <input
          className="input num"
          type="number"
          min={0.01}
          step="any"
          value={rate}
          onChange={({ target }) => setRate(target.value)}
        />
      </label>
    </ConfirmDialog>
  )
}
