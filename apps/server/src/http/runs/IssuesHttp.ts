/** `/v1/issues`: decodes, calls, maps errors. Contract: section 7. */
import { Api } from "@sluice/api/Api"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { uuidOf } from "@sluice/domain/identity/Ids"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import type { Issue } from "@sluice/domain/run/Issue"
import { Jobs } from "@sluice/engine/internal/jobs/Jobs"
import { redactorOf } from "@sluice/engine/internal/steps/StepRedaction"
import { Settings } from "@sluice/engine/settings/Settings"
import { Issues } from "@sluice/persistence/internal/issues/Issues"
import { Clock, Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { callerName } from "../../access/Caller.ts"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as ReasonBody from "../../wire/ReasonBody.ts"
import { jobView } from "./JobsView.ts"

interface Acting {
  readonly params: { readonly id: string }
  readonly request: HttpServerRequest.HttpServerRequest
}

const found = (id: string, issue: Issue | undefined) =>
  issue === undefined
    ? Effect.fail(new Problems.NotFound({ detail: `There is no issue ${JSON.stringify(id)}` }))
    : Effect.succeed(issue)

export const layer = HttpApiBuilder.group(
  Api,
  "issues",
  Effect.fnUntraced(function*(handlers) {
    const issues = yield* Issues
    const jobs = yield* Jobs
    const settings = yield* Settings

    const reasonIn = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
      const reason = yield* ReasonBody.optional(yield* Body.readObjectOrNothing(request, "reason, if there is any"))
      return reason === undefined ? undefined : redactorOf(settings.current().secrets).text(reason)
    })

    const settle = (state: "acknowledged" | "resolved") =>
      Effect.fnUntraced(function*({ params, request }: Acting) {
        const reason = yield* reasonIn(request)
        const settled = yield* Effect.mapError(issues.settle(params.id, state, reason), ErrorMapping.unavailable)
        return Answer.json(JSON.stringify(yield* found(params.id, settled)))
      })

    return handlers
      .handle(
        "list",
        Effect.fnUntraced(function*({ query }) {
          const { limit = defaultLimit, cursor, ...filters } = query
          const page = yield* issues.list(filters, { limit, cursor }).pipe(Effect.catchTags(ErrorMapping.ofList))
          return Answer.page(page, (issue) => JSON.stringify(issue))
        })
      )
      .handle(
        "get",
        Effect.fnUntraced(function*({ params }) {
          const issue = yield* Effect.mapError(issues.get(params.id), ErrorMapping.unavailable)
          return Answer.json(JSON.stringify(yield* found(params.id, issue)))
        })
      )
      .handleRaw("acknowledge", settle("acknowledged"))
      .handleRaw("resolve", settle("resolved"))
      .handleRaw(
        "retry",
        Effect.fnUntraced(function*({ params, request }: Acting) {
          const reason = yield* reasonIn(request)
          const known = yield* Effect.mapError(issues.get(params.id), ErrorMapping.unavailable)
          const issue = yield* found(params.id, known)
          const requestedBy = yield* callerName
          const job = yield* Effect.mapError(
            jobs.create({
              id: yield* newUuid,
              kind: "retry",
              createdAt: yield* Clock.currentTimeMillis,
              filter: { issue: uuidOf(issue.id) ?? "" },
              options: {},
              reason: reason ?? `retry of ${issue.id}`,
              ...(requestedBy !== undefined && { requestedBy })
            }),
            ErrorMapping.unavailable
          )
          return Answer.json(JSON.stringify(jobView(job, [])), 202)
        })
      )
  })
)
