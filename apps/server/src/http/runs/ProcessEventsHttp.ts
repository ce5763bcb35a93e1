/** `/v1/process-events`: decodes, calls, maps errors. Contract: sections 7 and 8. */
import { Api } from "@sluice/api/Api"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { type CalloutUnknown, ProcessEvents, type ProcessEventUnknown } from "@sluice/persistence/queries/ProcessEvents"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { processEventText } from "../../wire/AcceptedResponse.ts"
import * as Answer from "../../wire/Answer.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as CancelHttp from "./CancelHttp.ts"
import { ProcessEventStream } from "./ProcessEventStream.ts"

const ofOne = {
  JournalUnavailable: (error: JournalUnavailable) => Effect.fail(ErrorMapping.unavailable(error)),
  ProcessEventUnknown: ({ id }: ProcessEventUnknown) =>
    Effect.fail(new Problems.NotFound({ detail: `There is no process event ${JSON.stringify(id)}` }))
}

export const layer = HttpApiBuilder.group(
  Api,
  "processEvents",
  Effect.fnUntraced(function*(handlers) {
    const events = yield* ProcessEvents
    const stream = yield* ProcessEventStream
    const cancel = yield* CancelHttp.make

    return handlers
      .handle(
        "list",
        Effect.fnUntraced(function*({ query }) {
          const { limit = defaultLimit, cursor, state, orderId, pipeline, email, outcome, partner, q, step } = query
          const createdAfter = yield* ErrorMapping.moment("createdAfter", query.createdAfter)
          const createdBefore = yield* ErrorMapping.moment("createdBefore", query.createdBefore)
          const errorsOnly = query.errorsOnly === "true"
          const settled = query.settled === undefined ? undefined : query.settled === "true"
          const filters = {
            state,
            orderId,
            pipeline,
            errorsOnly,
            createdAfter,
            createdBefore,
            email,
            outcome,
            partner,
            q,
            settled,
            step
          }
          const page = yield* events.list(filters, { limit, cursor }).pipe(Effect.catchTags(ErrorMapping.ofList))
          return Answer.page(page, (summary) => JSON.stringify(summary))
        })
      )
      .handle(
        "get",
        Effect.fnUntraced(function*({ params }) {
          const event = yield* events.get(params.id).pipe(Effect.catchTags(ofOne))
          return Answer.json(yield* processEventText(event))
        })
      )
      .handle(
        "callout",
        Effect.fnUntraced(function*({ params }) {
          const callout = yield* events.callout(params.id, params.calloutId).pipe(Effect.catchTags({
            ...ofOne,
            CalloutUnknown: ({ id }: CalloutUnknown) =>
              Effect.fail(
                new Problems.NotFound({ detail: `Process event ${params.id} has no callout ${JSON.stringify(id)}` })
              )
          }))
          return Answer.json(yield* writeJson(callout))
        })
      )
      .handle(
        "stream",
        Effect.fnUntraced(function*({ params }) {
          const first = yield* events.get(params.id).pipe(Effect.catchTags(ofOne))
          return stream.from(first)
        })
      )
      .handleRaw(
        "cancel",
        Effect.fnUntraced(function*({ params, request }) {
          yield* cancel(params.id, request)
          const event = yield* events.get(params.id).pipe(Effect.catchTags(ofOne))
          return Answer.json(yield* processEventText(event))
        })
      )
  })
)
