/**
 * Writes one setting, from the API or from the settings file: checks it against the schema, the plugins and the address
 * guard, then stores it. Contract: sections 4 and 7.
 */
import { isAddressable } from "@sluice/domain/identity/Ids"
import { headerFaults, headerWarnings } from "@sluice/domain/internal/settings/OwnHeaders"
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import { type Fault, isStorable } from "@sluice/domain/order/Order"
import { decodeAuthProvider } from "@sluice/domain/settings/AuthProviderDocument"
import { decodeConnector } from "@sluice/domain/settings/ConnectorDocument"
import type { SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import { decodeWebhookEndpoint } from "@sluice/domain/settings/WebhookEndpointDocument"
import { Expressions } from "@sluice/engine/expressions/Expressions"
import { PipelineCheck } from "@sluice/engine/internal/validation/PipelineCheck"
import { Outbound } from "@sluice/http-client/Outbound"
import type { Precondition, Put } from "@sluice/persistence/internal/settings/StoredSetting"
import { type PutError, type SettingsOf, SettingsStore } from "@sluice/persistence/settings/SettingsStore"
import { Context, Effect, Layer, Result, Schema } from "effect"

export type WrittenKind = SettingsKind

/** The document cannot be saved. Nothing was stored. */
export class SettingInvalid extends Schema.TaggedError<SettingInvalid>()("SettingInvalid", {
  faults: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

export interface Written extends Put {
  /** Warnings about settings that are allowed but probably unintended. */
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
  connector: "id",
  webhookEndpoint: "id"
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
  if (!isAddressable(id)) {
    return [{ path: name, message: `must not be ${JSON.stringify(id)}: no URL can name it, choose another` }]
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
  const expressions = yield* Expressions

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

  const checkEndpoint = Effect.fnUntraced(function*(document: JsonObject, id: string) {
    const decoded = decodeWebhookEndpoint(id, document)
    const checked = yield* withAllowedUrls(decoded, "url")
    if ("faults" in decoded) return checked
    const { authentication, filter, payload } = decoded.endpoint
    const tokenUrl = authentication?.type === "oauth2ClientCredentials" ? { tokenUrl: authentication.tokenUrl } : {}
    const faults = urlFaults(tokenUrl, "tokenUrl").map((fault) => ({ ...fault, path: `auth.${fault.path}` }))
    for (const [path, source] of [["filter", filter], ["payload", payload]] as const) {
      const facts = source === undefined ? undefined : yield* Effect.result(expressions.check(source))
      if (facts !== undefined && Result.isFailure(facts)) faults.push({ path, message: facts.failure.message })
    }
    return faults.length > 0 ? yield* new SettingInvalid({ faults }) : checked
  })

  const kinds: Readonly<
    Record<WrittenKind, {
      readonly store: SettingsOf
      readonly check: (
        document: JsonObject,
        id: string
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
    },
    webhookEndpoint: { store: store.webhookEndpoint, check: checkEndpoint }
  }

  const check = Effect.fnUntraced(function*(kind: WrittenKind, id: string, body: Json) {
    if (!isObject(body)) {
      return yield* new SettingInvalid({ faults: [{ path: "", message: "must be a JSON object" }] })
    }
    const address = addressFaults(kind, id, body)
    if (address.length > 0) return yield* new SettingInvalid({ faults: address })
    const checked = yield* kinds[kind].check(addressed(kind, id, body), id)
    const faults = headerFaults(checked.document)
    if (faults.length > 0) return yield* new SettingInvalid({ faults })
    return { ...checked, warnings: [...checked.warnings, ...headerWarnings(checked.document)] }
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
  /** Checks that the body can be saved under the address. Stores nothing. */
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
