/** Pauses a pipeline, whose orders are then taken in and stay queued, and resumes it. */
import { Pause, Play } from "lucide-react"
import { useState } from "react"
import { api } from "../../../api/Api.ts"
import type { StoredSettings } from "../../../api/Documents.ts"
import { routes } from "../../../api/Routes.ts"
import { Allowed } from "../../../components/feedback/Allowed.tsx"
import { ConfirmDialog } from "../../../components/feedback/ConfirmDialog.tsx"
import { toast } from "../../../components/feedback/Toasts.tsx"
import { Time } from "../../../components/values/Time.tsx"

interface Paused {
  readonly at: string
  readonly reason: string
  readonly by: string
}

const pausedOf = (pipeline: StoredSettings): Paused | undefined => pipeline["paused"] as unknown as Paused | undefined

export const PausedBadge = ({ pipeline }: { readonly pipeline: StoredSettings }) => {
  const paused = pausedOf(pipeline)
  return paused === undefined ? null : <span className="badge tone-wait" title={paused.reason}>paused</span>
}

export const WhyPaused = ({ pipeline }: { readonly pipeline: StoredSettings }) => {
  const paused = pausedOf(pipeline)
  if (paused === undefined) return null
  return (
    <div className="why tone-wait">
      <span className="muted">
        Paused by {paused.by}, <Time at={paused.at} />
      </span>
      <span className="break">{paused.reason}</span>
      <span>Its orders are taken in and stay queued; what runs goes on.</span>
    </div>
  )
}

export interface PauseActionsProps {
  readonly id: string
  readonly stored: StoredSettings
  readonly changed: (stored?: StoredSettings) => Promise<void>
}

export const PauseActions = ({ id, stored, changed }: PauseActionsProps) => {
  const [asking, setAsking] = useState(false)
  const isPaused = pausedOf(stored) !== undefined
  const endpoint = isPaused ? "resume" : "pause"
  const parts = (reason: string) => ({ params: { id }, payload: { reason } })
  return (
    <Allowed role="operate">
      <button type="button" className={`button ${isPaused ? "primary" : ""}`} onClick={() => setAsking(true)}>
        {isPaused ? <Play className="icon" aria-hidden="true" /> : <Pause className="icon" aria-hidden="true" />}
        {isPaused ? "Resume …" : "Pause …"}
      </button>
      {asking && (
        <ConfirmDialog
          title={isPaused ? `Resume the pipeline ${id}` : `Pause the pipeline ${id}`}
          description={isPaused
            ? "Its queued runs start, the oldest first."
            : "Orders for it are taken in and stay queued. What runs goes on."}
          action={isPaused ? "Resume" : "Pause"}
          danger={!isPaused}
          reason="required"
          request={(reason) => ({ route: routes.pipelines[endpoint], parts: parts(reason) })}
          onConfirm={async (reason) => {
            await changed(await api.pipelines[endpoint](parts(reason)))
            toast("ok", isPaused ? `The pipeline ${id} is resumed` : `The pipeline ${id} is paused`)
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </Allowed>
  )
}
