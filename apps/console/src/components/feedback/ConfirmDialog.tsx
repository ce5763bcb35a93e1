/**
 * Asks for confirmation, and for a reason that is recorded with the action, and shows the request as `curl`. Stays open
 * while the server works, and shows its refusal in place.
 */
import { type ReactNode, useState } from "react"
import type { Request } from "../../api/Curl.ts"
import { CopyCurl } from "./CopyCurl.tsx"
import { Dialog } from "./Dialog.tsx"
import { Failure } from "./Notice.tsx"

export interface ConfirmProps {
  readonly title: string
  /** The consequence of the action, in a sentence or two. */
  readonly description: ReactNode
  /** The label of the button, a verb: `Cancel the run`. */
  readonly action: string
  readonly danger?: boolean
  /** Sets whether the dialog asks for a reason; with `required` the button is disabled without one. */
  readonly reason?: "optional" | "required" | "none"
  /** The request that the button sends, for the copied `curl`. */
  readonly request?: (reason: string) => Request
  /** The reason why the action is not possible now; disables the button. */
  readonly blocked?: string | undefined
  /** Further fields of the dialog. */
  readonly children?: ReactNode
  readonly onConfirm: (reason: string) => Promise<unknown>
  readonly onClose: () => void
}

/** The longest reason that the API takes. */
const maxReason = 1000

export const ConfirmDialog = (props: ConfirmProps) => {
  const { title, description, action, danger = false, reason: asks = "optional", request, children, blocked } = props
  const [reason, setReason] = useState("")
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(undefined)
  const missing = blocked !== undefined || (asks === "required" && reason.trim() === "")
  const submit = async () => {
    if (busy || missing) return
    setBusy(true)
    setError(undefined)
    try {
      await props.onConfirm(reason.trim())
      props.onClose()
    } catch (refused) {
      setError(refused)
      setBusy(false)
    }
  }
  return (
    <Dialog title={title} description={description} onClose={props.onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit()
        }}
      >
        {blocked !== undefined && <p className="why tone-wait">{blocked}</p>}
        {children}
        {asks !== "none" && (
          <label className="field">
            <span>Reason{asks === "required" ? "" : " (optional)"}</span>
            <textarea
              className="input"
              value={reason}
              maxLength={maxReason}
              required={asks === "required"}
              placeholder="Stored with the record"
              onChange={(event) => setReason(event.target.value)}
            />
          </label>
        )}
        {error !== undefined && <Failure error={error} />}
        <div className="actions">
          {request !== undefined && <CopyCurl request={request(reason.trim())} />}
          <span className="grow" />
          <button type="button" className="button" onClick={props.onClose}>Back</button>
          <button type="submit" className={`button ${danger ? "danger" : "primary"}`} disabled={busy || missing}>
            {busy ? "Working …" : action}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
