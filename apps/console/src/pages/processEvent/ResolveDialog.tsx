/**
 * Settles a failed step by hand: a retry then goes on after it, with the output that is given here. A step that waits for
 * a callback is answered in the partner's place, and its run goes on.
 */
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
  /** The run waits for the partner's answer to the step's callback URL. */
  readonly isWaited: boolean
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

const words = (id: string, isWaited: boolean) =>
  isWaited
    ? {
      title: `Answer ${id} for the partner`,
      description:
        "Your answer is taken as the partner's, and the run goes on. A later answer of the partner is refused.",
      action: "Answer",
      label: "Body of the answer, JSON (optional)",
      blocked: "The body is not JSON.",
      done: `${id} is answered`,
      next: "The run goes on."
    }
    : {
      title: `Settle ${id} by hand`,
      description:
        "Marks the step as done by hand, for example at the partner. Nothing is sent. A retry goes on after it.",
      action: "Settle the step",
      label: "Output for later steps, JSON (optional)",
      blocked: "The output is not JSON.",
      done: `${id} is settled`,
      next: "Retry the run to go on after it."
    }

export const ResolveDialog = ({ event, step, isWaited, onClose }: ResolveProps) => {
  const { action, blocked, description, done, label, next, title } = words(step.id, isWaited)
  const queries = useQueryClient()
  const [text, setText] = useState("")
  const output = readOutput(text)
  const params = { id: event.id, stepId: step.id }
  const payload = (reason: string) => ({ ...output, reason })
  return (
    <ConfirmDialog
      title={title}
      description={description}
      action={action}
      reason="required"
      blocked={output === undefined ? blocked : undefined}
      request={(reason) => ({ route: routes.retries.resolve, parts: { params, payload: payload(reason) } })}
      onConfirm={async (reason) => {
        queries.setQueryData(eventKey(event.id), await api.retries.resolve({ params, payload: payload(reason) }))
        toast("ok", done, next)
      }}
      onClose={onClose}
    >
      <label className="field">
        <span>{label}</span>
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
