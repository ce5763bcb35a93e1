/** `/v1/audit`: decodes, calls, maps errors. Contract: section 2, "Audit". */
import { Api } from "@sluice/api/Api"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { AuditLog } from "@sluice/persistence/internal/access/AuditLog"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Answer from "../../wire/Answer.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "audit",
  Effect.fnUntraced(function*(handlers) {
    const audit = yield* AuditLog

    return handlers
      .handle(
        "list",
        Effect.fnUntraced(function*({ query }) {
          const { action, actor, cursor, limit = defaultLimit, resource } = query
          const createdAfter = yield* ErrorMapping.moment("createdAfter", query.createdAfter)
          const createdBefore = yield* ErrorMapping.moment("createdBefore", query.createdBefore)
          const filters = { action, actor, resource, createdAfter, createdBefore }
          const page = yield* audit.list(filters, { limit, cursor }).pipe(Effect.catchTags(ErrorMapping.ofList))
          return Answer.page({ ...page, items: yield* Effect.forEach(page.items, writeJson) }, (text) => text)
        })
      )
      .handle(
        "get",
        Effect.fnUntraced(function*({ params }) {
          const record = yield* audit.get(params.id).pipe(Effect.catchTags({
            JournalUnavailable: (error) => Effect.fail(ErrorMapping.unavailable(error)),
            AuditRecordUnknown: ({ id }) =>
              Effect.fail(new Problems.NotFound({ detail: `There is no audit record ${JSON.stringify(id)}` }))
          }))
          return Answer.json(yield* writeJson(record))
        })
      )
  })
)
