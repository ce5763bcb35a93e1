/** Builds a {@link RunRecord} from a run's journal, as both adapters of `RunReader` read it. */
import { eventId, type OrderId, processEventId } from "@sluice/domain/identity/Ids"
import type { Order } from "@sluice/domain/order/Order"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import type { RunSoFar } from "./Journal.ts"
import type { RecordedStep, RunRecord } from "./RunReader.ts"

/** The columns of a run that its executor does not need. */
export interface RunEnd {
  readonly state: RunState
  readonly reason?: string | undefined
  readonly finishedAt?: number | undefined
}

/** A step without the executor's note of the order's version after it. */
const recorded = (step: RunSoFar["steps"][number], callouts: RecordedStep["callouts"]): RecordedStep => {
  const { nextVersion, ...row } = step
  void nextVersion
  return { ...row, callouts }
}

/** The record of a run that was read together with its state and its order. */
export const runRecord = (run: RunSoFar, { finishedAt, reason, state }: RunEnd, order: Order): RunRecord => {
  const calloutsOf = (index: number) =>
    run.callouts.filter((callout) => callout.index === index).map(({ record }) => record)
  const ended = new Set(run.steps.map(({ index }) => index))
  return {
    id: processEventId(run.runId),
    eventId: eventId(run.eventId),
    orderId: run.orderId as OrderId,
    pipeline: run.pipeline,
    ...(run.shipmentId !== undefined && { shipmentId: run.shipmentId }),
    state,
    ...(reason !== undefined && { reason }),
    createdAt: run.createdAt,
    ...(finishedAt !== undefined && { finishedAt }),
    steps: run.steps.map((step) => recorded(step, calloutsOf(step.index))),
    openCallouts: run.callouts.filter(({ index }) => !ended.has(index)).map(({ record }) => record),
    order
  }
}
