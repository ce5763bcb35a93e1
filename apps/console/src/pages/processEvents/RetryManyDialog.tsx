/** Retries all runs that a filter finds, as a job that can be watched: for the morning after an outage. */
import { useNavigate } from "@tanstack/react-router"
import { useState } from "react"
import { api } from "../../api/Api.ts"
import { finalStates, type JobFilter } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { TextFilter } from "../../components/table/Filters.tsx"
import { now } from "../../environment/Now.ts"
import { defined } from "../../url/Defined.ts"
import { isPartOfId, momentOf, type RunSearch, soughtOf } from "../../url/Filters.ts"

/** The job's filter: that of the list. */
const filterOf = (
  { q, state, pipeline, partner, errors, after, before }: RunSearch,
  failedStep: string | undefined
): JobFilter => {
  const sought = q === undefined ? undefined : soughtOf(q)
  return defined({
    state: finalStates.find((one) => one === state),
    pipeline,
    partner,
    errorsOnly: errors === "true" ? true : undefined,
    settled: errors === "unsettled" ? false : undefined,
    orderId: sought?.kind === "order" && !isPartOfId(sought.id) ? sought.id : undefined,
    q: sought?.kind === "order" && isPartOfId(sought.id) ? sought.id : undefined,
    email: sought?.kind === "email" ? sought.email : undefined,
    createdAfter: momentOf(after, now()),
    createdBefore: momentOf(before, now()),
    step: failedStep
  })
}

/** The reason why the job cannot be made; `undefined` where it can. */
const unsupported = ({ state }: RunSearch, filter: JobFilter): string | undefined =>
  state !== undefined && !finalStates.some((one) => one === state)
    ? `Runs that are ${state} have not ended: only ended ones can be retried.`
    : Object.keys(filter).length === 0
    ? "Filter the list first: a job over every run is refused."
    : undefined

export const RetryManyDialog = ({ search, onClose }: { readonly search: RunSearch; readonly onClose: () => void }) => {
  const navigate = useNavigate()
  const [failedStep, setFailedStep] = useState<string | undefined>(undefined)
  const filter = filterOf(search, failedStep)
  const entries = Object.entries(filter)
  return (
    <ConfirmDialog
      title="Retry many runs"
      description={
        <>
          Every run that has ended, fits the filter and was not retried yet is retried, oldest first, as a new process
          event. Without a state it takes those that failed.
        </>
      }
      action="Retry them"
      reason="required"
      blocked={unsupported(search, filter)}
      request={(reason) => ({ route: routes.jobs.retryMany, parts: { payload: { filter, reason } } })}
      onConfirm={async (reason) => {
        const job = await api.jobs.retryMany({ payload: { filter, reason } })
        if ("id" in job) await navigate({ to: "/jobs/$id", params: { id: job.id } })
      }}
      onClose={onClose}
    >
      <dl className="facts">
        <dt>Filter</dt>
        <dd>
          {entries.length === 0
            ? "none"
            : entries.map(([name, value]) => <div key={name} className="mono">{name}: {String(value)}</div>)}
        </dd>
      </dl>
      <TextFilter label="Only where this step failed (its id, optional)" value={failedStep} onChange={setFailedStep} />
    </ConfirmDialog>
  )
}
