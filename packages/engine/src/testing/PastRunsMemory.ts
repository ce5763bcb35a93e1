/** Past runs in the store of a journal in memory. Obeys `JournalSuite` like the one on PostgreSQL. */
import { isFinal } from "@sluice/domain/run/ProcessEvent"
import { Effect, Layer } from "effect"
import { compensatedSteps } from "../commands/CompensatedSteps.ts"
import { type PastRun, PastRuns } from "../journal/PastRuns.ts"
import { JournalStore, type MemoryRun } from "./JournalStore.ts"

/** The last record of each request, of the steps that ran here. */
const callsOf = (run: MemoryRun): PastRun["calls"] => {
  const reused = new Set(run.steps.filter(({ reusedFrom }) => reusedFrom !== undefined).map(({ index }) => index))
  const own = run.callouts.filter(({ index, record }) => !reused.has(index) && record.probe !== true)
  const last = new Map(own.map(({ index, record }) => [`${index}-${record.request}`, { index, record }]))
  return [...last.values()].map(({ index, record: { idempotencyKey, request, unknown } }) => ({
    index,
    request,
    idempotencyKey,
    unknown: unknown === true
  }))
}

export const layer: Layer.Layer<PastRuns, never, JournalStore> = Layer.effect(
  PastRuns,
  Effect.map(JournalStore, (store) =>
    PastRuns.of({
      get: (runId) =>
        Effect.sync(() => {
          const run = store.runs.get(runId)
          if (run === undefined) return undefined
          const { orderId, pipeline, shipmentId, state, reason, setAside, inheritedKeys = [], wait } = run
          const past: PastRun = {
            runId,
            orderId,
            pipeline,
            state,
            inheritedKeys,
            ...(shipmentId !== undefined && { shipmentId }),
            ...(reason !== undefined && { reason }),
            ...(setAside !== undefined && { setAside }),
            ...(wait !== undefined && { wait }),
            steps: run.steps.map(({ nextVersion: _nextVersion, ...step }) => step).toSorted((a, b) =>
              a.index - b.index
            ),
            calls: callsOf(run),
            compensated: compensatedSteps(run, [...store.runs.values()].filter((other) => other.orderId === orderId))
          }
          return past
        }),
      keyed: (orderId, idempotencyKey) =>
        Effect.sync(() => {
          const key = store.processKeys.get(JSON.stringify([orderId, idempotencyKey]))
          const run = key && store.runs.get(key.runId)
          return key && run &&
            { runId: run.runId, eventId: run.eventId, state: run.state, fingerprint: key.fingerprint }
        }),
      settle: (runId, step, history) =>
        Effect.sync(() => {
          const run = store.runs.get(runId)
          const at = run?.steps.findIndex(({ index }) => index === step.index) ?? -1
          const before = run?.steps[at]
          if (run === undefined || before?.state !== "failed" || !isFinal(run.state)) return false
          run.steps[at] = { ...step, nextVersion: before.nextVersion }
          run.failedSteps--
          store.orders.get(run.orderId)?.history.push(history)
          return true
        })
    }))
)
