/** The actions on a run: cancel it while it is open; retry it, or run the order again, when it has ended. */
import { useQueryClient } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { CircleStop, Play, RotateCcw } from "lucide-react"
import { useState } from "react"
import { useAccess } from "../../api/Access.ts"
import { api } from "../../api/Api.ts"
import { isFinal, type ProcessEvent } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { useShortcuts } from "../../environment/Shortcuts.ts"
import { eventKey } from "./LiveEvent.ts"
import { ReprocessDialog } from "./ReprocessDialog.tsx"
import { RetryDialog } from "./RetryDialog.tsx"

type Action = "cancel" | "retry" | "reprocess"

export const RunActions = ({ event }: { readonly event: ProcessEvent }) => {
  const [action, setAction] = useState<Action | undefined>(undefined)
  const ended = isFinal(event.state)
  const close = () => setAction(undefined)
  const { may } = useAccess()
  const acts = may("operate")
  useShortcuts(
    acts ?
      [
        ended
          ? { keys: "r", label: "Retry this run", run: () => setAction("retry") }
          : { keys: "c", label: "Cancel this run", run: () => setAction("cancel") },
        { keys: "p", label: "Run a pipeline over the order again", run: () => setAction("reprocess") }
      ] :
      []
  )
  return (
    <>
      {acts && <Buttons ended={ended} choose={setAction} />}
      {action === "cancel" && <CancelDialog event={event} onClose={close} />}
      {action === "retry" && <RetryDialog event={event} onClose={close} />}
      {action === "reprocess" && <ReprocessDialog orderId={event.orderId} onClose={close} />}
    </>
  )
}

const Buttons = ({ ended, choose }: { readonly ended: boolean; readonly choose: (action: Action) => void }) => (
  <>
    <button type="button" className="button" onClick={() => choose("reprocess")}>
      <Play className="icon" aria-hidden="true" />
      Reprocess …
    </button>
    {ended
      ? (
        <button type="button" className="button primary" onClick={() => choose("retry")}>
          <RotateCcw className="icon" aria-hidden="true" />
          Retry …
        </button>
      )
      : (
        <button type="button" className="button danger" onClick={() => choose("cancel")}>
          <CircleStop className="icon" aria-hidden="true" />
          Cancel …
        </button>
      )}
  </>
)

const CancelDialog = ({ event, onClose }: { readonly event: ProcessEvent; readonly onClose: () => void }) => {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [compensate, setCompensate] = useState(false)
  const params = { id: event.id }
  const payload = (reason: string) => ({
    ...(reason === "" ? {} : { reason }),
    ...(compensate ? { compensate } : {})
  })
  return (
    <ConfirmDialog
      title="Cancel this run"
      description="The call in flight is aborted and no later step starts. The order keeps its status."
      action="Cancel the run"
      danger
      request={(reason) => ({ route: routes.processEvents.cancel, parts: { params, payload: payload(reason) } })}
      onConfirm={async (reason) => {
        queries.setQueryData(eventKey(event.id), await api.processEvents.cancel({ params, payload: payload(reason) }))
        toast("ok", "The run is cancelled")
        await navigate({ to: "/process-events/$id", params })
      }}
      onClose={onClose}
    >
      <label className="row">
        <input type="checkbox" checked={compensate} onChange={(change) => setCompensate(change.target.checked)} />
        Undo what was completed, last first (the steps' <code>compensate</code> callouts)
      </label>
    </ConfirmDialog>
  )
}
