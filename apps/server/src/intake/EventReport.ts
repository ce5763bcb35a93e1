/**
 * Reports an event, from the request's headers and body to its answer: shared by the API's route and the direct path
 * (`DirectIntake`). Contract: sections 7 and 9, `POST /v1/events`.
 */
import { EventRequest } from "@sluice/api/internal/orders/EventsApi"
import { eventId } from "@sluice/domain/identity/Ids"
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import type { JsonObject } from "@sluice/domain/json/Json"
import { Events } from "@sluice/persistence/outbox/Events"
import { Context, DateTime, Effect, Layer } from "effect"
import type { HttpServerResponse } from "effect/http"
import * as Answer from "../wire/Answer.ts"
import type { SentHeaders } from "../wire/Body.ts"
import * as Decoded from "../wire/Decoded.ts"
import * as ErrorMapping from "../wire/ErrorMapping.ts"
import * as Preconditions from "../wire/Preconditions.ts"

/** The members of the body, as the refusal of another body names them. */
export const asked = "type and data"

/** Members of the message that are not the reporter's to say. */
const own = ["id", "type", "createdAt"]

const make = Effect.gen(function*() {
  const events = yield* Events

  return Effect.fnUntraced(function*<E>(headers: SentHeaders, readBody: Effect.Effect<JsonObject, E>) {
    const idempotencyKey = yield* Preconditions.idempotencyKey(headers["idempotency-key"])
    const body = yield* readBody
    const { type, data } = yield* Decoded.as(EventRequest, body)
    const taken = own.filter((name) => Object.hasOwn(data, name))
    if (taken.length > 0) {
      return yield* ErrorMapping.invalid(
        taken.map((name) => ({ path: `data.${name}`, message: "is given by the server: leave it out" }))
      )
    }
    const uuid = newUuidUnsafe()
    const now = yield* DateTime.now
    const stored = yield* events.store({
      id: uuid,
      type,
      createdAt: DateTime.toEpochMillis(now),
      // As it was read, so that no digit is lost.
      body: yield* writeJson({
        id: eventId(uuid),
        type,
        createdAt: DateTime.formatIso(now),
        ...body["data"] as object
      }),
      ...(idempotencyKey !== undefined && { repeatable: { idempotencyKey, asked: body } })
    }).pipe(Effect.catchTags(ErrorMapping.ofReport))
    return Answer.json(JSON.stringify({ eventId: eventId(stored) }), 202)
  })
})

export class EventReport extends Context.Service<EventReport, {
  /**
   * Reports an event, with `Idempotency-Key`. `readBody` runs once the headers are found valid. Each failure is a
   * problem.
   */
  readonly report: <E>(
    headers: SentHeaders,
    readBody: Effect.Effect<JsonObject, E>
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, E | ErrorMapping.ReportProblem>
}>()("@sluice/server/intake/EventReport") {
  static readonly layer = Layer.effect(EventReport, Effect.map(make, (report) => ({ report })))
}
