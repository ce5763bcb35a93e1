/** A webhook endpoint as people write it, as it is stored, and as it is used. Contract: section 4, "Webhook endpoint". */
import { DateTime, Option, Redacted, Result } from "effect"
import { Base64 } from "effect/encoding"
import { camelCased, given, JsonReader, placeIn, rootPlace } from "../decode/JsonReader.ts"
import { expressionIn } from "../decode/Marks.ts"
import { type UnknownMember, unknownMembers } from "../decode/UnknownMembers.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import { readRetryDelays } from "../pipeline/RetryDelays.ts"
import { redacted } from "../redaction/Redaction.ts"
import type { SigningSecret, WebhookEndpoint } from "../webhook/WebhookEndpoint.ts"
import { webhookTypes } from "../webhook/WebhookType.ts"
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
  "version",
  "createdAt",
  "updatedAt",
  "warnings",
  "disabledReason",
  "disabledAt",
  "failingSince"
])

/** Standard Webhooks: 24 to 64 bytes. Longer ones were made elsewhere, and do no harm. */
const leastBytes = 24
const mostBytes = 128

export const secretPrefix = "whsec_"

/** The key in `whsec_<base64>`, or `undefined` where the text is none. */
export const secretBytes = (secret: string): Uint8Array | undefined => {
  if (!secret.startsWith(secretPrefix)) return undefined
  const bytes = Option.getOrUndefined(Result.getSuccess(Base64.decode(secret.slice(secretPrefix.length))))
  return bytes !== undefined && bytes.length >= leastBytes && bytes.length <= mostBytes ? bytes : undefined
}

/** A secret that signs, as a member of a setting. */
export const signingSecretOf = (reader: JsonReader, name: string): Redacted.Redacted | undefined => {
  const text = reader.string(name)
  if (text === undefined) return undefined
  if (text !== redacted && secretBytes(text) === undefined) {
    return reader.fault(name, `must be ${secretPrefix} and ${leastBytes} to ${mostBytes} bytes in base64`)
  }
  return Redacted.make(text)
}

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
    if (type !== "*" && !webhookTypes.includes(type)) {
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
  const own: Record<string, Json> = Object.fromEntries(
    Object.entries(camelCased(json)).filter(([name]) => name !== "id" && !answered.has(name))
  )
  if (own.headers !== undefined) own.headers = headerMap(own.headers, placeIn(root, "headers"))
  for (const name of ["filter", "payload"]) {
    const source = own[name]
    if (typeof source === "string") own[name] = expressionIn(source) ?? source
  }
  if (isObject(own.auth)) own.auth = camelCased(own.auth)
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
  const unknown = unknownMembers(root.readers)
  return faults.length > 0 ? { faults, unknown } : { endpoint, document, unknown }
}
