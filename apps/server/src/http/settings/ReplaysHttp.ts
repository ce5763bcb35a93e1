/** `/v1/webhook-endpoints/{id}/replay` and the replays that it starts. Contract: section 7. */
import { ReplayRequest } from "@sluice/api/internal/settings/WebhookEndpointsApi"
import * as Problems from "@sluice/api/wire/Problems"
import type { Fault } from "@sluice/domain/order/Order"
import { webhookTypes } from "@sluice/domain/webhook/WebhookType"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { replayable, Replays, type ReplayUnknown } from "@sluice/persistence/internal/deliveries/Replays"
import { SettingsStore } from "@sluice/persistence/settings/SettingsStore"
import { Clock, Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { callerName } from "../../access/Caller.ts"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as Decoded from "../../wire/Decoded.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as SettingsHttp from "./SettingsHttp.ts"

interface Start {
  readonly params: { readonly id: string }
  readonly request: HttpServerRequest.HttpServerRequest
}
interface One {
  readonly params: { readonly id: string; readonly replayId: string }
}

const ofReplay = {
  JournalUnavailable: (error: JournalUnavailable) => Effect.fail(ErrorMapping.unavailable(error)),
  ReplayUnknown: ({ id }: ReplayUnknown) =>
    Effect.fail(new Problems.NotFound({ detail: `There is no replay ${JSON.stringify(id)} of this endpoint` }))
}

/** The unknown or empty names: such a replay would replay nothing and report completion. */
const strangers = (
  path: string,
  given: ReadonlyArray<string>,
  known: ReadonlyArray<string>,
  wrong: string
): ReadonlyArray<Fault> => {
  const names = known.join(", ")
  if (given.length === 0) return [{ path, message: `is empty: leave it out, or name some of ${names}` }]
  return given.flatMap((name, index) =>
    known.includes(name) ? [] : [{ path: `${path}[${index}]`, message: `${wrong}: name some of ${names}` }]
  )
}

export const make = Effect.gen(function*() {
  const replays = yield* Replays
  const store = (yield* SettingsStore).webhookEndpoint

  return {
    start: Effect.fnUntraced(function*({ params, request }: Start) {
      const body = yield* Body.readObject(request, "since, until, states and types")
      const { since, states = replayable, types, until } = yield* Decoded.as(ReplayRequest, body)
      const from = yield* ErrorMapping.moment("since", since)
      const to = (yield* ErrorMapping.moment("until", until)) ?? (yield* Clock.currentTimeMillis)
      const faults = [
        ...strangers("states", states, replayable, "cannot be replayed"),
        ...strangers("types", types ?? webhookTypes, webhookTypes, "is no webhook type"),
        ...(to < (from ?? 0) ? [{ path: "until", message: "is before since: a replay goes forward in time" }] : [])
      ]
      if (faults.length > 0) return yield* ErrorMapping.invalid(faults)
      const endpoint = yield* store.get(params.id).pipe(Effect.catchTags(SettingsHttp.ofSetting))
      if (endpoint.document["disabled"] === true) {
        return yield* new Problems.Conflict({ detail: "The endpoint is disabled: enable it, then replay" })
      }
      const requestedBy = yield* callerName
      const replay = yield* replays.start(params.id, { since: from ?? 0, until: to, states, types, requestedBy }).pipe(
        Effect.catchTags({ JournalUnavailable: ofReplay.JournalUnavailable })
      )
      return Answer.json(JSON.stringify(replay), 202)
    }),
    get: Effect.fnUntraced(function*({ params }: One) {
      const replay = yield* replays.get(params.id, params.replayId).pipe(Effect.catchTags(ofReplay))
      return Answer.json(JSON.stringify(replay))
    }),
    cancel: Effect.fnUntraced(function*({ params }: One) {
      const replay = yield* replays.cancel(params.id, params.replayId).pipe(Effect.catchTags(ofReplay))
      return Answer.json(JSON.stringify(replay))
    })
  }
})
