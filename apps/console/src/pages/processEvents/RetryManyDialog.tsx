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
import { momentOf, type RunSearch, soughtOf } from "../../url/Filters.ts"

/** The job's filter, as far as a job knows the filters of the list. */
const filterOf = (
  { q, state, pipeline, errors, after, before }: RunSearch,
  failedStep: string | undefined
): JobFilter => {
  const sought = q === undefined ? undefined : soughtOf(q)
  return defined({
    state: finalStates.find((one) => one === state),
    pipeline,
    errorsOnly: errors === "true" ? true : undefined,
    orderId: sought?.kind === "order" ? sought.id : undefined,
    createdAfter: momentOf(after, now()),
    createdBefore: momentOf(before, now()),
    failedStep
  })
}

/** Filters of the list that a job does not have: it would retry more than what is seen. */
const unsupported = ({ q, state, partner }: RunSearch): string | undefined =>
  partner !== undefined
    ? "A job cannot be narrowed by partner: name the step that failed instead."
    : q?.includes("@") === true
    ? "A job cannot be narrowed by e-mail address: retry the run on its own page."
    : state !== undefined && !finalStates.some((one) => one === state)
    ? `Runs that are ${state} have not ended: only ended ones can be retried.`
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
      blocked={unsupported(search)}
      request={(reason) => ({ route: routes.retries.retryMany, parts: { payload: { filter, reason } } })}
      onConfirm={async (reason) => {
        const job = await api.retries.retryMany({ payload: { filter, reason } })
        await navigate({ to: "/jobs/$id", params: { id: job.id } })
      }}
      onClose={onClose}
    >
      <dl className="facts">
        <dt>Filter</dt>
        <dd>
          {entries.length === 0
            ? "none: all failed runs"
            : entries.map(([name, value]) => <div key={name} className="mono">{name}: {String(value)}</div>)}
        </dd>
      </dl>
      <TextFilter label="Only where this step failed (its id, optional)" value={failedStep} onChange={setFailedStep} />
    </ConfirmDialog>
  )
}
