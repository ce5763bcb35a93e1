/** `/v1/customers` and `/v1/subscriptions`: decode, call, map errors. Contract: section 7. */
import { Api } from "@sluice/api/Api"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { type ResourceKind, Resources, type ResourceUnknown } from "@sluice/persistence/internal/queries/Resources"
import { Effect, Layer } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Answer from "../../wire/Answer.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

interface Paging {
  readonly limit?: number
  readonly cursor?: string
}
interface One {
  readonly params: { readonly id: string }
}

const limited = ({ limit = defaultLimit, cursor }: Paging) => ({ limit, cursor })

const unknown = (kind: ResourceKind) => ({ id }: ResourceUnknown) =>
  Effect.fail(new Problems.NotFound({ detail: `There is no ${kind} ${JSON.stringify(id)}` }))

const getting = (kind: ResourceKind) =>
  Effect.map(Resources, (resources) =>
    Effect.fnUntraced(function*({ params }: One) {
      const text = yield* resources.get(kind, params.id).pipe(Effect.catchTags({
        JournalUnavailable: (error) => Effect.fail(ErrorMapping.unavailable(error)),
        ResourceUnknown: unknown(kind)
      }))
      return Answer.json(text)
    }))

export const layer = Layer.mergeAll(
  HttpApiBuilder.group(
    Api,
    "customers",
    Effect.fnUntraced(function*(handlers) {
      const resources = yield* Resources
      return handlers
        .handle(
          "list",
          Effect.fnUntraced(function*({ query }) {
            const page = yield* resources.list("customer", limited(query)).pipe(Effect.catchTags(ErrorMapping.ofList))
            return Answer.page(page, (text) => text)
          })
        )
        .handle("get", yield* getting("customer"))
    })
  ),
  HttpApiBuilder.group(
    Api,
    "subscriptions",
    Effect.fnUntraced(function*(handlers) {
      const resources = yield* Resources
      return handlers
        .handle(
          "list",
          Effect.fnUntraced(function*({ query }) {
            const { customerId, orderId, status } = query
            const page = yield* resources.subscriptions({ customerId, orderId, status }, limited(query)).pipe(
              Effect.catchTags(ErrorMapping.ofList)
            )
            return Answer.page(page, (text) => text)
          })
        )
        .handle("get", yield* getting("subscription"))
        .handle(
          "history",
          Effect.fnUntraced(function*({ params, query }) {
            const page = yield* resources.history(params.id, limited(query)).pipe(Effect.catchTags({
              ...ErrorMapping.ofList,
              ResourceUnknown: unknown("subscription")
            }))
            return Answer.page(page, (text) => text)
          })
        )
    })
  )
)
