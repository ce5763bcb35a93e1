/** `/v1/webhook-endpoints`: decodes, calls, maps errors. Contract: sections 4, 7 and 9. */
import { Api } from "@sluice/api/Api"
import * as Problems from "@sluice/api/wire/Problems"
import { endpointId, messageId } from "@sluice/domain/identity/Ids"
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { stringify } from "@sluice/domain/json/Json"
import { Deliveries } from "@sluice/persistence/internal/deliveries/Deliveries"
import { Feed } from "@sluice/persistence/internal/deliveries/Feed"
import type { SettingVersionMismatch } from "@sluice/persistence/internal/settings/SettingsErrors"
import { SettingsStore } from "@sluice/persistence/settings/SettingsStore"
import { Clock, DateTime, Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Stopping } from "../../process/Stopping.ts"
import { SettingsWriting } from "../../settings/SettingsWriting.ts"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import { ofDelivery } from "../deliveries/DeliveriesHttp.ts"
import * as ReplaysHttp from "./ReplaysHttp.ts"
import * as SettingsHttp from "./SettingsHttp.ts"

const kind = "webhookEndpoint"
const text = SettingsHttp.settingText(kind)

const existsAlready = ({ id }: SettingVersionMismatch) =>
  Effect.fail(
    new Problems.Conflict({ detail: `There is a webhook endpoint ${JSON.stringify(id)} already: PUT changes it` })
  )

const testMessage = Effect.map(DateTime.now, (now) => {
  const id = newUuidUnsafe()
  const body = stringify({
    id: messageId(id),
    type: "test",
    createdAt: DateTime.formatIso(now),
    message: "A test of this webhook endpoint: nothing has happened"
  })
  return { id, body }
})

export const layer = HttpApiBuilder.group(
  Api,
  "webhookEndpoints",
  Effect.fnUntraced(function*(handlers) {
    const { list, get, put, remove } = yield* SettingsHttp.make(kind)
    const store = (yield* SettingsStore).webhookEndpoint
    const writing = yield* SettingsWriting
    const deliveries = yield* Deliveries
    const replays = yield* ReplaysHttp.make
    const feed = yield* Feed
    const stopping = yield* Stopping

    return handlers
      .handle("list", list)
      .handle("get", get)
      .handleRaw("put", put)
      .handle("remove", remove)
      .handleRaw(
        "create",
        Effect.fnUntraced(function*({ query, request }) {
          const body = yield* Body.readObject(request, "the webhook endpoint")
          const given = body["id"] ?? body["Id"]
          const id = typeof given === "string" ? given : endpointId(newUuidUnsafe())
          const written = yield* writing.check(kind, id, body, SettingsHttp.checking(query)).pipe(
            Effect.flatMap((checked) => writing.write(kind, id, checked, { isNew: true })),
            Effect.catchTags({ ...SettingsHttp.ofPut, SettingVersionMismatch: existsAlready })
          )
          return Answer.versioned(text(written), written.version, 201)
        })
      )
      .handle(
        "rotateSecret",
        Effect.fnUntraced(function*({ params }) {
          const now = yield* Clock.currentTimeMillis
          const rotated = yield* store.rotate(params.id, now).pipe(
            Effect.catchTags({ ...SettingsHttp.ofStoring, SettingUnknown: SettingsHttp.ofSetting.SettingUnknown })
          )
          return Answer.versioned(text(rotated), rotated.version)
        })
      )
      .handle(
        "test",
        Effect.fnUntraced(function*({ params }) {
          yield* store.get(params.id).pipe(Effect.catchTags(SettingsHttp.ofSetting))
          const { body, id } = yield* testMessage
          const delivery = yield* deliveries.test(params.id, id, body).pipe(Effect.catchTags(ofDelivery))
          return Answer.json(JSON.stringify(delivery), 202)
        })
      )
      .handle(
        "feed",
        Effect.fnUntraced(function*({ params, query: { after = 0, wait = 0 } }) {
          yield* store.get(params.id).pipe(Effect.catchTags(SettingsHttp.ofSetting))
          const page = yield* feed.poll(params.id, after, wait * 1000).pipe(
            Effect.catchTags({
              JournalUnavailable: SettingsHttp.ofSetting.JournalUnavailable,
              MessageUnprepared: ({ message }) =>
                Effect.fail(new Problems.Conflict({ detail: `The next message cannot be given: ${message}` }))
            }),
            // A reader that waits does not hold up the end of the process.
            Effect.raceFirst(Effect.as(stopping.begun, { items: [], next: after }))
          )
          return Answer.json(yield* writeJson(page))
        })
      )
      .handleRaw("replay", replays.start)
      .handle("getReplay", replays.get)
      .handle("cancelReplay", replays.cancel)
  })
)
