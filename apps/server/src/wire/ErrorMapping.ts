/** Maps the typed errors of the engine and of persistence to problems. */
import * as Problems from "@sluice/api/wire/Problems"
import { type Fault, faultText, firstFaults } from "@sluice/domain/order/Order"
import type { MatchFailed, NoPipeline } from "@sluice/engine/internal/settings/PipelineSelection"
import type { IntakeConflict, JournalFull, JournalUnavailable, OrderNotFound } from "@sluice/engine/journal/Journal"
import type { CursorInvalid } from "@sluice/persistence/internal/sql/Page"
import { Effect } from "effect"
import { epochMillisOf, notMoment } from "./Moments.ts"

/** The problem of invalid input. Its detail repeats the faults, for clients that show only the detail. */
export const invalid = (faults: ReadonlyArray<Fault>): Problems.InvalidRequest => {
  const errors = firstFaults(faults)
  return new Problems.InvalidRequest({
    detail: errors.map((fault) => fault.path === "" ? `The body ${fault.message}` : faultText(fault)).join("; "),
    errors
  })
}

export const unavailable = (error: JournalUnavailable): Problems.Unavailable =>
  new Problems.Unavailable({ detail: error.message, retryAfterSeconds: 1 })

export const queueFull = (error: JournalFull): Problems.QueueFull =>
  new Problems.QueueFull({
    detail: `More is waiting than can be held; nothing was stored. Try again in ${error.retryAfterSeconds} s`,
    retryAfterSeconds: error.retryAfterSeconds
  })

export const orderNotFound = ({ orderId }: OrderNotFound): Problems.NotFound =>
  new Problems.NotFound({ detail: `There is no order ${JSON.stringify(orderId)}` })

export const noPipeline = ({ missed }: NoPipeline): Problems.NoPipeline =>
  new Problems.NoPipeline({
    detail: missed.length === 0
      ? "There is no pipeline at all: PUT one to /v1/pipelines/{name}"
      : `No pipeline takes this order: ${missed.map(({ name, reason }) => `${name}: ${reason}`).join("; ")}`,
    errors: missed.map(({ name, reason }) => ({ path: name, message: reason }))
  })

export const matchFailed = ({ pipeline, message }: MatchFailed): Problems.PipelineMatchFailed =>
  new Problems.PipelineMatchFailed({
    detail: `match.when of pipeline ${pipeline} failed: ${message}`,
    errors: [{ path: `${pipeline}.match.when`, message }]
  })

export const cursorInvalid = ({ message }: CursorInvalid): Problems.InvalidRequest =>
  invalid([{ path: "cursor", message }])

/** Maps the errors of intake to problems. */
export const ofIntake = {
  JournalUnavailable: (error: JournalUnavailable) => Effect.fail(unavailable(error)),
  JournalFull: (error: JournalFull) => Effect.fail(queueFull(error)),
  IntakeConflict: ({ message }: IntakeConflict) => Effect.fail(new Problems.Conflict({ detail: message })),
  NoPipeline: (error: NoPipeline) => Effect.fail(noPipeline(error)),
  MatchFailed: (error: MatchFailed) => Effect.fail(matchFailed(error))
}

/** The problems of a submission, apart from those of its body. */
export type IntakeProblem =
  | Problems.Conflict
  | Problems.InvalidRequest
  | Problems.NoPipeline
  | Problems.PipelineMatchFailed
  | Problems.QueueFull
  | Problems.Unavailable

/** The problems of a reported event, apart from those of its body. */
export type ReportProblem = Problems.Conflict | Problems.InvalidRequest | Problems.Unavailable

/** Maps the errors of a reported event to problems. */
export const ofReport = {
  JournalUnavailable: (error: JournalUnavailable) => Effect.fail(unavailable(error)),
  IntakeConflict: ({ message }: IntakeConflict) => Effect.fail(new Problems.Conflict({ detail: message }))
}

/** Maps the errors of a list to problems. */
export const ofList = {
  JournalUnavailable: (error: JournalUnavailable) => Effect.fail(unavailable(error)),
  CursorInvalid: (error: CursorInvalid) => Effect.fail(cursorInvalid(error))
}

/** The time in a filter, in epoch milliseconds. */
export const moment = (
  path: string,
  value: string | undefined
): Effect.Effect<number | undefined, Problems.InvalidRequest> => {
  if (value === undefined) return Effect.undefined
  const at = epochMillisOf(value)
  return at === undefined ? Effect.fail(invalid([{ path, message: notMoment }])) : Effect.succeed(at)
}
