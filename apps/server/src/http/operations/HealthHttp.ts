/** `/health/live` says that the process is up, `/health/ready` that it can work. Contract: section 7. */
import { Api } from "@sluice/api/Api"
import { kindText } from "@sluice/domain/internal/settings/SettingsKind"
import { SettingsLive } from "@sluice/persistence/settings/SettingsLive"
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
    const settings = yield* SettingsLive
    return handlers
      .handle("live", () => Effect.succeed(ok))
      .handle("ready", () =>
        readiness.check.pipe(
          Effect.map(() => {
            const warnings = settings.current().unreadable.map(({ id, kind, message }) =>
              `${kindText[kind]} ${id}: ${message}`
            )
            return warnings.length === 0 ? ok : Answer.json(JSON.stringify({ status: "ok", warnings }))
          }),
          Effect.mapError(ErrorMapping.unavailable)
        ))
  })
)
