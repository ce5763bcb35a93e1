/**
 * The answer to an accepted order: 202 at once, or 200 once its run has ended within `Prefer: wait`. Contract: section
 * 7, `POST /v1/orders`.
 */
import type * as Problems from "@sluice/api/wire/Problems"
import { uuidOf } from "@sluice/domain/identity/Ids"
import { writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { isLarge } from "@sluice/domain/internal/json/LargeText"
import { stringify } from "@sluice/domain/json/Json"
import { isFinal, type ProcessEvent } from "@sluice/domain/run/ProcessEvent"
import type { Receipt } from "@sluice/engine/commands/Intake"
import { Runs } from "@sluice/engine/runs/Runs"
import { Deadlines } from "@sluice/http-client/internal/connection/Deadlines"
import { type EndedRun, RunTranscripts, Transcribed } from "@sluice/persistence/internal/records/RunTranscripts"
import { Orders } from "@sluice/persistence/queries/Orders"
import { ProcessEvents } from "@sluice/persistence/queries/ProcessEvents"
import { Clock, Context, Duration, Effect, Layer } from "effect"
import type { HttpServerResponse } from "effect/http"
import { atMost } from "../process/AnswerTimeout.ts"
import { Stopping } from "../process/Stopping.ts"
import * as Answer from "./Answer.ts"
import { patience, unavailable } from "./SchemaErrorHandler.ts"

/** The JSON of a process event, in which numbers that a double cannot hold keep their digits. */
export const processEventText = (event: ProcessEvent): Effect.Effect<string> =>
  isLarge(event) ? writeJson(event) : Effect.sync(() => stringify(event as never))

const accepted = ({ orderId, eventId, processEventId, state }: Receipt) =>
  Answer.json(JSON.stringify({ orderId, eventId, processEventId, state }), 202)

const finished = (order: string, event: ProcessEvent) =>
  Effect.map(processEventText(event), (text) => Answer.json(`{"order":${order},"processEvent":${text}}`))

/** The end of a run; `"stored"` if it has to be read from the database, `undefined` if it did not come in time. */
type Ending = EndedRun | "stored" | undefined

const make = Effect.gen(function*() {
  const runs = yield* Runs
  const orders = yield* Orders
  const events = yield* ProcessEvents
  const stopping = yield* Stopping
  const transcripts = yield* RunTranscripts

  const timers = yield* Effect.acquireRelease(Effect.sync(() => new Deadlines()), ({ shutdown }) => shutdown)
  /** Ends the wait of each request that waits for a run: when the process is stopping, that can be answered. */
  const waiting = new Set<() => void>()
  let isStopping = false
  yield* Effect.forkScoped(Effect.map(stopping.begun, () => {
    isStopping = true
    for (const leave of waiting) leave()
  }))

  /** Waits for the end of a run of which this process cannot tell what was stored. */
  const elsewhere = (runId: string, wait: Duration.Duration): Effect.Effect<Ending> =>
    Effect.map(runs.awaitEnd(runId, wait), (ended): Ending => ended ? "stored" : undefined).pipe(
      Effect.raceFirst(Effect.as(stopping.begun, undefined))
    )

  /** Waits for the run's end by callbacks: timeouts and races would fork four fibers for each request. */
  const ending = (runId: string, wait: Duration.Duration): Effect.Effect<Ending> =>
    Effect.withFiber((fiber) => {
      const undo: Array<() => void> = []
      return Effect.callback<Ending>((resume) => {
        const leave = () => resume(Effect.undefined)
        if (isStopping) return leave()
        waiting.add(leave)
        undo.push(
          () => waiting.delete(leave),
          timers.set(fiber.getRef(Clock.Clock), Duration.toMillis(wait), leave),
          transcripts.onEnded(runId, (run) => resume(run === undefined ? elsewhere(runId, wait) : Effect.succeed(run)))
        )
      }).pipe(Effect.ensuring(Effect.sync(() => {
        for (const each of undo) each()
        transcripts.forget(runId)
      })))
    })

  const transcribed = (run: EndedRun) =>
    Effect.flatMap(events.ended(run), (event) => finished(run.documents.get(run.version) ?? "null", event))

  const stored = Effect.fnUntraced(
    function*(receipt: Receipt) {
      const order = yield* orders.get(receipt.orderId)
      return yield* finished(order.text, yield* events.get(receipt.processEventId))
    },
    // Both were stored before there was a receipt, and nothing deletes them.
    Effect.catchTags({ OrderNotFound: Effect.die, ProcessEventUnknown: Effect.die })
  )

  const current = Effect.fnUntraced(function*(receipt: Receipt) {
    const { state } = yield* events.get(receipt.processEventId)
    return accepted({ ...receipt, state })
  })

  const awaited = Effect.fnUntraced(function*(receipt: Receipt, wait: Duration.Duration) {
    const end = isFinal(receipt.state)
      ? "stored"
      : yield* ending(uuidOf(receipt.processEventId) ?? "", wait)
    const answered = end === undefined ? current(receipt) : end === "stored" ? stored(receipt) : transcribed(end)
    // The order is stored, even if it cannot be read just now.
    return yield* Effect.orElseSucceed(answered, () => accepted(receipt))
  })

  return AcceptedResponse.of({
    answer: (receipt, wait) => wait === undefined ? Effect.sync(() => accepted(receipt)) : awaited(receipt, wait),
    submitted: (submission, wait) =>
      wait === undefined ? submission : Effect.provideService(submission, Transcribed, true),
    inTime: atMost(patience, () => Effect.fail(unavailable()))
  })
})

export class AcceptedResponse extends Context.Service<AcceptedResponse, {
  readonly answer: (
    receipt: Receipt,
    wait: Duration.Duration | undefined
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse>
  /** Performs a request that waits for its run, so that {@link answer} need not read the database. */
  readonly submitted: <A, E, R>(
    submission: Effect.Effect<A, E, R>,
    wait: Duration.Duration | undefined
  ) => Effect.Effect<A, E, R>
  /** Fails with 503 if intake does not answer within the 5 s that a client is promised. */
  readonly inTime: <A, E, R>(intake: Effect.Effect<A, E, R>) => Effect.Effect<A, E | Problems.Unavailable, R>
}>()("@sluice/server/http/AcceptedResponse") {
  static readonly layer = Layer.effect(AcceptedResponse, Effect.suspend(() => make))
}
