/** `/v1/partners`: decodes, calls, maps errors. Contract: section 4, `onUnavailable`, and section 7. */
import { Api } from "@sluice/api/Api"
import type { PartnerView } from "@sluice/api/internal/operations/PartnersApi"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import { redactorOf } from "@sluice/engine/internal/steps/StepRedaction"
import { PartnerBreaker } from "@sluice/engine/partners/PartnerBreaker"
import { Settings } from "@sluice/engine/settings/Settings"
import { type Partner, PartnerSettings } from "@sluice/persistence/internal/queries/PartnerSettings"
import { cursor, page } from "@sluice/persistence/internal/sql/Page"
import { Effect, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as PartnerBody from "./PartnerBody.ts"

const byHost = cursor(Schema.Tuple([Schema.String]))

const view = ({ nextTryAt, since, ...partner }: Partner): PartnerView => ({
  ...partner,
  ...(nextTryAt !== undefined && { nextTryAt: isoOf(nextTryAt) }),
  ...(since !== undefined && { since: isoOf(since) })
})

const text = (partner: Partner): string => JSON.stringify(view(partner))

const unknown = (host: string) =>
  new Problems.NotFound({
    detail: `Nothing is known of a partner ${JSON.stringify(host)}: GET /v1/partners lists them`
  })

export const layer = HttpApiBuilder.group(
  Api,
  "partners",
  Effect.fnUntraced(function*(handlers) {
    const board = yield* PartnerBreaker
    const partners = yield* PartnerSettings
    const settings = yield* Settings

    const shown = Effect.fnUntraced(function*(host: string) {
      const partner = yield* Effect.mapError(partners.get(host), ErrorMapping.unavailable)
      return partner === undefined ? yield* unknown(host) : Answer.json(text(partner))
    })

    return handlers
      .handle(
        "list",
        Effect.fnUntraced(function*({ query }) {
          const { limit = defaultLimit, cursor } = query
          const [after] = (yield* Effect.mapError(byHost.read({ limit, cursor }), ErrorMapping.cursorInvalid)) ?? []
          const found = yield* Effect.mapError(partners.list(after, limit + 1), ErrorMapping.unavailable)
          return Answer.page(page(found, limit, byHost, ({ host }) => [host] as const, (one) => one), text)
        })
      )
      .handle("get", ({ params }) => shown(params.host.toLowerCase()))
      .handleRaw(
        "put",
        Effect.fnUntraced(function*({ params, request }) {
          const body = yield* Body.readObject(request, "maxConcurrent, ratePerSecond, paused and reason, all optional")
          const host = yield* PartnerBody.hostOf(params.host)
          const { reason, ...change } = yield* PartnerBody.limits(host, body)
          const told = typeof reason === "string" ? redactorOf(settings.current().secrets).text(reason) : reason
          const stored = yield* Effect.mapError(
            partners.put(host, { ...change, ...(told !== undefined && { reason: told }) }),
            ErrorMapping.unavailable
          )
          // Lifted limits on a host that was never called leave nothing to show but that.
          return Answer.json(text(stored ?? PartnerBody.nothingKnown(host)))
        })
      )
      .handle(
        "reset",
        Effect.fnUntraced(function*({ params }) {
          const host = params.host.toLowerCase()
          const status = yield* Effect.mapError(board.reset(host), ErrorMapping.unavailable)
          return status === undefined ? yield* unknown(params.host) : yield* shown(host)
        })
      )
  })
)
