/** `/v1/customers` and `/v1/subscriptions`: decode, call, map errors. Contract: section 7. */
import { Api } from "@sluice/api/Api"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { type ResourceKind, Resources, type ResourceUnknown } from "@sluice/persistence/internal/queries/Resources"
import { Effect, Layer } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Answer from "../../wire/Answer.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

interface Listing {
  readonly query: { readonly limit?: number; readonly cursor?: string }
}
interface One {
  readonly params: { readonly id: string }
}

const reading = (kind: ResourceKind) =>
  Effect.map(Resources, (resources) => ({
    list: Effect.fnUntraced(function*({ query: { limit = defaultLimit, cursor } }: Listing) {
      const page = yield* resources.list(kind, { limit, cursor }).pipe(Effect.catchTags(ErrorMapping.ofList))
      return Answer.page(page, (text) => text)
    }),
    get: Effect.fnUntraced(function*({ params }: One) {
      const text = yield* resources.get(kind, params.id).pipe(Effect.catchTags({
        JournalUnavailable: (error) => Effect.fail(ErrorMapping.unavailable(error)),
        ResourceUnknown: ({ id }: ResourceUnknown) =>
          Effect.fail(new Problems.NotFound({ detail: `There is no ${kind} ${JSON.stringify(id)}` }))
      }))
      return Answer.json(text)
    })
  }))

export const layer = Layer.mergeAll(
  HttpApiBuilder.group(
    Api,
    "customers",
    Effect.fnUntraced(function*(handlers) {
      const { list, get } = yield* reading("customer")
      return handlers.handle("list", list).handle("get", get)
    })
  ),
  HttpApiBuilder.group(
    Api,
    "subscriptions",
    Effect.fnUntraced(function*(handlers) {
      const { list, get } = yield* reading("subscription")
      return handlers.handle("list", list).handle("get", get)
    })
  )
)
