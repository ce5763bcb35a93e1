/**
 * Writes one setting, from the API or from the settings file: checks it against the schema, the plugins and the address
 * guard, then stores it. Contract: sections 4 and 7.
 */
import { decodeAuthProvider } from "@sluice/domain/AuthProviderDocument"
import { decodeConnector } from "@sluice/domain/ConnectorDocument"
import { isObject, type Json, type JsonObject } from "@sluice/domain/Json"
import { type Fault, isStorable } from "@sluice/domain/Order"
import { PipelineCheck } from "@sluice/engine/PipelineCheck"
import { Outbound } from "@sluice/http-client/Outbound"
import type { Precondition, Put } from "@sluice/persistence/settings/StoredSetting"
import { type PutError, type SettingsOf, SettingsStore } from "@sluice/persistence/SettingsStore"
import { Context, Effect, Layer, Schema } from "effect"

/** The kinds that can be written so far. */
export type WrittenKind = "pipeline" | "connector" | "authProvider"

/** The document cannot be saved. Nothing was stored. */
export class SettingInvalid extends Schema.TaggedError<SettingInvalid>()("SettingInvalid", {
  faults: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

export interface Written extends Put {
  /** What is allowed but probably not meant. */
  readonly warnings: ReadonlyArray<string>
}

/** A document that can be saved: camelCase, names resolved. */
export interface CheckedSetting {
  readonly document: JsonObject
  readonly warnings: ReadonlyArray<string>
}

/** The member that repeats the address. */
const addressMember: Readonly<Record<WrittenKind, string>> = {
  pipeline: "name",
  authProvider: "name",
  connector: "id"
}

/** The longest address, in characters: it is a key. */
const maxId = 128

const memberOf = (document: JsonObject, name: string): string | undefined =>
  Object.keys(document).find((key) => key.charAt(0).toLowerCase() + key.slice(1) === name)

/** The faults of the address: what it is itself, and what the document says of it. */
export const addressFaults = (kind: WrittenKind, id: string, document: JsonObject): ReadonlyArray<Fault> => {
  const name = addressMember[kind]
  if (id.length < 1 || id.length > maxId || !isStorable(id)) {
    return [{ path: name, message: `must have 1 to ${maxId} characters, without NUL` }]
  }
  const key = memberOf(document, name)
  const value = key === undefined ? undefined : document[key]
  return key === undefined || value === undefined || value === null || value === id
    ? []
    : [{ path: key, message: `is ${JSON.stringify(value)}, and the path says ${JSON.stringify(id)}: leave it out` }]
}

/** The document under its address: named by it, or (a connector, whose id only addresses it) without it. */
export const addressed = (kind: WrittenKind, id: string, document: JsonObject): JsonObject => {
  const name = addressMember[kind]
  const own = Object.fromEntries(
    Object.entries(document).filter(([key]) => memberOf({ [key]: null }, name) === undefined)
  )
  return name === "name" ? { name: id, ...own } : own
}

const make = Effect.gen(function*() {
  const store = yield* SettingsStore
  const pipelines = yield* PipelineCheck
  const outbound = yield* Outbound

  const urlFaults = (document: JsonObject, ...names: ReadonlyArray<string>): ReadonlyArray<Fault> =>
    names.flatMap((path) => {
      const url = document[path]
      const refusal = typeof url === "string" ? outbound.refuse(url) : undefined
      return refusal === undefined ? [] : [{ path, message: refusal }]
    })

  const withAllowedUrls = (
    decoded: { readonly faults: ReadonlyArray<Fault> } | { readonly document: JsonObject },
    ...urls: ReadonlyArray<string>
  ): Effect.Effect<CheckedSetting, SettingInvalid> => {
    if ("faults" in decoded) return Effect.fail(new SettingInvalid(decoded))
    const faults = urlFaults(decoded.document, ...urls)
    return faults.length > 0
      ? Effect.fail(new SettingInvalid({ faults }))
      : Effect.succeed({ document: decoded.document, warnings: [] })
  }

  const kinds: Readonly<
    Record<WrittenKind, {
      readonly store: SettingsOf
      readonly check: (
        document: JsonObject
      ) => Effect.Effect<CheckedSetting, SettingInvalid>
    }>
  > = {
    pipeline: {
      store: store.pipeline,
      check: (document) => Effect.mapError(pipelines.check(document), ({ faults }) => new SettingInvalid({ faults }))
    },
    connector: { store: store.connector, check: (document) => withAllowedUrls(decodeConnector(document), "host") },
    authProvider: {
      store: store.authProvider,
      check: (document) => withAllowedUrls(decodeAuthProvider(document), "tokenUrl")
    }
  }

  const check = Effect.fnUntraced(function*(kind: WrittenKind, id: string, body: Json) {
    if (!isObject(body)) {
      return yield* new SettingInvalid({ faults: [{ path: "", message: "must be a JSON object" }] })
    }
    const address = addressFaults(kind, id, body)
    if (address.length > 0) return yield* new SettingInvalid({ faults: address })
    return yield* kinds[kind].check(addressed(kind, id, body))
  })

  const write = Effect.fnUntraced(function*(
    kind: WrittenKind,
    id: string,
    { document, warnings }: CheckedSetting,
    precondition?: Precondition
  ) {
    const written: Written = { ...(yield* kinds[kind].store.put(id, document, precondition)), warnings }
    return written
  })

  return SettingsWriting.of({ check, write })
})

export class SettingsWriting extends Context.Service<SettingsWriting, {
  /** Whether the body can be saved under the address. Stores nothing. */
  readonly check: (kind: WrittenKind, id: string, body: Json) => Effect.Effect<CheckedSetting, SettingInvalid>
  /** Equal content makes no new version. */
  readonly write: (
    kind: WrittenKind,
    id: string,
    checked: CheckedSetting,
    precondition?: Precondition
  ) => Effect.Effect<Written, PutError>
}>()("@sluice/server/SettingsWriting") {
  static readonly layer = Layer.effect(SettingsWriting, Effect.suspend(() => make))
}
