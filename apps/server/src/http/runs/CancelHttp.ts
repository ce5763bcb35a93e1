/** `POST /v1/process-events/{id}/cancel`: decodes, calls, maps errors. Contract: section 7. */
import { maxReason } from "@sluice/api/internal/runs/ProcessEventsApi"
import * as Problems from "@sluice/api/wire/Problems"
import { uuidOf } from "@sluice/domain/identity/Ids"
import type { JsonObject } from "@sluice/domain/json/Json"
import { type CancelRequest, CancelRun, type RunEnded } from "@sluice/engine/commands/CancelRun"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import * as Body from "../../wire/Body.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

const unknown = (id: string) => new Problems.NotFound({ detail: `There is no process event ${JSON.stringify(id)}` })

const faultOf = (name: string, value: unknown): string | undefined => {
  switch (name) {
    case "reason":
      return value === null || (typeof value === "string" && value.length <= maxReason)
        ? undefined
        : `must be a string of at most ${maxReason} characters`
    case "compensate":
      return value === null || typeof value === "boolean" ? undefined : "must be true or false"
    default:
      return "is unknown: send reason and compensate, both optional"
  }
}

const decode = Effect.fnUntraced(function*(body: JsonObject) {
  const faults = Object.entries(body).flatMap(([path, value]) => {
    const message = faultOf(path, value)
    return message === undefined ? [] : [{ path, message }]
  })
  if (faults.length > 0) return yield* ErrorMapping.invalid(faults)
  const { reason, compensate } = body as { readonly reason?: string | null; readonly compensate?: boolean | null }
  const request: CancelRequest = { reason: reason ?? undefined, compensate: compensate ?? undefined }
  return request
})

/** Cancels the run of the process event `id`, as the request's body says. */
export const make = Effect.map(
  CancelRun,
  (cancelling) =>
    Effect.fnUntraced(function*(id: string, request: HttpServerRequest.HttpServerRequest) {
      const wish = yield* decode(yield* Body.readObjectOrNothing(request, "reason and compensate, both optional"))
      const runId = id.startsWith("process_event-") ? uuidOf(id) : undefined
      if (runId === undefined) return yield* unknown(id)
      yield* cancelling.cancel(runId, wish).pipe(Effect.catchTags({
        JournalUnavailable: (error: JournalUnavailable) => Effect.fail(ErrorMapping.unavailable(error)),
        RunNotFound: () => Effect.fail(unknown(id)),
        RunEnded: ({ state }: RunEnded) =>
          Effect.fail(
            new Problems.Conflict({ detail: `Process event ${id} has ended ${state}: it cannot be cancelled` })
          )
      }))
    })
)
