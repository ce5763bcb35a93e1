/** A retry job as it is shown. Contract: section 7, `POST /v1/process-events/retry`. */
import type { Job } from "@sluice/api/internal/runs/RetriesApi"
import { jobId, processEventId } from "@sluice/domain/identity/Ids"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import type { RetryFilter, RetryJob, RetryJobItem } from "@sluice/engine/internal/journal/RetryJobs"

const filterView = ({ createdAfter, createdBefore, ...filter }: RetryFilter): typeof Job.Type.filter => ({
  ...filter,
  ...(createdAfter !== undefined && { createdAfter: isoOf(createdAfter) }),
  ...(createdBefore !== undefined && { createdBefore: isoOf(createdBefore) })
})

export const jobView = (job: RetryJob, problems: ReadonlyArray<RetryJobItem>): typeof Job.Type => {
  const { id, filter, createdAt, startedAt, finishedAt, ...rest } = job
  return {
    id: jobId(id),
    ...rest,
    filter: filterView(filter),
    createdAt: isoOf(createdAt),
    ...(startedAt !== undefined && { startedAt: isoOf(startedAt) }),
    ...(finishedAt !== undefined && { finishedAt: isoOf(finishedAt) }),
    problems: problems.map(({ runId, retryId, outcome, message }) => ({
      processEventId: processEventId(runId),
      ...(retryId !== undefined && { retry: processEventId(retryId) }),
      outcome,
      ...(message !== undefined && { message })
    }))
  }
}
