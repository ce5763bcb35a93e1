/** `/v1/events`: decodes, calls, maps errors. Contract: sections 7 and 9. */
import { Api } from "@sluice/api/Api"
import { EventRequest } from "@sluice/api/internal/orders/EventsApi"
import { eventId } from "@sluice/domain/identity/Ids"
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { stringify } from "@sluice/domain/json/Json"
import { Events } from "@sluice/persistence/outbox/Events"
import { DateTime, Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as Decoded from "../../wire/Decoded.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as Preconditions from "../../wire/Preconditions.ts"

/** Members of the message that are not the reporter's to say. */
const own = ["id", "type", "createdAt"]

export const layer = HttpApiBuilder.group(
  Api,
  "events",
  Effect.fnUntraced(function*(handlers) {
    const events = yield* Events

    return handlers.handleRaw(
      "report",
      Effect.fnUntraced(function*({ headers, request }) {
        const idempotencyKey = yield* Preconditions.idempotencyKey(headers["idempotency-key"])
        const body = yield* Body.readObject(request, "type and data")
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
          body: stringify({ id: eventId(uuid), type, createdAt: DateTime.formatIso(now), ...body["data"] as object }),
          ...(idempotencyKey !== undefined && { repeatable: { idempotencyKey, asked: body } })
        }).pipe(Effect.catchTags(ErrorMapping.ofReport))
        return Answer.json(JSON.stringify({ eventId: eventId(stored) }), 202)
      })
    )
  })
)
