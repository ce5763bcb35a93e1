import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { EncryptionKeyInvalid, EncryptionKeyMissing, SecretBox, SecretUnreadable } from "../../src/secrets/SecretBox.ts"

const keyed = (byte: number, length = 32) => SecretBox.layer(Redacted.make(new Uint8Array(length).fill(byte)))
const place = { kind: "connector", id: "billing", pointer: "/bearerToken" }

const seal = (text: string) => Effect.flatMap(SecretBox, (box) => box.seal(text, place))
const open = (stored: string, at = place) => Effect.flatMap(SecretBox, (box) => box.open(stored, at))

describe("SecretBox", () => {
  it.effect("opens what it sealed, and seals the same text differently each time", () =>
    Effect.gen(function*() {
      const [one, two] = yield* Effect.all([seal("hunter2 – ключ"), seal("hunter2 – ключ")])
      assert.notStrictEqual(one, two)
      assert.notInclude(one, "hunter2")
      assert.strictEqual(yield* open(one), "hunter2 – ключ")
      assert.strictEqual(yield* open(two), "hunter2 – ключ")
    }).pipe(Effect.provide(keyed(1))))

  it.effect("refuses a sealed text that was moved to another document or another member", () =>
    Effect.gen(function*() {
      const sealed = yield* seal("hunter2")
      for (const moved of [{ id: "other" }, { kind: "authProvider" }, { pointer: "/password" }]) {
        assert.instanceOf(yield* Effect.flip(open(sealed, { ...place, ...moved })), SecretUnreadable)
      }
    }).pipe(Effect.provide(keyed(1))))

  it.effect("says which key is wrong instead of giving garbage", () =>
    Effect.gen(function*() {
      const sealed = yield* Effect.provide(seal("hunter2"), keyed(1))
      const texts = [sealed, sealed.slice(0, -8), "sealed:1:", "sealed:1:%%%", "hunter2"]
      for (const text of texts) {
        const error = yield* Effect.flip(Effect.provide(open(text), keyed(2)))
        assert.instanceOf(error, SecretUnreadable)
        assert.include(error.message, "SLUICE_ENCRYPTION_KEY")
        assert.include(error.message, "connector billing, /bearerToken")
      }
    }))

  it.effect("without a key refuses to store a secret, and names the variable to set", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.provide(seal("hunter2"), SecretBox.layer(undefined)))
      assert.instanceOf(error, EncryptionKeyMissing)
      assert.include(error.message, "SLUICE_ENCRYPTION_KEY")
    }))

  it.effect("refuses a key that is not 32 bytes", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.provide(seal("hunter2"), keyed(1, 16)))
      assert.instanceOf(error, EncryptionKeyInvalid)
    }))
})
