/** `/v1/overview`: the current activity. Not part of the contract. */
import { Api } from "@sluice/api/Api"
import { Overview } from "@sluice/persistence/internal/queries/Overview"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Answer from "../../wire/Answer.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "overview",
  Effect.fnUntraced(function*(handlers) {
    const overview = yield* Overview
    return handlers.handle(
      "get",
      ({ query }) =>
        overview.read(query.window ?? "10m").pipe(
          Effect.map((view) => Answer.json(JSON.stringify(view))),
          Effect.mapError(ErrorMapping.unavailable)
        )
    )
  })
)
