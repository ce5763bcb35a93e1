/**
 * Plans a retry: where it continues, which records it reuses and under which keys it sends. A pure function of the past
 * run and of the pipeline that the retry runs. Contract: sections 5 and 7, `retry`.
 */
import { processEventId } from "@sluice/domain/identity/Ids"
import type { Fault } from "@sluice/domain/order/Order"
import type { InheritedKey, StepRow } from "../journal/Journal.ts"
import type { PastRun } from "../journal/PastRuns.ts"
import type { PlacedStep } from "../steps/PlacedSteps.ts"

export interface RetryPlan {
  /** The first step that runs; absent where every step's record is reused. */
  readonly fromStep: string | undefined
  readonly reused: ReadonlyArray<StepRow>
  readonly inheritedKeys: ReadonlyArray<InheritedKey>
}

export interface RetryQuestion {
  readonly past: PastRun
  /** The steps of the version that the past run ran; empty where it is not known any more. */
  readonly original: ReadonlyArray<PlacedStep>
  /** The steps of the version that the retry runs. */
  readonly target: ReadonlyArray<PlacedStep>
  readonly from: string | undefined
  readonly newKey: boolean
}

type Steps = ReadonlyArray<PlacedStep>

const at = (steps: Steps, id: string): number => steps.findIndex(({ step }) => step.id === id)

/** The step at which the run stopped, if it was a step that stopped it. */
const stopper = (past: PastRun, rows: ReadonlyArray<StepRow>): StepRow | undefined => {
  const last = rows.findLast(({ state }) => state !== "skipped")
  if (past.state === "completed" || last === undefined || last.reusedFrom !== undefined) return undefined
  if (last.state === "cancelled") return last
  // A run that was cancelled between steps, or lost with its workers, was not stopped by the step before.
  const { reason = "" } = past
  const told = reason.startsWith(`${last.stepId}:`) || last.error?.message === reason
  return last.state === "failed" && reason !== "worker-lost" && (last.critical || told) ? last : undefined
}

/** Indexes the past run: its rows by step, and the reason why a row cannot be reused. */
const recordsOf = (past: PastRun) => {
  const rows = past.steps.filter(({ phase }) => phase !== "compensation")
  const stopped = stopper(past, rows)
  // The rows after the step that stopped the run only say that their steps were not reached.
  const byId = new Map(
    rows.filter(({ index }) => stopped === undefined || index <= stopped.index).map((row) => [row.stepId, row])
  )
  const objection = ({ step, critical }: PlacedStep): string | undefined => {
    const row = byId.get(step.id)
    if (row === undefined) return "has no record to reuse: it did not run"
    if (past.compensated.has(step.id)) return "was compensated: it has to run again"
    if (row.name !== step.name) return `is ${step.name} now, and was ${row.name} when it ran`
    // One at which that run went on may be critical by now.
    if (row === stopped || (row.state === "failed" && critical && !row.critical)) {
      return row.state === "failed"
        ? "failed and ended the run: go on at it, or resolve it first"
        : "was cancelled: go on at it"
    }
    return undefined
  }
  return { byId, objection }
}

type Records = ReturnType<typeof recordsOf>

const firstToRun = (steps: Steps, records: Records): number => {
  const first = steps.findIndex((placed) => records.objection(placed) !== undefined)
  return first < 0 ? steps.length : first
}

/** The default start of the retry: a step's id, the end, or none because the past run completed its work. */
const defaultStart = ({ past, original, target }: RetryQuestion, records: Records): string | "end" | undefined => {
  if (past.state === "completed" && past.compensated.size === 0) {
    const failed = original.find(({ step }) => records.byId.get(step.id)?.state === "failed")
    if (failed !== undefined) return failed.step.id
    const settled = original.findIndex(({ step }) => records.byId.get(step.id)?.resolution !== undefined)
    return settled < 0 ? undefined : original[settled + 1]?.step.id ?? "end"
  }
  return original[firstToRun(original, records)]?.step.id ?? target[firstToRun(target, records)]?.step.id ?? "end"
}

const refused = (path: string, message: string): { readonly fault: Fault } => ({ fault: { path, message } })

/** The position in the target pipeline at which the retry starts. */
const startOf = (
  question: RetryQuestion,
  records: Records
): { readonly position: number } | { readonly fault: Fault } => {
  const { from, past, target } = question
  const own = target !== question.original
  const start = from ?? defaultStart(question, records)
  if (start === undefined) return refused("from", "is missing: the run completed and no step failed, so name a step")
  const position = start === "end" && from === undefined ? target.length : at(target, start)
  if (position < 0) {
    if (from === undefined) {
      return refused("pipeline", `no longer has step ${start}, at which the run would go on: name another with from`)
    }
    const known = target.map(({ step }) => step.id).join(", ")
    return refused("from", `names ${JSON.stringify(from)}, which is no step of the pipeline: name one of ${known}`)
  }
  const missing = target.slice(0, position).find((placed) => records.objection(placed) !== undefined)
  if (missing !== undefined) {
    const message = `step ${missing.step.id} comes before ${start} and ${records.objection(missing)}`
    return refused(from !== undefined ? "from" : own ? "pipeline" : "from", message)
  }
  const again = from === undefined
    ? target.slice(position).find(({ step }) => records.byId.get(step.id)?.resolution !== undefined)
    : undefined
  return again === undefined
    ? { position }
    : refused(
      "from",
      `is missing: the retry of ${processEventId(past.runId)} would start at ${start} and run step ${again.step.id} `
        + "again, which was settled by hand; name the step to start at"
    )
}

/**
 * Keys of requests that may have happened: of a step whose last outcome is unknown, and of one not reached since. And of
 * those that did happen in a step that failed later: it goes on to its next request only after an answer that it liked,
 * so they are all but the last, and under another key they would happen twice.
 */
const keysFrom = ({ past, original, target }: RetryQuestion, position: number): ReadonlyArray<InheritedKey> =>
  target.slice(position).flatMap(({ index, step }): ReadonlyArray<InheritedKey> => {
    const stepId = step.id
    const inPast = past.steps.find((row) => row.stepId === stepId)?.index
      ?? original.find((placed) => placed.step.id === stepId)?.index
    const calls = past.calls.filter((call) => call.index === inPast)
    if (calls.length === 0) {
      return past.inheritedKeys.filter((key) => key.stepId === stepId).map((key) => ({ ...key, index }))
    }
    const row = past.steps.find((one) => one.stepId === stepId)
    const stands = row?.state !== "succeeded" && !past.compensated.has(stepId)
    const kept = calls.at(-1)?.unknown === true ? calls : stands ? calls.slice(0, -1) : []
    return kept.map(({ idempotencyKey, request }) => ({ index, stepId, request, key: idempotencyKey }))
  })

/** A row of the past run as a row of the retry, with its new position and its origin. */
const reuse = (row: StepRow, { index, phase }: PlacedStep, runId: string): StepRow => ({
  ...row,
  index,
  phase,
  reusedFrom: row.reusedFrom ?? processEventId(runId),
  reusedIndex: row.reusedIndex ?? row.index
})

export const planRetry = (question: RetryQuestion): RetryPlan | { readonly fault: Fault } => {
  const { past, target, newKey } = question
  const records = recordsOf(past)
  const start = startOf(question, records)
  if ("fault" in start) return start
  return {
    fromStep: target[start.position]?.step.id,
    reused: target.slice(0, start.position).flatMap((placed) => {
      const row = records.byId.get(placed.step.id)
      return row === undefined ? [] : [reuse(row, placed, past.runId)]
    }),
    inheritedKeys: newKey ? [] : keysFrom(question, start.position)
  }
}
