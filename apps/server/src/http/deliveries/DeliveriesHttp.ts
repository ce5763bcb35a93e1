/** `/v1/deliveries`: decodes, calls, maps errors. Contract: sections 7 and 9. */
import { Api } from "@sluice/api/Api"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import {
  Deliveries,
  type DeliveryUnknown,
  type NotDeliverable
} from "@sluice/persistence/internal/deliveries/Deliveries"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Answer from "../../wire/Answer.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

export const ofDelivery = {
  JournalUnavailable: (error: JournalUnavailable) => Effect.fail(ErrorMapping.unavailable(error)),
  DeliveryUnknown: ({ id }: DeliveryUnknown) =>
    Effect.fail(new Problems.NotFound({ detail: `There is no delivery ${JSON.stringify(id)}` }))
}

export const layer = HttpApiBuilder.group(
  Api,
  "deliveries",
  Effect.fnUntraced(function*(handlers) {
    const deliveries = yield* Deliveries

    return handlers
      .handle(
        "list",
        Effect.fnUntraced(function*({ query }) {
          const { limit = defaultLimit, cursor, ...filters } = query
          const page = yield* deliveries.list(filters, { limit, cursor }).pipe(Effect.catchTags(ErrorMapping.ofList))
          return Answer.page(page, (summary) => JSON.stringify(summary))
        })
      )
      .handle(
        "get",
        Effect.fnUntraced(function*({ params }) {
          const delivery = yield* deliveries.get(params.id).pipe(Effect.catchTags(ofDelivery))
          return Answer.json(yield* writeJson(delivery))
        })
      )
      .handle(
        "redeliver",
        Effect.fnUntraced(function*({ params }) {
          const delivery = yield* deliveries.redeliver(params.id).pipe(Effect.catchTags({
            ...ofDelivery,
            NotDeliverable: ({ id, reason }: NotDeliverable) =>
              Effect.fail(new Problems.Conflict({ detail: `Delivery ${id} cannot be sent again: ${reason}` }))
          }))
          return Answer.json(yield* writeJson(delivery), 202)
        })
      )
  })
)
