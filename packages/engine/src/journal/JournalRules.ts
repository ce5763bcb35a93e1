/**
 * Decisions that every journal makes alike: what a taken key means, which marks still hold, how takeovers are counted.
 * Pure; the adapters bring what is stored. Contract: sections 7 and 10.
 */
import { processEventId } from "@sluice/domain/identity/Ids"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import type { CallbackAnswer, TakenCallback } from "./Callback.ts"
import {
  type Intake,
  IntakeConflict,
  type Open,
  type RunSoFar,
  type StepEffects,
  type Submission,
  type Wait
} from "./Journal.ts"

/** The `externalId` of a submission, one of the keys of its order; an empty one names nothing. */
export const externalIdOf = (submission: Submission): string | undefined => {
  const value = submission.document.order["externalId"]
  return typeof value === "string" && value !== "" ? value : undefined
}

/** A stored order that one of the submission's keys leads to. */
export interface Hit {
  readonly key: "id" | "externalId" | "Idempotency-Key"
  readonly orderId: string
  readonly eventId: string
  readonly runId: string
  readonly fingerprint: Uint8Array | null
  readonly state: RunState
}

/** True if two fingerprints identify the same request. */
export const sameFingerprint = (a: Uint8Array | null | undefined, b: Uint8Array | null | undefined): boolean =>
  a != null && b != null && a.length === b.length && a.every((byte, i) => byte === b[i])

const keyText = (submission: Submission, key: Hit["key"]): string =>
  `${key} ${
    JSON.stringify(
      key === "id"
        ? submission.document.order.id
        : key === "externalId"
        ? externalIdOf(submission)
        : submission.idempotencyKey
    )
  }`

/**
 * The verdict on a submission whose keys are taken:
 * - `Own`: it was stored after all, and only the answer was lost
 * - `Gone`: nothing holds the keys any more; try again
 */
export type Judgement =
  | { readonly _tag: "Own"; readonly state: RunState }
  | { readonly _tag: "Gone" }
  | Extract<Intake, { readonly _tag: "Repeated" }>
  | IntakeConflict

/** Judges a submission whose keys are taken. `hits` in the order id, externalId, Idempotency-Key. */
export const judge = (submission: Submission, hits: ReadonlyArray<Hit>): Judgement => {
  const [first, ...others] = hits
  if (first === undefined) return { _tag: "Gone" }
  if (first.runId === submission.run.runId) return { _tag: "Own", state: first.state }
  const other = others.find((hit) => hit.orderId !== first.orderId)
  if (other !== undefined) {
    return new IntakeConflict({
      message: `${keyText(submission, first.key)} belongs to order ${first.orderId}, and `
        + `${keyText(submission, other.key)} to order ${other.orderId}`
    })
  }
  if (sameFingerprint(submission.fingerprint, first.fingerprint)) {
    return {
      _tag: "Repeated",
      orderId: first.orderId,
      eventId: first.eventId,
      runId: first.runId,
      state: first.state
    }
  }
  return new IntakeConflict({
    message: `${
      keyText(submission, first.key)
    } belongs to order ${first.orderId}, which was submitted with another body`
  })
}

type Retried = { readonly retryOf?: string | undefined }

/** True if `other` is the run that `run` retries, or another retry of it: while it is open, `run` may not be opened. */
export const retries = ({ retryOf }: Retried, other: Retried & { readonly runId: string }): boolean =>
  retryOf !== undefined && (other.runId === retryOf || other.retryOf === retryOf)

export const retryConflict = (
  { retryOf }: Retried,
  open: { readonly runId: string; readonly state: RunState }
): IntakeConflict =>
  new IntakeConflict({
    message: `${processEventId(open.runId)}${open.runId === retryOf ? "" : ", a retry of it,"} is ${open.state}: `
      + "wait for its end, or cancel it"
  })

type Attempt = Pick<Wait, "index" | "request" | "attempt">

/** True if a step or a record was stored after the mark was made. */
const overtaken = (mark: Attempt, run: Pick<RunSoFar, "steps" | "callouts">): boolean =>
  run.steps.some((step) => step.index >= mark.index) ||
  run.callouts.some(({ index, record }) =>
    record.probe !== true && record.callback !== true && (index > mark.index || (index === mark.index
      && (record.request > mark.request || (record.request === mark.request && record.attempt >= mark.attempt))))
  )

/** The marks that still hold: see `RunSoFar.wait` and `RunSoFar.open`. */
export const standingMarks = (
  run: Pick<RunSoFar, "steps" | "callouts">,
  marks: { readonly wait?: Wait | undefined; readonly open?: Open | undefined }
): { readonly wait?: Wait; readonly open?: Open } => ({
  ...(marks.wait !== undefined && !overtaken(marks.wait, run) ? { wait: marks.wait } : {}),
  ...(marks.open !== undefined && !overtaken(marks.open, run) ? { open: marks.open } : {})
})

/** The effects of a step that has not ended: see `RunSoFar.effects`. */
export const standingEffects = (
  { steps }: Pick<RunSoFar, "steps">,
  effects: StepEffects | undefined
): Pick<RunSoFar, "effects"> =>
  effects === undefined || steps.some(({ index }) => index >= effects.index) ? {} : { effects }

/**
 * The number of takeovers without progress. Progress (steps, and records other than `interrupted` ones, which a
 * takeover writes) restarts the count.
 */
export const takeoversAfter = (
  known: {
    readonly takeovers: number
    readonly progress: number
    readonly progressAtTakeover: number
  },
  fromTheDead: boolean
): number => (known.progress > known.progressAtTakeover ? 0 : known.takeovers) + (fromTheDead ? 1 : 0)

/** The amount of progress: steps and records of the run's own. */
export const progressOf = (run: Pick<RunSoFar, "steps" | "callouts">): number =>
  run.steps.length + run.callouts.filter(({ record }) => record.outcome !== "interrupted").length

/** The run and the step to which an answer belongs, when it comes. */
export interface CallbackStanding {
  /** The answer that was taken, or the closure of the step. */
  readonly settled:
    | { readonly _tag: "Answered"; readonly fingerprint: Uint8Array | null }
    | { readonly _tag: "Closed" }
    | undefined
  /** The step has ended, or the run has, or it is to be cancelled. */
  readonly isOver: boolean
  /** The mark of the run's wait, if it waits. */
  readonly wait: Wait | undefined
  /** The step's position in the run. */
  readonly index: number
  /** Epoch milliseconds; Infinity if the run has none. */
  readonly deadline: number
}

/** Judges an answer that comes now. */
export const judgeCallback = (
  { deadline, index, isOver, settled, wait }: CallbackStanding,
  { at, fingerprint }: Pick<CallbackAnswer, "at" | "fingerprint">
): Exclude<TakenCallback["_tag"], "Unknown"> => {
  if (settled?._tag === "Answered") {
    return sameFingerprint(fingerprint, settled.fingerprint) ? "Repeated" : "Contradicts"
  }
  const timedOut = wait?.callback !== undefined && wait.index === index && wait.dueAt <= at
  return settled !== undefined || isOver || timedOut || deadline <= at ? "TooLate" : "Taken"
}
