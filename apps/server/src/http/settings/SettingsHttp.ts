/** The four endpoints that every kind of setting has. Contract: section 7. */
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { kindText } from "@sluice/domain/internal/settings/SettingsKind"
import { stringify } from "@sluice/domain/json/Json"
import type { SettingInvalid } from "@sluice/engine/internal/validation/SettingsCheck"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import type {
  PipelineInUse,
  SecretNotKept,
  SettingUnknown,
  SettingVersionMismatch
} from "@sluice/persistence/internal/settings/SettingsErrors"
import type { Put, StoredSetting } from "@sluice/persistence/internal/settings/StoredSetting"
import type { EncryptionKeyMissing } from "@sluice/persistence/secrets/SecretBox"
import { SettingsStore } from "@sluice/persistence/settings/SettingsStore"
import { Effect } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { SettingsWriting, type WrittenKind } from "../../settings/SettingsWriting.ts"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as Preconditions from "../../wire/Preconditions.ts"

/** The JSON of a setting: its document, under the address that `PUT` takes, and the data that the server adds. */
export const settingText = (kind: WrittenKind) =>
(
  setting: (StoredSetting | Put) & { readonly warnings?: ReadonlyArray<string> }
): string => {
  const { id, document, notes = {}, version, createdAt, updatedAt } = setting
  const warnings = setting.warnings !== undefined && setting.warnings.length > 0 ? { warnings: setting.warnings } : {}
  const address = kind === "connector" || kind === "webhookEndpoint" ? { id } : { name: id }
  const secret = "secret" in setting && setting.secret !== undefined ? { secret: setting.secret } : {}
  return stringify({ ...address, ...document, ...secret, ...notes, version, createdAt, updatedAt, ...warnings })
}

export const ofSetting = {
  JournalUnavailable: (error: JournalUnavailable) => Effect.fail(ErrorMapping.unavailable(error)),
  SettingUnknown: ({ kind, id }: SettingUnknown) =>
    Effect.fail(
      new Problems.NotFound({ detail: `There is no ${kindText[kind as WrittenKind]} ${JSON.stringify(id)}` })
    )
}

const mismatch = ({ current }: SettingVersionMismatch) =>
  Effect.fail(
    new Problems.VersionMismatch({
      detail: current === undefined
        ? "If-Match names a version, and there is none yet: leave If-Match out"
        : `If-Match names another version, and it is at ${current}: read it and change that`
    })
  )

export const ofStoring = {
  JournalUnavailable: ofSetting.JournalUnavailable,
  SettingVersionMismatch: mismatch,
  SecretNotKept: ({ faults }: SecretNotKept) => Effect.fail(ErrorMapping.invalid(faults)),
  EncryptionKeyMissing: ({ message }: EncryptionKeyMissing) => refusedBySettings(message)
}

export const ofPut = {
  ...ofStoring,
  SettingInvalid: ({ faults }: SettingInvalid) => Effect.fail(ErrorMapping.invalid(faults))
}

const refusedBySettings = (message: string) =>
  Effect.fail(new Problems.SettingsRefuse({ detail: message, errors: [{ path: "SLUICE_ENCRYPTION_KEY", message }] }))

interface One {
  readonly params: { readonly id: string }
}
interface Conditional extends One {
  readonly headers: { readonly "if-match"?: string }
}
/** The query of a route that takes `?lenient=true`. */
export interface Lenient {
  readonly query: { readonly lenient?: "true" | "false" }
}

export const checking = ({ lenient }: Lenient["query"]) => ({ lenient: lenient === "true" })

interface Listing {
  readonly query: { readonly limit?: number; readonly cursor?: string }
}

/** The handlers of one kind. */
export const make = Effect.fnUntraced(function*(kind: WrittenKind) {
  const store = (yield* SettingsStore)[kind]
  const writing = yield* SettingsWriting
  const text = settingText(kind)

  return {
    list: Effect.fnUntraced(function*({ query: { limit = defaultLimit, cursor } }: Listing) {
      const page = yield* store.list({ limit, cursor }).pipe(Effect.catchTags(ErrorMapping.ofList))
      const items = yield* Effect.forEach(page.items, (setting) => writing.warned(kind, setting))
      return Answer.page({ ...page, items }, text)
    }),
    get: Effect.fnUntraced(function*({ params }: One) {
      const stored = yield* store.get(params.id).pipe(Effect.catchTags(ofSetting))
      const setting = yield* writing.warned(kind, stored)
      return Answer.versioned(text(setting), setting.version)
    }),
    put: Effect.fnUntraced(
      function*({ request, params, headers, query }: Conditional & Lenient & {
        readonly request: HttpServerRequest.HttpServerRequest
      }) {
        const ifMatch = yield* Preconditions.ifMatch(headers["if-match"])
        const body = yield* Body.readObject(request, `the ${kindText[kind]}`)
        const written = yield* writing.check(kind, params.id, body, checking(query)).pipe(
          Effect.flatMap((checked) => writing.write(kind, params.id, checked, { ifMatch })),
          Effect.catchTags(ofPut)
        )
        return Answer.versioned(text(written), written.version, written.created ? 201 : 200)
      }
    ),
    remove: Effect.fnUntraced(function*({ params, headers }: Conditional) {
      const ifMatch = yield* Preconditions.ifMatch(headers["if-match"])
      yield* store.delete(params.id, { ifMatch }).pipe(Effect.catchTags({
        ...ofSetting,
        SettingVersionMismatch: mismatch,
        PipelineInUse: ({ name }: PipelineInUse) =>
          Effect.fail(
            new Problems.InUse({ detail: `Pipeline ${name} has runs that have not ended: delete it when they have` })
          )
      }))
      return HttpServerResponse.empty({ status: 204 })
    })
  }
})
