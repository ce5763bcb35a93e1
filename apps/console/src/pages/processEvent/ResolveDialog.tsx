/** Settles a failed step by hand: a retry then goes on after it, with the output that is given here. */
import { useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { api } from "../../api/Api.ts"
import type { ProcessEvent, Step } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { eventKey } from "./LiveEvent.ts"

interface ResolveProps {
  readonly event: ProcessEvent
  readonly step: Step
  readonly onClose: () => void
}

type Output = NonNullable<Step["output"]>

/** Parses the input: absent, JSON, or invalid. */
const readOutput = (text: string): { readonly output?: Output } | undefined => {
  if (text.trim() === "") return {}
  try {
    return { output: JSON.parse(text) as Output }
  } catch {
    return undefined
  }
}

export const ResolveDialog = ({ event, step, onClose }: ResolveProps) => {
  const queries = useQueryClient()
  const [text, setText] = useState("")
  const output = readOutput(text)
  const params = { id: event.id, stepId: step.id }
  const payload = (reason: string) => ({ ...output, reason })
  return (
    <ConfirmDialog
      title={`Settle ${step.id} by hand`}
      description="Marks the step as done by hand, for example at the partner. Nothing is sent. A retry goes on after it."
      action="Settle the step"
      reason="required"
      blocked={output === undefined ? "The output is not JSON." : undefined}
      request={(reason) => ({ route: routes.retries.resolve, parts: { params, payload: payload(reason) } })}
      onConfirm={async (reason) => {
        queries.setQueryData(eventKey(event.id), await api.retries.resolve({ params, payload: payload(reason) }))
        toast("ok", `${step.id} is settled`, "Retry the run to go on after it.")
      }}
      onClose={onClose}
    >
      <label className="field">
        <span>Output for later steps, JSON (optional)</span>
        <textarea
          className="input mono"
          value={text}
          spellCheck={false}
          placeholder={`{"accountId":"ACC-1"}`}
          onChange={(change) => setText(change.target.value)}
        />
      </label>
    </ConfirmDialog>
  )
}
