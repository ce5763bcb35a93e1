/** `GET /v1/event-types`: the webhook types, with the schemas of their bodies. Contract: section 7. */
import { Api } from "@sluice/api/Api"
import { eventTypes } from "@sluice/api/internal/webhooks/EventTypes"
import { defaultLimit } from "@sluice/api/wire/Paging"
import { cursor, page } from "@sluice/persistence/internal/sql/Page"
import { Effect, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Readiness } from "../../process/Readiness.ts"
import * as Answer from "../../wire/Answer.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

const byPlace = cursor(Schema.Tuple([Schema.Int]))

const placed = eventTypes.map((view, place) => ({ place, view }))

export const layer = HttpApiBuilder.group(
  Api,
  "eventTypes",
  Effect.fnUntraced(function*(handlers) {
    const readiness = yield* Readiness

    return handlers.handle(
      "list",
      Effect.fnUntraced(function*({ query }) {
        const { limit = defaultLimit, cursor } = query
        const [after] = (yield* Effect.mapError(byPlace.read({ limit, cursor }), ErrorMapping.cursorInvalid)) ?? [-1]
        // Every /v1 request says so while the database is away, this one too.
        yield* Effect.mapError(readiness.reachable, ErrorMapping.unavailable)
        const rest = placed.filter(({ place }) => place > after)
        return Answer.page(
          page(rest, limit, byPlace, ({ place }) => [place] as const, ({ view }) => view),
          JSON.stringify
        )
      })
    )
  })
)
