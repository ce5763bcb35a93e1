import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { EncryptionKeyInvalid, EncryptionKeyMissing, SecretBox, SecretUnreadable } from "../../src/secrets/SecretBox.ts"

const key = (byte: number, length = 32) => Redacted.make(new Uint8Array(length).fill(byte))
const keyed = (...bytes: ReadonlyArray<number>) => SecretBox.layer(bytes.map((byte) => key(byte)))
const place = { kind: "connector", id: "billing", pointer: "/bearerToken" }

const seal = (text: string, at: Parameters<SecretBox["Service"]["seal"]>[1] = place) =>
  Effect.flatMap(SecretBox, (box) => box.seal(text, at))
const open = (stored: string, at: Parameters<SecretBox["Service"]["open"]>[1] = place) =>
  Effect.flatMap(SecretBox, (box) => box.open(stored, at))

/** `hunter2`, sealed at `place` by an earlier release with the key of ones. */
const earlier = "sealed:1:CQkJCQkJCQkJCQkJrHpJuqtCNIlVs6fwGh1WYEGCJCPiwVI="

describe("SecretBox", () => {
  it.effect("opens what it sealed, and seals the same text differently each time", () =>
    Effect.gen(function*() {
      const [one, two] = yield* Effect.all([seal("hunter2 – ключ"), seal("hunter2 – ключ")])
      assert.notStrictEqual(one, two)
      assert.notInclude(one, "hunter2")
      assert.strictEqual(yield* open(one), "hunter2 – ключ")
      assert.strictEqual(yield* open(two), "hunter2 – ключ")
    }).pipe(Effect.provide(keyed(1))))

  it.effect("refuses a sealed text that was moved to another row, another version or another member", () =>
    Effect.gen(function*() {
      const sealed = yield* seal("hunter2")
      for (const moved of [{ id: "other" }, { kind: "authProvider" }, { pointer: "/password" }, { version: 1 }]) {
        assert.instanceOf(yield* Effect.flip(open(sealed, { ...place, ...moved })), SecretUnreadable)
      }
      const versioned = yield* seal("hunter2", { ...place, version: 1 })
      assert.strictEqual(yield* open(versioned, { ...place, version: 1 }), "hunter2")
      assert.instanceOf(yield* Effect.flip(open(versioned, { ...place, version: 2 })), SecretUnreadable)
    }).pipe(Effect.provide(keyed(1))))

  it.effect("the first of several keys encrypts, each of them decrypts, and a sealed text names its key", () =>
    Effect.gen(function*() {
      const old = yield* Effect.provide(seal("hunter2"), keyed(1))
      const fresh = yield* Effect.provide(seal("hunter2"), keyed(2, 1))
      assert.match(old, /^sealed:2:[0-9a-f]{8}:/)
      assert.notStrictEqual(old.slice(0, 17), fresh.slice(0, 17))
      for (const keys of [keyed(1, 2), keyed(2, 1)]) {
        assert.strictEqual(yield* Effect.provide(open(old), keys), "hunter2")
        assert.strictEqual(yield* Effect.provide(open(fresh), keys), "hunter2")
      }
      const current = (stored: string) =>
        Effect.provide(Effect.map(SecretBox, (box) => box.isCurrent(stored)), keyed(2, 1))
      assert.deepStrictEqual([yield* current(old), yield* current(fresh)], [false, true])
      const error = yield* Effect.flip(Effect.provide(open(old), keyed(2)))
      assert.include(error.message, `key ${old.slice(9, 17)} of SLUICE_ENCRYPTION_KEY`)
      const renamed = old.replace(old.slice(9, 17), fresh.slice(9, 17))
      assert.instanceOf(yield* Effect.flip(Effect.provide(open(renamed), keyed(2, 1))), SecretUnreadable)
    }))

  it.effect("a text that an earlier release sealed is decrypted with the key that sealed it", () =>
    Effect.gen(function*() {
      for (const keys of [keyed(1), keyed(2, 1), keyed(1, 2)]) {
        assert.strictEqual(yield* Effect.provide(open(earlier), keys), "hunter2")
        const box = yield* Effect.provide(SecretBox, keys)
        assert.isFalse(box.isCurrent(earlier))
      }
    }))

  it.effect("reports a wrong key instead of returning garbage", () =>
    Effect.gen(function*() {
      const sealed = yield* Effect.provide(seal("hunter2"), keyed(1))
      const texts = [sealed, sealed.slice(0, -8), "sealed:1:", earlier, "sealed:2:%%%", "sealed:1:%%%", "hunter2"]
      for (const text of texts) {
        const error = yield* Effect.flip(Effect.provide(open(text), keyed(2)))
        assert.instanceOf(error, SecretUnreadable)
        assert.include(error.message, "SLUICE_ENCRYPTION_KEY")
        assert.include(error.message, "connector billing, /bearerToken")
      }
    }))

  it.effect("without a key refuses to store a secret, and names the variable to set", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.provide(seal("hunter2"), keyed()))
      assert.instanceOf(error, EncryptionKeyMissing)
      assert.include(error.message, "SLUICE_ENCRYPTION_KEY")
    }))

  it.effect("refuses a key that is not 32 bytes", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.provide(seal("hunter2"), SecretBox.layer([key(1, 16)])))
      assert.instanceOf(error, EncryptionKeyInvalid)
    }))
})
