/** A webhook endpoint as people write it, as it is stored, and as it is used. Contract: section 4, "Webhook endpoint". */
import { DateTime, Option } from "effect"
import { camelCased, given, JsonReader, placeIn, rootPlace } from "../decode/JsonReader.ts"
import { expressionIn } from "../decode/Marks.ts"
import { type UnknownMember, unknownMembers, withUnknownNulls } from "../decode/UnknownMembers.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import { readRetryDelays } from "../pipeline/RetryDelays.ts"
import { signingSecretOf } from "../webhook/SigningSecret.ts"
import type { SigningSecret, WebhookEndpoint } from "../webhook/WebhookEndpoint.ts"
import { isWebhookType, webhookTypes } from "../webhook/WebhookType.ts"
import { authenticationOf } from "./AuthProviderDocument.ts"
import { type Environment, resolveEnvironment } from "./EnvironmentSecret.ts"
import { headerMap } from "./KeyValueList.ts"
import type { Undecoded } from "./PipelineDocument.ts"

export type DecodedWebhookEndpoint =
  | {
    readonly endpoint: WebhookEndpoint
    readonly document: JsonObject
    readonly unknown: ReadonlyArray<UnknownMember>
  }
  | Undecoded

/** Members of an answer that are no settings: what the server knows of the endpoint. */
const answered: ReadonlySet<string> = new Set([
  "id",
  "version",
  "createdAt",
  "updatedAt",
  "warnings",
  "disabledReason",
  "disabledAt",
  "failingSince"
])

/** The secret that was in force before, until it stops signing. */
const rotatedOf = (reader: JsonReader): SigningSecret | undefined => {
  const inner = reader.inner("rotated")
  if (inner === undefined) return undefined
  const secret = signingSecretOf(inner, "secret")
  const until = DateTime.make(inner.string("until") ?? "")
  return secret !== undefined && Option.isSome(until)
    ? { secret, until: DateTime.toEpochMillis(until.value) }
    : inner.fault("until", "must be a moment")
}

const typesOf = (reader: JsonReader): ReadonlyArray<string> => {
  const types = reader.strings("types") ?? []
  const written = reader.raw("types")
  if (written === undefined || (Array.isArray(written) && written.length === 0)) {
    reader.fault("types", `is missing: give ["*"], or some of ${webhookTypes.join(", ")}`)
  }
  types.forEach((type, index) => {
    if (type !== "*" && !isWebhookType(type)) {
      reader.fault(`types[${index}]`, `is no webhook type: use "*", or some of ${webhookTypes.join(", ")}`)
    }
  })
  return types
}

const delaysOf = (reader: JsonReader): ReadonlyArray<number> | undefined => {
  const value = reader.raw("retrySchedule")
  if (value === undefined) return undefined
  const delays = readRetryDelays(value)
  return typeof delays === "string" ? reader.fault("retrySchedule", delays) : delays
}

/** Reads an endpoint, or the stored form of one. `id` is its address: a document need not repeat it. */
export const decodeWebhookEndpoint = (id: string, json: Json, environment?: Environment): DecodedWebhookEndpoint => {
  if (!isObject(json)) return { faults: [{ path: "", message: "must be a JSON object, a webhook endpoint" }] }
  const root = rootPlace()
  const { faults } = root
  const own: Record<string, Json> = { ...camelCased(json, root, answered) }
  if (own.headers !== undefined) own.headers = headerMap(own.headers, placeIn(root, "headers"))
  for (const name of ["filter", "payload"]) {
    const source = own[name]
    if (typeof source === "string") own[name] = expressionIn(source) ?? source
  }
  if (isObject(own.auth)) own.auth = camelCased(own.auth, placeIn(root, "auth"))
  const document = resolveEnvironment("webhookEndpoint", own, environment, faults)
  const reader = JsonReader.at(document, root)
  const auth = reader.inner("auth")
  const secret = signingSecretOf(reader, "secret")
  const rotated = rotatedOf(reader)
  reader.string("description")
  const endpoint: WebhookEndpoint = {
    id,
    url: reader.url("url", "https://example.com/webhooks") ?? "",
    types: typesOf(reader),
    secrets: [...(secret === undefined ? [] : [{ secret }]), ...(rotated === undefined ? [] : [rotated])],
    headers: (reader.object("headers") ?? {}) as Readonly<Record<string, string>>,
    ordering: reader.oneOf("ordering", ["perOrder", "none"]) ?? "perOrder",
    disabled: reader.boolean("disabled") ?? false,
    ...given({
      authentication: auth === undefined ? undefined : authenticationOf(auth),
      rateLimitPerSecond: reader.positive("rateLimitPerSecond", 10_000),
      delaysMs: delaysOf(reader),
      filter: reader.string("filter"),
      payload: reader.string("payload")
    })
  }
  const unknown = unknownMembers(root)
  return faults.length > 0 ? { faults, unknown } : { endpoint, document: withUnknownNulls(document, root), unknown }
}
