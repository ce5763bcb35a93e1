/** Continues a run that has ended in a new process event, which reuses the records before its first step. */
import { useNavigate } from "@tanstack/react-router"
import { useState } from "react"
import { api } from "../../api/Api.ts"
import type { ProcessEvent } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"

interface RetryProps {
  readonly event: ProcessEvent
  /** The first step of the retry; absent: where the run stopped. */
  readonly from?: string
  readonly onClose: () => void
}

export const RetryDialog = ({ event, from: given = "", onClose }: RetryProps) => {
  const navigate = useNavigate()
  const steps = event.steps.filter(({ phase }) => phase === "steps")
  const failed = steps.find(({ state }) => state === "failed")
  const [from, setFrom] = useState(given)
  const [pipeline, setPipeline] = useState("original")
  const [newKey, setNewKey] = useState(false)
  const params = { id: event.id }
  const payload = (reason: string) => ({
    ...(from === "" ? {} : { from }),
    ...(pipeline === "current" ? { pipeline: "current" as const } : {}),
    ...(reason === "" ? {} : { reason }),
    ...(newKey ? { newKey } : {})
  })
  return (
    <ConfirmDialog
      title="Retry this run"
      description="A new process event goes on where this one stopped. This one stays as it is."
      action="Retry"
      request={(reason) => ({ route: routes.retries.retry, parts: { params, payload: payload(reason) } })}
      onConfirm={async (reason) => {
        const answer = await api.retries.retry({ params, payload: payload(reason) })
        const id = "processEventId" in answer ? answer.processEventId : answer.processEvent.id
        toast("ok", "The retry has begun")
        await navigate({ to: "/process-events/$id", params: { id } })
      }}
      onClose={onClose}
    >
      <label className="field">
        <span>Begin at</span>
        <select className="input" value={from} onChange={(change) => setFrom(change.target.value)}>
          <option value="">where it stopped{failed === undefined ? "" : ` (${failed.id})`}</option>
          {steps.map(({ id, state }) => <option key={id} value={id}>{id} ({state})</option>)}
        </select>
      </label>
      <label className="field">
        <span>Pipeline</span>
        <select className="input" value={pipeline} onChange={(change) => setPipeline(change.target.value)}>
          <option value="original">the version of this run ({event.pipeline.name} v{event.pipeline.version})</option>
          <option value="current">the newest version</option>
        </select>
      </label>
      <label className="row">
        <input type="checkbox" checked={newKey} onChange={(change) => setNewKey(change.target.checked)} />
        New Idempotency-Key, although the outcome of the last request is unknown
      </label>
    </ConfirmDialog>
  )
}
