/** `/v1/partners`: the health of partners, and closing a circuit by hand. Contract: section 4, `onUnavailable`. */
import { Api } from "@sluice/api/Api"
import type { PartnerView } from "@sluice/api/internal/operations/PartnersApi"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import { PartnerBreaker, type PartnerStatus } from "@sluice/engine/partners/PartnerBreaker"
import { cursor, page } from "@sluice/persistence/internal/sql/Page"
import { Effect, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Answer from "../../wire/Answer.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

const byHost = cursor(Schema.Tuple([Schema.String]))

const view = ({ since, ...status }: PartnerStatus): PartnerView => ({
  ...status,
  since: isoOf(since)
})

const text = (status: PartnerStatus): string => JSON.stringify(view(status))

export const layer = HttpApiBuilder.group(
  Api,
  "partners",
  Effect.fnUntraced(function*(handlers) {
    const board = yield* PartnerBreaker

    return handlers
      .handle(
        "list",
        Effect.fnUntraced(function*({ query }) {
          const { limit = defaultLimit, cursor } = query
          const [after] = (yield* Effect.mapError(byHost.read({ limit, cursor }), ErrorMapping.cursorInvalid)) ?? []
          const all = yield* Effect.mapError(board.list, ErrorMapping.unavailable)
          const rest = after === undefined ? all : all.filter(({ host }) => host > after)
          return Answer.page(page(rest, limit, byHost, ({ host }) => [host] as const, (one) => one), text)
        })
      )
      .handle(
        "reset",
        Effect.fnUntraced(function*({ params }) {
          const status = yield* Effect.mapError(board.reset(params.host.toLowerCase()), ErrorMapping.unavailable)
          if (status === undefined) {
            return yield* new Problems.NotFound({
              detail: `Nothing is known against a partner ${JSON.stringify(params.host)}: GET /v1/partners lists them`
            })
          }
          return Answer.json(text(status))
        })
      )
  })
)
