/** Runs a pipeline over a stored order again, from its first step. */
import { useQuery } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { useState } from "react"
import { api } from "../../api/Api.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"

export const ReprocessDialog = ({ orderId, onClose }: { readonly orderId: string; readonly onClose: () => void }) => {
  const navigate = useNavigate()
  const [pipeline, setPipeline] = useState("")
  const pipelines = useQuery({
    queryKey: ["pipelines", "names"],
    queryFn: ({ signal }) => api.pipelines.list({ query: { limit: 200 } }, signal),
    staleTime: 30_000
  })
  const parts = { params: { id: orderId }, payload: pipeline === "" ? {} : { pipeline } }
  return (
    <ConfirmDialog
      title="Reprocess the order"
      description="A pipeline runs over the order as it is now, from the first step. Every callout is made again."
      action="Run it"
      reason="none"
      request={() => ({ route: routes.orders.process, parts })}
      onConfirm={async () => {
        const answer = await api.orders.process(parts)
        const id = "processEventId" in answer ? answer.processEventId : answer.processEvent.id
        toast("ok", "A new run has begun")
        await navigate({ to: "/process-events/$id", params: { id } })
      }}
      onClose={onClose}
    >
      <label className="field">
        <span>Pipeline</span>
        <select className="input" value={pipeline} onChange={(change) => setPipeline(change.target.value)}>
          <option value="">the one that matches</option>
          {pipelines.data?.items.map(({ name }) => (
            <option key={String(name)} value={String(name)}>{String(name)}</option>
          ))}
        </select>
      </label>
    </ConfirmDialog>
  )
}
