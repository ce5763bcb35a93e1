/** Cancels runs, wherever they are executed. Contract: section 7, `cancel`. */
import { uuidOfRun } from "@sluice/domain/identity/Ids"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { type Cancellation, unexplained } from "../journal/Cancellation.ts"
import { Journal, type JournalUnavailable, RunNotFound } from "../journal/Journal.ts"
import { Runs } from "../runs/Runs.ts"
import { Settings } from "../settings/Settings.ts"
import { redactorOf } from "../steps/StepRedaction.ts"

/** The run had ended before it could be cancelled. */
export class RunEnded extends Schema.TaggedError<RunEnded>()("RunEnded", {
  runId: Schema.String,
  state: Schema.String
}) {}

export interface CancelRequest {
  /** Secrets in it are redacted before it is stored. */
  readonly reason?: string | undefined
  readonly compensate?: boolean | undefined
}

/** The time that the reply waits for the run to end. A compensating run may take longer and is not waited for. */
const patience = "3 seconds"
const patienceCompensating = "500 millis"

export class CancelRun extends Context.Service<CancelRun, {
  /** Stores that the run ends `cancelled`, as `cancel` does, and does not wait for that end. */
  readonly request: (
    runId: string,
    request: CancelRequest
  ) => Effect.Effect<void, RunNotFound | RunEnded | JournalUnavailable>
  /**
   * Stores that the run ends `cancelled`, and aborts its call: at once where it is executed in this process, else within
   * 2 s. Waits a little for that end. A second cancel changes nothing. `runId` is a process event's id or the UUID in it.
   */
  readonly cancel: (
    runId: string,
    request: CancelRequest
  ) => Effect.Effect<void, RunNotFound | RunEnded | JournalUnavailable>
}>()("@sluice/engine/CancelRun") {
  static readonly layer = Layer.effect(CancelRun, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const journal = yield* Journal
  const runs = yield* Runs
  const settings = yield* Settings
  const clock = yield* Clock.Clock

  const request = Effect.fnUntraced(function*(id: string, { reason, compensate = false }: CancelRequest) {
    const runId = uuidOfRun(id)
    const cancellation: Cancellation = {
      reason: reason === undefined || reason === "" ? unexplained : redactorOf(settings.current().secrets).text(reason),
      compensate
    }
    // If this is interrupted here, the cancel is stored, and the journal notifies the process that executes the run.
    const answer = yield* journal.cancel(runId, cancellation, clock.currentTimeMillisUnsafe())
    if (answer._tag === "Stored") runs.cancel(runId, cancellation)
    switch (answer._tag) {
      case "Unknown":
        return yield* new RunNotFound({ runId: id })
      case "TooLate":
        return yield* new RunEnded({ runId: id, state: answer.state })
    }
  })

  const cancel = (runId: string, asked: CancelRequest) =>
    Effect.andThen(
      request(runId, asked),
      runs.awaitEnd(runId, asked.compensate === true ? patienceCompensating : patience)
    )

  return CancelRun.of({ request, cancel })
})
