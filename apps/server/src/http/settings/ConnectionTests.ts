/**
 * `POST /v1/connectors/{id}/test` and `/v1/auth-providers/{name}/test`: one harmless request with the stored
 * credentials. It is recorded in the audit before it is sent, so that nothing is sent unrecorded.
 */
import { ConnectionTestRequest } from "@sluice/api/internal/settings/SettingsEndpoints"
import * as Problems from "@sluice/api/wire/Problems"
import { kindText } from "@sluice/domain/internal/settings/SettingsKind"
import type {
  ConnectionUnknown,
  ConnectionUnreadable,
  TestUrlRefused
} from "@sluice/engine/internal/commands/ConnectionPlan"
import { TestConnection } from "@sluice/engine/internal/commands/TestConnection"
import { AuditLog } from "@sluice/persistence/internal/access/AuditLog"
import { SettingsLive } from "@sluice/persistence/settings/SettingsLive"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { atMost } from "../../process/AnswerTimeout.ts"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as Decoded from "../../wire/Decoded.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import { patience, unavailable } from "../../wire/SchemaErrorHandler.ts"

interface Testing {
  readonly params: { readonly id: string }
  readonly request: HttpServerRequest.HttpServerRequest
}

const ofTest = (kind: "connector" | "authProvider") => ({
  ConnectionUnknown: ({ id }: ConnectionUnknown) =>
    Effect.fail(new Problems.NotFound({ detail: `There is no ${kindText[kind]} ${JSON.stringify(id)}` })),
  ConnectionUnreadable: ({ message }: ConnectionUnreadable) => Effect.fail(new Problems.Conflict({ detail: message })),
  TestUrlRefused: ({ message }: TestUrlRefused) => Effect.fail(ErrorMapping.invalid([{ path: "url", message }]))
})

/** The handler of one kind. */
export const make = Effect.fnUntraced(function*(kind: "connector" | "authProvider") {
  const tests = yield* TestConnection
  const live = yield* SettingsLive
  const audit = yield* AuditLog

  return Effect.fnUntraced(function*({ params, request }: Testing) {
    const body = yield* Body.readObjectOrNothing(request, "method and url, if they are to be others")
    const asked = yield* Decoded.as(ConnectionTestRequest, body)
    // The test uses the newest stored setting, even if another process has just saved it.
    const { run } = yield* Effect.mapError(live.refresh, ErrorMapping.unavailable).pipe(
      Effect.andThen(Effect.catchTags(tests[kind](params.id, asked), ofTest(kind))),
      Effect.tap(({ method, url }) =>
        Effect.mapError(audit.performed({ after: { method, url } }), ErrorMapping.unavailable)
      ),
      atMost(patience, () => Effect.fail(unavailable()))
    )
    return Answer.json(JSON.stringify(yield* run))
  })
})
