/** A job as it is shown. Contract: section 7, `/v1/jobs`. */
import type { Job as JobView, JobFilter, JobItem as ItemView, JobSummary } from "@sluice/api/internal/runs/JobsApi"
import { issueId, jobId, processEventId } from "@sluice/domain/identity/Ids"
import { given } from "@sluice/domain/internal/decode/JsonReader"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import type { RunFilter } from "@sluice/domain/run/Job"
import type { Job, JobItem } from "@sluice/engine/internal/jobs/Jobs"

const filterView = ({ createdAfter, createdBefore, issue, ...filter }: RunFilter): typeof JobFilter.Type => ({
  ...given(filter),
  ...(issue !== undefined && { issue: issueId(issue) }),
  ...(createdAfter !== undefined && { createdAfter: isoOf(createdAfter) }),
  ...(createdBefore !== undefined && { createdBefore: isoOf(createdBefore) })
})

export const itemView = ({ message, outcome, retryId, runId }: JobItem): typeof ItemView.Type => ({
  processEventId: processEventId(runId),
  ...(retryId !== undefined && { retry: processEventId(retryId) }),
  outcome,
  ...(message !== undefined && { message })
})

export const summaryView = (job: Job): typeof JobSummary.Type => {
  const { createdAt, filter, finishedAt, id, kind, options: _options, startedAt, ...rest } = job
  return {
    id: jobId(id),
    kind,
    ...rest,
    ...(kind !== "erase" && { filter: filterView(filter) }),
    createdAt: isoOf(createdAt),
    ...(startedAt !== undefined && { startedAt: isoOf(startedAt) }),
    ...(finishedAt !== undefined && { finishedAt: isoOf(finishedAt) })
  }
}

export const jobView = (job: Job, problems: ReadonlyArray<JobItem>): typeof JobView.Type => ({
  ...summaryView(job),
  problems: problems.map(itemView)
})
