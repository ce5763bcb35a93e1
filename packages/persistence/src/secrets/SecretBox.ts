/**
 * Seals secrets before they are stored: AES-256-GCM under the key of `SLUICE_ENCRYPTION_KEY`, bound to the place of the
 * secret, so that a sealed value copied elsewhere does not open. Contract: section 2.
 */
import { Context, Effect, Layer, Option, Redacted, Result, Schema } from "effect"
import { Aead, SecureRandom } from "effect/crypto"
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
  /** `pipeline`, `connector`, `authProvider`, `webhookEndpoint`. */
  readonly kind: string
  /** The document's id. */
  readonly id: string
  /** JSON pointer inside the document. */
  readonly pointer: string
}

/** Opens the text of what was sealed; the version comes first, so that another scheme can follow. */
const mark = "sealed:1:"
const nonceBytes = Aead.aes256Gcm.nonceLength

/** True if a stored text is sealed, by whatever key. */
export const isSealed = (stored: string): boolean => stored.startsWith("sealed:")

const describe = (place: SecretPlace): string => `${place.kind} ${place.id}, ${place.pointer}`

/** Encodes the place as three strings that no other place shares. */
const bind = (place: SecretPlace): Uint8Array =>
  new TextEncoder().encode(JSON.stringify([mark, place.kind, place.id, place.pointer]))

const make = Effect.fnUntraced(function*(bytes: Redacted.Redacted<Uint8Array> | undefined) {
  const aead = yield* Aead.Aead
  const random = yield* SecureRandom.SecureRandom
  const key = bytes === undefined
    ? Option.none<Aead.Key>()
    : Option.some(
      yield* Effect.mapError(
        Aead.key(Aead.aes256Gcm, Redacted.value(bytes)),
        () =>
          new EncryptionKeyInvalid({
            message: `SLUICE_ENCRYPTION_KEY must be 32 bytes in base64, and is ${Redacted.value(bytes).length} bytes: `
              + "make one with `openssl rand -base64 32`"
          })
      )
    )

  const seal = Effect.fnUntraced(function*(text: string, place: SecretPlace) {
    if (Option.isNone(key)) {
      return yield* new EncryptionKeyMissing({
        message: `${describe(place)} is a secret, and there is no key to store it under: `
          + "set SLUICE_ENCRYPTION_KEY to 32 bytes in base64 (`openssl rand -base64 32`), the same for every process"
      })
    }
    // Random nonces are safe here: 2^32 secrets under one key is beyond what settings can reach.
    const nonce = yield* random.randomBytes(nonceBytes)
    const sealed = yield* Effect.orDie(
      aead.encrypt(key.value, new TextEncoder().encode(text), { nonce, aad: bind(place) })
    )
    const whole = new Uint8Array(nonceBytes + sealed.length)
    whole.set(nonce)
    whole.set(sealed, nonceBytes)
    return mark + Base64.encode(whole)
  })

  const open = Effect.fnUntraced(function*(stored: string, place: SecretPlace) {
    if (Option.isNone(key)) {
      return yield* new SecretUnreadable({
        message: `${describe(place)} is stored sealed, and there is no key to open it: `
          + "set SLUICE_ENCRYPTION_KEY to the key that it was stored with"
      })
    }
    const whole = stored.startsWith(mark)
      ? Option.getOrElse(Result.getSuccess(Base64.decode(stored.slice(mark.length))), () => new Uint8Array())
      : new Uint8Array()
    // Too short a text has too short a nonce, and fails here like every other damage.
    const opened = yield* Effect.mapError(
      aead.decrypt(key.value, whole.subarray(nonceBytes), { nonce: whole.subarray(0, nonceBytes), aad: bind(place) }),
      () =>
        new SecretUnreadable({
          message: `${describe(place)} does not open with this SLUICE_ENCRYPTION_KEY: `
            + "start with the key that it was stored with, or store the secret again"
        })
    )
    return new TextDecoder().decode(opened)
  })

  return SecretBox.of({ hasKey: Option.isSome(key), seal, open })
})

export class SecretBox extends Context.Service<SecretBox, {
  /** Without a key nothing is sealed, and nothing opens. */
  readonly hasKey: boolean
  /** The text to store in place of `text`. Sealing the same text twice gives two different texts. */
  readonly seal: (text: string, place: SecretPlace) => Effect.Effect<string, EncryptionKeyMissing>
  /** Opens a value that was sealed for this place. */
  readonly open: (stored: string, place: SecretPlace) => Effect.Effect<string, SecretUnreadable>
}>()("@sluice/persistence/SecretBox") {
  /** Takes a key of 32 bytes; without one, secrets are refused and everything else works. */
  static readonly layer = (
    key: Redacted.Redacted<Uint8Array> | undefined
  ): Layer.Layer<SecretBox, EncryptionKeyInvalid> =>
    Layer.effect(SecretBox, make(key)).pipe(
      Layer.provide(Aead.layerWebCrypto.pipe(Layer.provideMerge(SecureRandom.layerWebCrypto)))
    )
}
