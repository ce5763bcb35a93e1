/**
 * The answer to an order that was taken in: 202 at once, or 200 when its run has ended within `Prefer: wait`.
 * Contract: section 7, `POST /v1/orders`.
 */
import type * as Problems from "@sluice/api/wire/Problems"
import { uuidOf } from "@sluice/domain/identity/Ids"
import { stringify } from "@sluice/domain/json/Json"
import { isFinal, type ProcessEvent } from "@sluice/domain/run/ProcessEvent"
import type { Receipt } from "@sluice/engine/commands/Intake"
import { Runs } from "@sluice/engine/runs/Runs"
import { Orders } from "@sluice/persistence/queries/Orders"
import { ProcessEvents } from "@sluice/persistence/queries/ProcessEvents"
import { Context, type Duration, Effect, Layer } from "effect"
import type { HttpServerResponse } from "effect/http"
import { atMost } from "../process/AnswerTimeout.ts"
import { Stopping } from "../process/Stopping.ts"
import * as Answer from "./Answer.ts"
import * as ErrorMapping from "./ErrorMapping.ts"
import { patience, unavailable } from "./SchemaErrorHandler.ts"

/** A process event as it is written: numbers that no double holds come out as they came in. */
export const processEventText = (event: ProcessEvent): string => stringify(event as never)

const accepted = ({ orderId, eventId, processEventId, state }: Receipt) =>
  Answer.json(JSON.stringify({ orderId, eventId, processEventId, state }), 202)

const make = Effect.gen(function*() {
  const runs = yield* Runs
  const orders = yield* Orders
  const events = yield* ProcessEvents
  const stopping = yield* Stopping

  /** Ends the wait when the process is stopping: the order is stored, and that can be answered. */
  const hasEnded = (receipt: Receipt, wait: Duration.Duration) =>
    isFinal(receipt.state)
      ? Effect.succeed(true)
      : runs.awaitEnd(uuidOf(receipt.processEventId) ?? "", wait).pipe(
        Effect.raceFirst(Effect.as(stopping.begun, false))
      )

  const finished = Effect.fnUntraced(
    function*(receipt: Receipt) {
      const order = yield* orders.get(receipt.orderId)
      const event = yield* events.get(receipt.processEventId)
      return Answer.json(`{"order":${order.text},"processEvent":${processEventText(event)}}`)
    },
    Effect.catchTags({
      JournalUnavailable: (error) => Effect.fail(ErrorMapping.unavailable(error)),
      // Both were stored before there was a receipt, and nothing deletes them.
      OrderNotFound: Effect.die,
      ProcessEventUnknown: Effect.die
    })
  )

  const current = Effect.fnUntraced(function*(receipt: Receipt) {
    const { state } = yield* events.get(receipt.processEventId)
    return accepted({ ...receipt, state })
  })

  const answer = Effect.fnUntraced(function*(receipt: Receipt, wait: Duration.Duration | undefined) {
    if (wait === undefined) return accepted(receipt)
    return (yield* hasEnded(receipt, wait))
      ? yield* finished(receipt)
      : yield* Effect.orElseSucceed(current(receipt), () => accepted(receipt))
  })

  return AcceptedResponse.of({
    answer,
    inTime: atMost(patience, () => Effect.fail(unavailable()))
  })
})

export class AcceptedResponse extends Context.Service<AcceptedResponse, {
  readonly answer: (
    receipt: Receipt,
    wait: Duration.Duration | undefined
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, Problems.Unavailable>
  /** Fails with 503 where intake says nothing within the 5 s that a client is promised. */
  readonly inTime: <A, E, R>(intake: Effect.Effect<A, E, R>) => Effect.Effect<A, E | Problems.Unavailable, R>
}>()("@sluice/server/http/AcceptedResponse") {
  static readonly layer = Layer.effect(AcceptedResponse, Effect.suspend(() => make))
}
