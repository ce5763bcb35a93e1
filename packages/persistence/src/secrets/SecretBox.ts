/**
 * Seals secrets before they are stored: AES-256-GCM under the first key of `SLUICE_ENCRYPTION_KEY`, bound to the row and
 * the member that hold the secret, so that a sealed value copied elsewhere does not open. Contract: sections 2 and 4.
 *
 * | sealed text | opens with |
 * | --- | --- |
 * | `sealed:2:<key id>:<base64>` | the key of that id; the seal covers it, too |
 * | `sealed:1:<base64>`, of earlier releases | the key that sealed it, found by trying each |
 *
 * The base64 is the nonce, the ciphertext and the tag.
 */
import { Context, Effect, Layer, Redacted, Result, Schema } from "effect"
import { Aead, Digest, SecureRandom } from "effect/crypto"
import { Base64 } from "effect/encoding"

/** A secret is to be stored, and there is no key to seal it with. */
export class EncryptionKeyMissing extends Schema.TaggedError<EncryptionKeyMissing>()("EncryptionKeyMissing", {
  message: Schema.String
}) {}

/** The key is not 32 bytes long. */
export class EncryptionKeyInvalid extends Schema.TaggedError<EncryptionKeyInvalid>()("EncryptionKeyInvalid", {
  message: Schema.String
}) {}

/** The sealed value does not open: another key, another place, or damage. */
export class SecretUnreadable extends Schema.TaggedError<SecretUnreadable>()("SecretUnreadable", {
  message: Schema.String
}) {}

/** The place of a secret: part of the seal, and of messages. */
export interface SecretPlace {
  /** `pipeline`, `connector`, `authProvider`, `webhookEndpoint`, `token`. */
  readonly kind: string
  /** The id of the row that holds the secret. */
  readonly id: string
  /** The JSON Pointer of the secret inside the row's document. */
  readonly pointer: string
  /** The version of the row, where several rows have its id. */
  readonly version?: number
}

const nonceBytes = Aead.aes256Gcm.nonceLength

const parts = /^sealed:(?:1|2:([0-9a-f]{8})):(.*)$/

/** True if a stored text is sealed, by any key. */
export const isSealed = (stored: string): boolean => stored.startsWith("sealed:")

const describe = (place: SecretPlace): string => `${place.kind} ${place.id}, ${place.pointer}`

/** Encodes the scheme, the key and the place as a list that no other place shares. */
const bind = (place: SecretPlace, keyId: string | undefined): Uint8Array => {
  const { id, kind, pointer, version } = place
  const scheme = keyId === undefined ? ["sealed:1:"] : ["sealed:2", keyId]
  const row = keyId === undefined || version === undefined ? [kind, id, pointer] : [kind, id, pointer, version]
  return new TextEncoder().encode(JSON.stringify([...scheme, ...row]))
}

interface NamedKey {
  /** Eight hex digits of a digest of the key: enough to tell keys apart, too few to guess a key from. */
  readonly id: string
  readonly key: Aead.Key
}

const make = Effect.fnUntraced(function*(given: ReadonlyArray<Redacted.Redacted<Uint8Array>>) {
  const aead = yield* Aead.Aead
  const random = yield* SecureRandom.SecureRandom
  const { digestHex } = yield* Digest.Digest
  const keys = yield* Effect.forEach(given, (secret) => {
    const bytes = Redacted.value(secret)
    return Effect.zipWith(
      Effect.mapError(Aead.key(Aead.aes256Gcm, bytes), () =>
        new EncryptionKeyInvalid({
          message: `SLUICE_ENCRYPTION_KEY must be 32 bytes in base64, and is ${bytes.length} bytes: `
            + "make one with `openssl rand -base64 32`"
        })),
      digestHex(Digest.sha256, new Uint8Array([...new TextEncoder().encode("sluice key id"), ...bytes])),
      (key, digest): NamedKey => ({ id: digest.slice(0, 8), key })
    )
  })
  const [first] = keys

  const seal = Effect.fnUntraced(function*(text: string, place: SecretPlace) {
    if (first === undefined) {
      return yield* new EncryptionKeyMissing({
        message: `${describe(place)} is a secret, and there is no key to store it under: `
          + "set SLUICE_ENCRYPTION_KEY to 32 bytes in base64 (`openssl rand -base64 32`), the same for every process"
      })
    }
    // Random nonces are safe here: 2^32 secrets under one key is beyond what settings can reach.
    const nonce = yield* random.randomBytes(nonceBytes)
    const sealed = yield* Effect.orDie(
      aead.encrypt(first.key, new TextEncoder().encode(text), { nonce, aad: bind(place, first.id) })
    )
    const whole = new Uint8Array(nonceBytes + sealed.length)
    whole.set(nonce)
    whole.set(sealed, nonceBytes)
    return `sealed:2:${first.id}:${Base64.encode(whole)}`
  })

  /** A text that is too short has too short a nonce, and fails like every other damage. */
  const decrypt = (key: Aead.Key, whole: Uint8Array, aad: Uint8Array) =>
    aead.decrypt(key, whole.subarray(nonceBytes), { nonce: whole.subarray(0, nonceBytes), aad })

  const open = Effect.fnUntraced(function*(stored: string, place: SecretPlace) {
    if (first === undefined) {
      return yield* new SecretUnreadable({
        message: `${describe(place)} is stored sealed, and there is no key to open it: `
          + "set SLUICE_ENCRYPTION_KEY to the key that it was stored with"
      })
    }
    const [, keyId, text = ""] = parts.exec(stored) ?? []
    const decoded = Base64.decode(text)
    const whole = Result.isSuccess(decoded) ? decoded.success : new Uint8Array()
    const aad = bind(place, keyId)
    for (const { key } of keyId === undefined ? keys : keys.filter(({ id }) => id === keyId)) {
      const opened = yield* Effect.result(decrypt(key, whole, aad))
      if (Result.isSuccess(opened)) return new TextDecoder().decode(opened.success)
    }
    return yield* new SecretUnreadable({
      message: `${describe(place)} does not open with ${
        keyId === undefined ? "the keys" : `key ${keyId}`
      } of SLUICE_ENCRYPTION_KEY: start with the key that it was stored with, or store the secret again`
    })
  })

  return SecretBox.of({
    hasKey: first !== undefined,
    isCurrent: (stored) => first !== undefined && stored.startsWith(`sealed:2:${first.id}:`),
    seal,
    open
  })
})

export class SecretBox extends Context.Service<SecretBox, {
  /** False if there is no key: then nothing can be sealed or opened. */
  readonly hasKey: boolean
  /** True if a stored text is sealed with the current key. */
  readonly isCurrent: (stored: string) => boolean
  /** Seals `text` for `place`; the result is stored in its place. Two calls give two different results. */
  readonly seal: (text: string, place: SecretPlace) => Effect.Effect<string, EncryptionKeyMissing>
  /** Opens a text that was sealed for this place, with whichever key sealed it. */
  readonly open: (stored: string, place: SecretPlace) => Effect.Effect<string, SecretUnreadable>
}>()("@sluice/persistence/SecretBox") {
  /**
   * Makes a box with keys of 32 bytes, of which the first seals; without any, secrets are refused and everything else
   * works.
   */
  static readonly layer = (
    keys: ReadonlyArray<Redacted.Redacted<Uint8Array>>
  ): Layer.Layer<SecretBox, EncryptionKeyInvalid> =>
    Layer.effect(SecretBox, make(keys)).pipe(
      Layer.provide([
        Aead.layerWebCrypto.pipe(Layer.provideMerge(SecureRandom.layerWebCrypto)),
        Digest.layerWebCrypto
      ])
    )
}
