/** The actions on an issue: acknowledge it, resolve it, and retry its runs together. */
import { useQueryClient } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { Check, Eye, RotateCcw } from "lucide-react"
import { useState } from "react"
import { useAccess } from "../../api/Access.ts"
import { api } from "../../api/Api.ts"
import type { Issue } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { useShortcuts } from "../../environment/Shortcuts.ts"

type Action = "acknowledge" | "resolve" | "retry"

const words = {
  acknowledge: {
    title: "Acknowledge the issue",
    description: "Its runs count as settled. Further failures of the kind do not reopen it.",
    action: "Acknowledge",
    done: "The issue is acknowledged"
  },
  resolve: {
    title: "Resolve the issue",
    description: "Its runs count as settled. A further failure of the kind reopens it.",
    action: "Resolve",
    done: "The issue is resolved"
  },
  retry: {
    title: "Retry its runs",
    description:
      "Every run of the issue that was neither retried with success nor resolved by hand is retried, oldest first, as a job.",
    action: "Retry them",
    done: "The retries have begun"
  }
} as const

export const IssueActions = ({ issue }: { readonly issue: Issue }) => {
  const [action, setAction] = useState<Action | undefined>(undefined)
  const { may } = useAccess()
  const acts = may("operate")
  useShortcuts(
    acts
      ? [
        { keys: "r", label: "Retry the issue's runs", run: () => setAction("retry") },
        { keys: "a", label: "Acknowledge the issue", run: () => setAction("acknowledge") },
        { keys: "e", label: "Resolve the issue", run: () => setAction("resolve") }
      ]
      : []
  )
  if (!acts) return null
  return (
    <>
      {issue.state === "open" && (
        <button type="button" className="button" onClick={() => setAction("acknowledge")}>
          <Eye className="icon" aria-hidden="true" />
          Acknowledge …
        </button>
      )}
      {issue.state !== "resolved" && (
        <button type="button" className="button" onClick={() => setAction("resolve")}>
          <Check className="icon" aria-hidden="true" />
          Resolve …
        </button>
      )}
      <button type="button" className="button primary" onClick={() => setAction("retry")}>
        <RotateCcw className="icon" aria-hidden="true" />
        Retry its runs …
      </button>
      {action !== undefined && <ActionDialog issue={issue} action={action} onClose={() => setAction(undefined)} />}
    </>
  )
}

interface ActionProps {
  readonly issue: Issue
  readonly action: Action
  readonly onClose: () => void
}

const ActionDialog = ({ issue, action, onClose }: ActionProps) => {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { title, description, action: label, done } = words[action]
  const parts = (reason: string) => ({ params: { id: issue.id }, payload: reason === "" ? {} : { reason } })
  return (
    <ConfirmDialog
      title={title}
      description={description}
      action={label}
      request={(reason) => ({ route: routes.issues[action], parts: parts(reason) })}
      onConfirm={async (reason) => {
        if (action === "retry") {
          const { id } = await api.issues.retry(parts(reason))
          toast("ok", done)
          return navigate({ to: "/jobs/$id", params: { id } })
        }
        queries.setQueryData(["issue", issue.id], await api.issues[action](parts(reason)))
        toast("ok", done)
        await queries.invalidateQueries({ queryKey: ["issues"] })
      }}
      onClose={onClose}
    />
  )
}
