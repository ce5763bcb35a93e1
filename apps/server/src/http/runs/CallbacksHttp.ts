/** `/v1/callbacks`: decodes, calls, maps errors. Contract: section 6, "Waiting for a callback". */
import { Api } from "@sluice/api/Api"
import * as Problems from "@sluice/api/wire/Problems"
import { type CallbackConflict, type CallbackTooLate, TakeCallback } from "@sluice/engine/commands/TakeCallback"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

const ofCallback = {
  JournalUnavailable: (error: JournalUnavailable) => Effect.fail(ErrorMapping.unavailable(error)),
  CallbackUnknown: () => Effect.fail(new Problems.NotFound({ detail: "No request carried this callback URL" })),
  CallbackConflict: ({ processEventId }: CallbackConflict) =>
    Effect.fail(
      new Problems.Conflict({ detail: `${processEventId} was answered before, and otherwise: the first answer counts` })
    ),
  CallbackTooLate: ({ processEventId, state }: CallbackTooLate) =>
    Effect.fail(
      new Problems.Gone({ detail: `${processEventId} is ${state} and waits for this answer no more: it is not used` })
    )
}

export const layer = HttpApiBuilder.group(
  Api,
  "callbacks",
  Effect.fnUntraced(function*(handlers) {
    const callbacks = yield* TakeCallback

    return handlers.handleRaw(
      "answer",
      Effect.fnUntraced(function*({ params, request }) {
        const body = yield* Body.readOrNothing(request)
        const receipt = yield* callbacks.take(params.token, request.headers, body).pipe(Effect.catchTags(ofCallback))
        return Answer.json(JSON.stringify(receipt))
      })
    )
  })
)
