/** The four endpoints that every kind of setting has. Contract: section 7. */
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { stringify } from "@sluice/domain/json/Json"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import type {
  PipelineInUse,
  SecretNotStored,
  SettingUnknown,
  SettingVersionMismatch
} from "@sluice/persistence/internal/settings/SettingsErrors"
import type { Put, StoredSetting } from "@sluice/persistence/internal/settings/StoredSetting"
import type { EncryptionKeyMissing, SecretUnreadable } from "@sluice/persistence/secrets/SecretBox"
import { SettingsStore } from "@sluice/persistence/settings/SettingsStore"
import { Effect } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { type SettingInvalid, SettingsWriting, type Written, type WrittenKind } from "../../settings/SettingsWriting.ts"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as Preconditions from "../../wire/Preconditions.ts"

/** The noun for a setting in a sentence. */
const nouns: Readonly<Record<WrittenKind, string>> = {
  pipeline: "pipeline",
  connector: "connector",
  authProvider: "auth provider",
  webhookEndpoint: "webhook endpoint"
}

/** A setting's JSON: its document, under the address that `PUT` takes, and what the server knows of it. */
export const settingText = (kind: WrittenKind) => (setting: StoredSetting | Put | Written): string => {
  const { id, document, notes = {}, version, createdAt, updatedAt } = setting
  const warnings = "warnings" in setting && setting.warnings.length > 0 ? { warnings: setting.warnings } : {}
  const address = kind === "connector" || kind === "webhookEndpoint" ? { id } : { name: id }
  const secret = "secret" in setting && setting.secret !== undefined ? { secret: setting.secret } : {}
  return stringify({ ...address, ...document, ...secret, ...notes, version, createdAt, updatedAt, ...warnings })
}

/** `/options/headers/x-key` as `options.headers.x-key`. */
const dotted = (pointer: string): string =>
  pointer.split("/").slice(1).reduce(
    (path, token) => /^\d+$/.test(token) ? `${path}[${token}]` : path === "" ? token : `${path}.${token}`,
    ""
  ).replaceAll("~1", "/").replaceAll("~0", "~")

export const ofSetting = {
  JournalUnavailable: (error: JournalUnavailable) => Effect.fail(ErrorMapping.unavailable(error)),
  SettingUnknown: ({ kind, id }: SettingUnknown) =>
    Effect.fail(
      new Problems.NotFound({ detail: `There is no ${nouns[kind as WrittenKind]} ${JSON.stringify(id)}` })
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
  SecretNotStored: ({ paths }: SecretNotStored) =>
    Effect.fail(ErrorMapping.invalid(paths.map((pointer) => ({
      path: dotted(pointer),
      message: "is \"[redacted]\", and there is no stored secret to keep: write the secret"
    })))),
  EncryptionKeyMissing: ({ message }: EncryptionKeyMissing) => refusedBySettings(message),
  SecretUnreadable: ({ message }: SecretUnreadable) => refusedBySettings(message)
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
      return Answer.page(page, text)
    }),
    get: Effect.fnUntraced(function*({ params }: One) {
      const setting = yield* store.get(params.id).pipe(Effect.catchTags(ofSetting))
      return Answer.versioned(text(setting), setting.version)
    }),
    put: Effect.fnUntraced(
      function*({ request, params, headers }: Conditional & { readonly request: HttpServerRequest.HttpServerRequest }) {
        const ifMatch = yield* Preconditions.ifMatch(headers["if-match"])
        const body = yield* Body.readObject(request, `the ${nouns[kind]}`)
        const written = yield* writing.check(kind, params.id, body).pipe(
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
