/**
 * Builds the journal entry of a step that ended: its row, its records, the order's next version, the history, and the
 * run's end where it was the last. Pure: rebuilt on the newest order if that changed meanwhile.
 */
import type { CalloutRecord, PatchedMember } from "@sluice/domain/callout/CalloutRecord"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import { completionFault } from "@sluice/domain/internal/order/Completion"
import type { Json } from "@sluice/domain/json/Json"
import type { HistoryEntry } from "@sluice/domain/order/History"
import type { PluginError } from "@sluice/domain/run/ProcessEvent"
import type { Resolution } from "../journal/Callback.ts"
import type { Cancellation } from "../journal/Cancellation.ts"
import type { ClaimedRun, Document, Entry, Finish, SetAside, StepRow } from "../journal/Journal.ts"
import type { StepResult } from "../plugins/Plugin.ts"
import { changeOrder, type OrderChange } from "./OrderChange.ts"
import type { PlacedStep } from "./PlacedSteps.ts"
import type { StepDecision } from "./StepDecision.ts"

/** The continuation of a run after a step. */
export type RunOutcome =
  | { readonly _tag: "Continue" }
  /** The run ends once its compensations are done. */
  | { readonly _tag: "Compensate"; readonly reason: string }
  | { readonly _tag: "End"; readonly state: "completed" | "failed" | "cancelled"; readonly reason?: string }

/** The facts by which `outcomeOf` decides. */
export interface DecidedStep {
  readonly stepId: string
  readonly decision: StepDecision
  /** The run's deadline came before the step's end. */
  readonly late: boolean
  /** Nothing runs after the step. */
  readonly last: boolean
  /** Steps that have ended, this one included, have something to compensate. */
  readonly undoes: boolean
}

/** Decides how a run goes on after a step. */
export const outcomeOf = ({ decision, last, late, stepId, undoes }: DecidedStep): RunOutcome => {
  switch (decision.run) {
    case "continue":
      return last ? { _tag: "End", state: "completed" } : { _tag: "Continue" }
    case "cancel":
      return { _tag: "End", state: "cancelled", reason: decision.reason }
    case "stop": {
      const reason = late ? decision.reason : `${stepId}: ${decision.error ?? decision.reason}`
      return undoes ? { _tag: "Compensate", reason } : { _tag: "End", state: "failed", reason }
    }
  }
}

export interface EndedStep {
  readonly placed: PlacedStep
  readonly decision: StepDecision
  readonly result: StepResult | undefined
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly finishedAt: number
  /** Records that were not stored yet. */
  readonly records: ReadonlyArray<CalloutRecord>
  /** The recorded results of effects that the step ran once. */
  readonly effects?: Readonly<Record<string, Json>> | undefined
  /** The number of failed steps of the run, this one included. */
  readonly failedSteps: number
  /** The steps that were skipped before this one, and after it where it was the last to run. */
  readonly skipped: ReadonlyArray<StepRow>
  /** The continuation of the run. */
  readonly outcome: RunOutcome
  /** The order's status if the run completes with this step. */
  readonly completedStatus: string | undefined
}

const completes = ({ outcome }: EndedStep): boolean => outcome._tag === "End" && outcome.state === "completed"

const finishOf = ({ failedSteps, finishedAt, outcome }: EndedStep): Finish | undefined =>
  outcome._tag !== "End" ? undefined : {
    state: outcome.state,
    failedSteps,
    at: finishedAt,
    ...(outcome.reason !== undefined && { reason: outcome.reason })
  }

const changeOf = (ended: EndedStep): OrderChange => {
  const { placed, decision, result, finishedAt, completedStatus } = ended
  const status = decision.status ?? (completes(ended) ? completedStatus : undefined)
  return {
    ...(result?.patch !== undefined && { patch: result.patch }),
    ...(result?.clearErrors === true && { clearErrorsOf: placed.step.name }),
    ...(decision.note !== undefined && {
      error: { source: placed.step.name, stepId: placed.step.id, message: decision.note, at: isoOf(finishedAt) }
    }),
    ...(status !== undefined && { status })
  }
}

/** The failures of the plugins of these steps. A partner's cancel that does not stop the run is no failure. */
export const errorsOf = (steps: ReadonlyArray<StepRow>): ReadonlyArray<PluginError> =>
  steps.flatMap(({ error, state }) =>
    error === undefined || state === "cancelled" ? [] : [{ name: error.name, message: error.message }]
  )

/** The entry in the order's history of a run that completes and creates fewer subscriptions than the order asks for. */
export const endHistory = (finish: Finish | undefined, { order }: Document): ReadonlyArray<HistoryEntry> => {
  if (finish?.state !== "completed") return []
  const fault = completionFault(order)
  return fault === undefined
    ? []
    : [{ at: isoOf(finish.at), operation: "SubscriptionsRefused", message: fault, source: "pipeline" }]
}

/**
 * The end of a run with the plugins' failures and, where it completes, the final order (contract, section 9). `order`:
 * the document after the entry that ends the run.
 */
export const ending = (finish: Finish, errors: ReadonlyArray<PluginError>, order: Document): Finish => ({
  ...finish,
  ...(errors.length > 0 && { errors }),
  ...(finish.state === "completed" && { order })
})

/** The status change between two versions; `undefined` if there is none. */
export const setAsideBy = (from: Document, to: Document | undefined): SetAside | undefined =>
  to === undefined || to.order.status === from.order.status
    ? undefined
    : { before: from.order.status, after: to.order.status }

/** The changed members on one side, by name: `{ status: "New" }`. */
const side = (changes: ReadonlyArray<PatchedMember>, which: "before" | "after"): Json =>
  Object.fromEntries(changes.map((change) => [change.path.replace(/^\//, ""), (change[which] ?? null) as Json]))

const historyOf = (
  ended: EndedStep,
  changes: ReadonlyArray<PatchedMember>,
  status: { readonly before: string; readonly after: string } | undefined
): ReadonlyArray<HistoryEntry> => {
  const { decision, result, placed } = ended
  if (result?.history === undefined && decision.history === undefined && status === undefined) return []
  const at = isoOf(ended.finishedAt)
  const source = placed.step.id
  const entries: Array<HistoryEntry> = []
  if (result?.history !== undefined) {
    entries.push({
      at,
      ...result.history,
      source,
      ...(changes.length > 0 && { before: side(changes, "before"), after: side(changes, "after") })
    })
  }
  if (decision.history !== undefined) {
    entries.push({ at, operation: "WorkflowStepFailed", message: decision.history, source })
  }
  if (status !== undefined) {
    entries.push({
      at,
      operation: "StatusChanged",
      message: `status set because the run ${ended.outcome._tag === "End" ? ended.outcome.state : "failed"}`,
      source: "pipeline",
      before: { status: status.before },
      after: { status: status.after }
    })
  }
  return entries
}

/** The partner's patch is recorded with the attempt that brought it. */
const withPatch = (
  records: ReadonlyArray<CalloutRecord>,
  changes: ReadonlyArray<PatchedMember>
): ReadonlyArray<CalloutRecord> =>
  changes.length === 0 ?
    records :
    records.map((record, index) => index === records.length - 1 ? { ...record, patch: changes } : record)

/** A run that ends here and is cancelled ends as cancelled, and leaves the order's status as it is. */
const asCancelled = (ended: EndedStep, { compensate, reason }: Cancellation): EndedStep => {
  if (ended.outcome._tag === "Continue") return ended
  const { status: _, ...decision } = ended.decision
  return {
    ...ended,
    decision,
    completedStatus: undefined,
    outcome: compensate ? { _tag: "Compensate", reason } : { _tag: "End", state: "cancelled" }
  }
}

/** The words of a step's reason that say who settled it. */
export const byHand = ({ reason, requestedBy }: Pick<Resolution, "reason" | "requestedBy">): string =>
  `resolved by hand${requestedBy === undefined ? "" : ` by ${requestedBy}`}: ${reason}`

export interface BuiltEntry {
  readonly entry: Entry & { readonly step: StepRow }
  /** The order after this entry. */
  readonly document: Document
}

/**
 * Builds the journal entry of a step that ended, and the order after it. `errors`: the plugins' failures in the steps
 * before.
 */
export const build = (
  held: ClaimedRun,
  given: EndedStep,
  document: Document,
  cancellation: Cancellation | undefined,
  errors: ReadonlyArray<PluginError> = []
): BuiltEntry => {
  const ended = cancellation === undefined ? given : asCancelled(given, cancellation)
  const { placed, decision, result, outcome } = ended
  const finish = finishOf(ended)
  const change = changeOf(ended)
  const changed = changeOrder(document, change, () => isoOf(ended.finishedAt))
  const after = changed.document ?? document
  const statusSet = change.status !== undefined && changed.document !== undefined
    ? { before: document.order.status, after: change.status }
    : undefined
  const setAside = decision.status === undefined ? undefined : setAsideBy(document, changed.document)
  // A patch that could not be applied is worth a warning, though the partner did nothing wrong.
  const { warning } = changed
  const resolution = ended.records.findLast(({ callback }) => callback === true)?.resolution
  const answered = resolution === undefined ? decision.reason : `${byHand(resolution)}; ${decision.reason}`
  const reason = warning === undefined ? answered : `${answered}; ${warning}`
  const message = decision.error ?? (decision.state === "cancelled" ? decision.reason : warning)
  // An order that is read only refuses the patch of a partner that did nothing wrong.
  const kind = decision.kind ?? "rejected"
  const step: StepRow = {
    index: placed.index,
    phase: placed.phase,
    stepId: placed.step.id,
    name: placed.step.name,
    critical: placed.critical,
    state: warning === undefined || decision.state !== "succeeded" ? decision.state : "warning",
    reason,
    startedAt: ended.startedAt,
    finishedAt: ended.finishedAt,
    ...(result?.output !== undefined && { output: result.output }),
    ...(ended.effects !== undefined && { effects: ended.effects }),
    ...(message !== undefined && { error: { name: placed.step.name, kind, message } }),
    // A step that failed can still be settled by hand.
    ...(resolution !== undefined && decision.state !== "failed" &&
      { resolution: { ...resolution, callback: true as const } })
  }
  return {
    entry: {
      runId: held.runId,
      claimToken: held.claimToken,
      orderId: held.orderId,
      callouts: withPatch(ended.records, changed.changes).map((record) => ({ index: placed.index, record })),
      step,
      ...(ended.skipped.length > 0 && { skipped: ended.skipped }),
      ...(changed.document !== undefined &&
        { write: { seen: document.order.version, document: changed.document, before: document.order } }),
      history: [...historyOf(ended, changed.changes, statusSet), ...endHistory(finish, after)],
      ...(result?.message !== undefined && { messages: [result.message] }),
      ...(setAside !== undefined && { setAside }),
      ...(finish !== undefined && { finish: ending(finish, [...errors, ...errorsOf([step])], after) }),
      ...(outcome._tag === "Compensate" && { state: "compensating", reason: outcome.reason }),
      ...(cancellation !== undefined && { cancels: true })
    },
    document: after
  }
}
