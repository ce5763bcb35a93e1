/** Acts on all runs that a filter finds, as a job that can be watched: counts them first, then retries, cancels or settles. */
import { useQuery } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { useState } from "react"
import { api } from "../../api/Api.ts"
import { isFinal, type JobFilter, outcomes, type RunState, runStates } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { now } from "../../environment/Now.ts"
import { defined } from "../../url/Defined.ts"
import { isPartOfId, momentOf, type RunSearch, soughtOf } from "../../url/Filters.ts"

/** The job's filter: that of the list. */
const filterOf = (
  { q, state, pipeline, partner, step, outcome, errors, after, before }: RunSearch
): JobFilter => {
  const sought = q === undefined ? undefined : soughtOf(q)
  const part = sought !== undefined && "id" in sought && (sought.kind !== "order" || isPartOfId(sought.id))
  return defined({
    state: runStates.find((one) => one === state),
    pipeline,
    partner,
    errorsOnly: errors === "true" ? true : undefined,
    settled: errors === "unsettled" ? false : undefined,
    orderId: sought?.kind === "order" && !part ? sought.id : undefined,
    q: part ? sought.id : undefined,
    email: sought?.kind === "email" ? sought.email : undefined,
    createdAfter: momentOf(after, now()),
    createdBefore: momentOf(before, now()),
    step,
    outcome: outcomes.find((one) => one === outcome)
  })
}

type Act = "retry" | "cancel" | "resolve"

const acts = {
  retry: {
    title: "Retry many runs",
    description: "Every failed run that fits the filter and was not retried yet is retried, oldest first.",
    action: "Retry them",
    endpoint: "retryMany"
  },
  cancel: {
    title: "Cancel many runs",
    description: "Every open run that fits the filter is cancelled. Orders keep their status.",
    action: "Cancel them",
    endpoint: "cancelMany"
  },
  resolve: {
    title: "Settle many runs by hand",
    description:
      "The failed steps of every failed run that fits the filter are marked as done by hand. Nothing is sent.",
    action: "Settle them",
    endpoint: "resolveMany"
  }
} as const

/** The reason why the job cannot be made; `undefined` where it can. */
const unsupported = (act: Act, state: RunState | undefined, isEmpty: boolean): string | undefined =>
  isEmpty
    ? "Filter the list first: a job over every run is refused."
    : state === undefined || isFinal(state) !== (act === "cancel")
    ? undefined
    : act === "cancel"
    ? `Runs that are ${state} have ended: only open ones can be cancelled.`
    : `Runs that are ${state} have not ended.`

export const ManyRunsDialog = ({ search, onClose }: { readonly search: RunSearch; readonly onClose: () => void }) => {
  const navigate = useNavigate()
  const [act, setAct] = useState<Act>("retry")
  const [filter] = useState(() => filterOf(search))
  const entries = Object.entries(filter)
  const { title, description, action, endpoint } = acts[act]
  const blocked = unsupported(act, filter.state, entries.length === 0)
  const matches = useQuery({
    queryKey: ["matches", act, filter],
    queryFn: async ({ signal }) => {
      const answer = await api.jobs[endpoint](
        { query: { dryRun: "true" }, payload: { filter, reason: "count" } },
        signal
      )
      return "matches" in answer ? answer.matches : undefined
    },
    enabled: blocked === undefined,
    staleTime: 0,
    retry: false
  })
  const count = matches.data
  return (
    <ConfirmDialog
      title={title}
      description={description}
      action={action}
      danger={act === "cancel"}
      reason="required"
      blocked={blocked ?? (count === 0 ? "No run fits." : undefined)}
      request={(reason) => ({ route: routes.jobs[endpoint], parts: { payload: { filter, reason } } })}
      onConfirm={async (reason) => {
        const job = await api.jobs[endpoint]({ query: {}, payload: { filter, reason } })
        if ("id" in job) await navigate({ to: "/jobs/$id", params: { id: job.id } })
      }}
      onClose={onClose}
    >
      <label className="field">
        <span>What to do</span>
        <select className="input" value={act} onChange={({ target }) => setAct(target.value as Act)}>
          <option value="retry">retry</option>
          <option value="cancel">cancel</option>
          <option value="resolve">settle by hand</option>
        </select>
      </label>
      <dl className="facts">
        <dt>Filter</dt>
        <dd>
          {entries.length === 0
            ? "none"
            : entries.map(([name, value]) => <div key={name} className="mono">{name}: {String(value)}</div>)}
        </dd>
        <dt>Runs</dt>
        <dd className="num" role="status">
          {blocked === undefined ? count?.toLocaleString("en") ?? "counting …" : "–"}
        </dd>
      </dl>
    </ConfirmDialog>
  )
}
