/**
 * Stores the settings: pipelines with all their versions, connectors, auth providers, webhook endpoints. Documents are
 * given in their validated, camelCase form; secrets are sealed on the way in and read `[redacted]` on the way out.
 * Every process uses a change within a second of it, this one at once. Contract: sections 4 and 7.
 */
import type { JsonObject } from "@sluice/domain/json/Json"
import type { SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { type EncryptionKeyMissing, SecretBox } from "../secrets/SecretBox.ts"
import type { CursorInvalid, Page, PageRequest } from "../sql/Page.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { freshSecret, rotated, withSecret } from "./EndpointSecret.ts"
import type {
  PipelineInUse,
  PipelineVersionUnknown,
  SecretNotKept,
  SettingUnknown,
  SettingVersionMismatch
} from "./SettingsErrors.ts"
import { SettingsLive } from "./SettingsLive.ts"
import { makeReads } from "./SettingsReads.ts"
import { makeWrites } from "./SettingsWrites.ts"
import type { Precondition, Put, StoredSetting } from "./StoredSetting.ts"

export type { Precondition, Put, StoredSetting } from "./StoredSetting.ts"

export type PutError =
  | SettingVersionMismatch
  | SecretNotKept
  | EncryptionKeyMissing
  | JournalUnavailable

export interface SettingsOf {
  /** Writes the document under `id`. A secret that reads `[redacted]` keeps the stored one. */
  readonly put: (id: string, document: JsonObject, precondition?: Precondition) => Effect.Effect<Put, PutError>
  readonly get: (id: string) => Effect.Effect<StoredSetting, SettingUnknown | JournalUnavailable>
  /** A page of the settings, newest first by creation. */
  readonly list: (page: PageRequest) => Effect.Effect<Page<StoredSetting>, CursorInvalid | JournalUnavailable>
  /** Deletes a setting. The versions of a pipeline stay: runs keep the one that they started with. */
  readonly delete: (
    id: string,
    precondition?: Precondition
  ) => Effect.Effect<void, SettingUnknown | SettingVersionMismatch | PipelineInUse | JournalUnavailable>
}

export interface WebhookEndpointSettings extends SettingsOf {
  /**
   * Gives an endpoint a new secret, which is shown once; for 24 hours from `now` (epoch milliseconds) the old one signs
   * too.
   */
  readonly rotate: (
    id: string,
    now: number
  ) => Effect.Effect<Put & { readonly secret: string }, SettingUnknown | PutError>
}

export interface PipelineSettings extends SettingsOf {
  /** Pauses a pipeline: within a second no process starts a run of it any more; accepted orders stay queued. */
  readonly pause: (name: string, reason: string) => Effect.Effect<StoredSetting, SettingUnknown | JournalUnavailable>
  readonly resume: (name: string, reason: string) => Effect.Effect<StoredSetting, SettingUnknown | JournalUnavailable>
  /** Every version, newest first, also of a pipeline that was deleted. */
  readonly versions: (
    name: string,
    page: PageRequest
  ) => Effect.Effect<Page<StoredSetting>, SettingUnknown | CursorInvalid | JournalUnavailable>
  /** One version of a pipeline, which a process event names. */
  readonly version: (
    name: string,
    version: number
  ) => Effect.Effect<StoredSetting, PipelineVersionUnknown | JournalUnavailable>
}

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const box = yield* SecretBox
  const live = yield* SettingsLive
  const reads = makeReads(sql)
  const writes = makeWrites(sql, box)

  // The change is stored by now. Where it cannot be read back at once, the watch that every process keeps will.
  const refresh = Effect.ignore(live.refresh, { log: "Debug" })

  const of = (kind: SettingsKind): SettingsOf => ({
    put: Effect.fnUntraced(function*(id, document, precondition = {}) {
      const put = yield* orUnavailable(transaction(sql, writes.put(kind, id, document, precondition)))
      if (put.changed) yield* refresh
      return put
    }),
    get: (id) => orUnavailable(reads.get(kind, id)),
    list: (page) => orUnavailable(reads.list(kind, page)),
    delete: Effect.fnUntraced(function*(id, precondition = {}) {
      yield* orUnavailable(transaction(sql, writes.remove(kind, id, precondition)))
      yield* refresh
    })
  })

  /** Writes an endpoint. An omitted secret is kept, or generated where none is stored. */
  const putEndpoint: SettingsOf["put"] = Effect.fnUntraced(function*(id, document, precondition = {}) {
    const fresh = freshSecret()
    let secret: string | undefined
    const put = yield* orUnavailable(transaction(
      sql,
      writes.put("webhookEndpoint", id, document, precondition, (
        written,
        before
      ) => {
        const next = withSecret(written, before, fresh)
        secret = typeof next["secret"] === "string" ? next["secret"] : undefined
        return next
      })
    ))
    if (put.changed) yield* refresh
    return put.created && secret !== undefined ? { ...put, secret } : put
  })

  const rotate: WebhookEndpointSettings["rotate"] = Effect.fnUntraced(function*(id, now) {
    yield* orUnavailable(reads.get("webhookEndpoint", id))
    const secret = freshSecret()
    const put = yield* orUnavailable(
      transaction(sql, writes.put("webhookEndpoint", id, {}, {}, (_, before) => rotated(before ?? {}, secret, now)))
    )
    yield* refresh
    return { ...put, secret }
  })

  const pause = Effect.fn("SettingsStore.pause")(function*(name: string, reason: string, paused: boolean) {
    const setting = yield* orUnavailable(transaction(sql, writes.pause(name, reason, paused)))
    yield* refresh
    return setting
  })

  return SettingsStore.of({
    pipeline: {
      ...of("pipeline"),
      versions: (name, page) => orUnavailable(reads.versions(name, page)),
      pause: (name, reason) => pause(name, reason, true),
      resume: (name, reason) => pause(name, reason, false),
      version: (name, version) => orUnavailable(reads.version(name, version))
    },
    connector: of("connector"),
    authProvider: of("authProvider"),
    webhookEndpoint: { ...of("webhookEndpoint"), put: putEndpoint, rotate }
  })
})

export class SettingsStore extends Context.Service<SettingsStore, {
  readonly pipeline: PipelineSettings
  readonly connector: SettingsOf
  readonly authProvider: SettingsOf
  readonly webhookEndpoint: WebhookEndpointSettings
}>()("@sluice/persistence/SettingsStore") {
  static readonly layer: Layer.Layer<SettingsStore, never, SqlClient.SqlClient | SecretBox | SettingsLive> = Layer
    .effect(SettingsStore, make)
}
