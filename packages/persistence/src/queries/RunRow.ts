/** A row of `runs` as the API shows it, and the ids that bound a time. Contract: section 8. */
import { eventId, processEventId } from "@sluice/domain/identity/Ids"
import { greatestAt, smallestAt } from "@sluice/domain/internal/identity/UuidV7"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import { withoutNul } from "@sluice/domain/internal/json/Utf8"
import type { ProcessEventSummary, RunState } from "@sluice/domain/run/ProcessEvent"
import type { Wait } from "@sluice/engine/journal/Journal"
import { DateTime } from "effect"
import type { EndedRun } from "../records/RunTranscripts.ts"

export interface RunRow {
  readonly id: string
  readonly event_id: string
  readonly order_id: string
  readonly pipeline: string
  readonly pipeline_version: number
  readonly shipment_id: string | null
  readonly state: RunState
  readonly reason: string | null
  readonly retry_of: string | null
  readonly from_step: string | null
  readonly retry_reason: string | null
  readonly requested_by: string | null
  readonly created_at: Date
  readonly started_at: Date | null
  readonly finished_at: Date | null
  readonly failed_steps: number
  /** The partner that the run waits for, and the mark of that wait, a `Wait` as JSON. */
  readonly held_for: string | null
  readonly wait_mark: string | null
}

const isOpenAndWaits = (state: RunState): boolean => state === "waiting" || state === "compensating"

/**
 * The reason in words: that of a wait while it lasts, otherwise the run's own. A run that was released to its partner is
 * not on hold any more; its mark stays until its request is about to be sent, because it may wait for its turn again.
 */
export const reasonOf = ({ held_for, reason, state, wait_mark }: RunRow): string | null => {
  if (!isOpenAndWaits(state) || wait_mark === null) return reason
  const { heldFor, turn } = JSON.parse(wait_mark) as Pick<Wait, "heldFor" | "turn">
  const host = held_for ?? heldFor
  return host === undefined ? reason : turn ?? `waits until partner ${host} answers again`
}

/** The time of a column in epoch milliseconds. */
export const timeOf = (at: Date): number => at.getTime()

const reasonMember = (row: RunRow) => {
  const reason = reasonOf(row)
  return reason === null ? {} : { reason }
}

export const summary = (row: RunRow): ProcessEventSummary => ({
  id: processEventId(row.id),
  eventId: eventId(row.event_id),
  orderId: row.order_id,
  pipeline: { name: row.pipeline, version: row.pipeline_version },
  ...(row.shipment_id !== null && { shipmentId: row.shipment_id }),
  state: row.state,
  ...reasonMember(row),
  ...(row.retry_of !== null && { retryOf: processEventId(row.retry_of) }),
  ...(row.from_step !== null && { fromStep: row.from_step }),
  ...(row.retry_reason !== null && { retryReason: row.retry_reason }),
  ...(row.requested_by !== null && { requestedBy: row.requested_by }),
  createdAt: isoOf(timeOf(row.created_at)),
  ...(row.started_at !== null && { startedAt: isoOf(timeOf(row.started_at)) }),
  ...(row.finished_at !== null && { finishedAt: isoOf(timeOf(row.finished_at)) }),
  ...(row.started_at !== null && row.finished_at !== null && {
    durationMs: timeOf(row.finished_at) - timeOf(row.started_at)
  }),
  failedSteps: row.failed_steps
})

const dateOf = (at: number) => DateTime.toDate(DateTime.makeUnsafe(at))

/** The row of a run that this process has stored to its end. */
export const rowOfEnded = ({ failedSteps, finishedAt, orderId, reason, run, startedAt, state }: EndedRun): RunRow => ({
  id: run.runId,
  event_id: run.eventId,
  order_id: orderId,
  pipeline: run.pipeline.name,
  pipeline_version: run.pipeline.version,
  shipment_id: run.shipmentId ?? null,
  state,
  reason: withoutNul(reason),
  retry_of: run.retryOf ?? null,
  from_step: run.fromStep ?? null,
  retry_reason: withoutNul(run.retryReason),
  requested_by: withoutNul(run.requestedBy),
  created_at: dateOf(run.createdAt),
  started_at: dateOf(startedAt),
  finished_at: dateOf(finishedAt),
  failed_steps: failedSteps,
  held_for: null,
  wait_mark: null
})

/**
 * An id's time may run ahead of the run's by as much as the clock was ever set back, and by a few milliseconds in a
 * burst: the bound leaves room for a minute.
 */
const slackMs = 60_000

/** A UUIDv7 that bounds the ids of runs created after (`from`) or before (`to`) `at`. */
export const uuidAt = (at: number, bound: "from" | "to"): string =>
  bound === "from" ? smallestAt(at - slackMs) : greatestAt(at + slackMs)
