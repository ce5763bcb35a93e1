/**
 * Signatures of Standard Webhooks (https://www.standardwebhooks.com): `v1,<base64>` of HMAC-SHA256 over
 * `<id>.<timestamp>.<body>`, one for each secret in force, so that a receiver can change over in its own time.
 * Contract: section 9.
 */
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { secretBytes } from "@sluice/domain/webhook/SigningSecret"
import type { SigningSecret } from "@sluice/domain/webhook/WebhookEndpoint"
import { Clock, Context, Effect, Layer, Redacted } from "effect"
import { Mac, SecureRandom } from "effect/crypto"
import { Base64 } from "effect/encoding"

/** The time for which both secrets sign after a rotation, in milliseconds. */
export const rotationMs = 24 * 3_600_000

export interface Signed {
  readonly id: string
  /** Seconds since the epoch. */
  readonly timestamp: number
  readonly body: Uint8Array
}

/**
 * The secrets that sign at `now`, in epoch milliseconds: the current one, and a former one until its rotation is over.
 */
export const inForce = (secrets: ReadonlyArray<SigningSecret>, now: number): ReadonlyArray<Redacted.Redacted> =>
  secrets.filter(({ until }) => until === undefined || now < until).map(({ secret }) => secret)

export class Signature extends Context.Service<Signature, {
  /** The value of `webhook-signature`: one signature a secret, separated by a space. */
  readonly sign: (message: Signed, secrets: ReadonlyArray<Redacted.Redacted>) => Effect.Effect<string>
}>()("@sluice/http-client/Signature") {
  static readonly layer: Layer.Layer<Signature, never, Mac.Mac> = Layer.effect(Signature, Effect.suspend(() => make))

  /** Signs on any platform; on Node `MacNode` is faster. */
  static readonly layerWebCrypto: Layer.Layer<Signature> = Signature.layer.pipe(
    Layer.provide(Mac.layerWebCrypto),
    Layer.provide(SecureRandom.layerWebCrypto)
  )
}

/**
 * The headers of Standard Webhooks for a request that is sent now. `secretsAt` gives the secrets that sign at a time.
 */
export const signatureHeaders = (
  { sign }: Signature["Service"],
  id: string,
  body: Uint8Array,
  secretsAt: (now: number) => ReadonlyArray<Redacted.Redacted>
): Effect.Effect<Readonly<Record<string, string>>> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const timestamp = Math.floor(now / 1000)
    return Effect.map(sign({ id, timestamp, body }, secretsAt(now)), (value) => ({
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": value
    }))
  })

/** Imported keys, by the text of their secret. Rotations are rare, endpoints few. */
const maxKeys = 1000

const make = Effect.gen(function*() {
  const mac = yield* Mac.Mac
  const keys = new Map<string, Mac.Key>()

  const imported = Effect.fnUntraced(function*(text: string) {
    const key = yield* Mac.key(Mac.hmacSha256, secretBytes(text) ?? new Uint8Array())
    if (keys.size >= maxKeys) keys.clear()
    keys.set(text, key)
    return key
  })

  const signed = (content: Uint8Array) => (secret: Redacted.Redacted) => {
    const text = Redacted.value(secret)
    const known = keys.get(text)
    const tag = known === undefined
      ? Effect.flatMap(imported(text), (key) => mac.sign(key, content))
      : mac.sign(known, content)
    return Effect.map(tag, (tag) => `v1,${Base64.encode(tag)}`)
  }

  return Signature.of({
    sign: ({ id, timestamp, body }, secrets) => {
      const head = Utf8.encode(`${id}.${timestamp}.`)
      const content = new Uint8Array(head.length + body.length)
      content.set(head)
      content.set(body, head.length)
      const [first] = secrets
      // But for a day after a rotation there is one.
      const signatures = first !== undefined && secrets.length === 1
        ? signed(content)(first)
        : Effect.map(Effect.forEach(secrets, signed(content)), (all) => all.join(" "))
      return Effect.orDie(signatures)
    }
  })
})
