/** `/health/live` says that the process is up, `/health/ready` that it can work. Contract: section 7. */
import { Api } from "@sluice/api/Api"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Readiness } from "../../process/Readiness.ts"
import * as Answer from "../../wire/Answer.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

const ok = Answer.json(JSON.stringify({ status: "ok" }))

export const layer = HttpApiBuilder.group(
  Api,
  "health",
  Effect.fnUntraced(function*(handlers) {
    const readiness = yield* Readiness
    return handlers
      .handle("live", () => Effect.succeed(ok))
      .handle("ready", () =>
        readiness.check.pipe(
          Effect.as(ok),
          Effect.mapError(ErrorMapping.unavailable)
        ))
  })
)
