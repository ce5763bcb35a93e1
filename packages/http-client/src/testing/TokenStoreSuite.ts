/** The conformance suite of `TokenStore`. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer, Redacted } from "effect"
import { type TokenKey, TokenStore } from "../TokenStore.ts"

const key: TokenKey = {
  tokenUrl: "https://login.example.com/token",
  clientId: "sluice",
  clientSecret: Redacted.make("s3cret")
}
const token = { value: "Bearer t1", usableForMs: 60_000 }
const claimed = (of: TokenKey = key) => Effect.flatMap(TokenStore, (store) => store.claim(of))
const tags = (count: number) =>
  Effect.map(
    Effect.all(Array.from({ length: count }, () => claimed()), { concurrency: count }),
    (all) => all.map(({ _tag }) => _tag).toSorted()
  )

export const suite = (name: string, layer: Layer.Layer<TokenStore>) =>
  // oxlint-disable-next-line vitest/valid-title -- the adapter's name
  describe(name, () => {
    it.effect("lets one of many callers fetch a token, and returns it to all of them", () =>
      Effect.gen(function*() {
        const store = yield* TokenStore
        assert.deepStrictEqual(yield* tags(64), ["Fetch", ...Array.from({ length: 63 }, () => "Wait")])
        yield* store.keep(key, token)
        assert.deepStrictEqual(yield* tags(64), Array.from({ length: 64 }, () => "Kept"))
        const kept = yield* claimed()
        assert.isTrue(kept._tag === "Kept" && kept.token.value === token.value && kept.token.usableForMs! > 50_000)
        assert.isTrue(kept._tag === "Kept" && kept.token.usableForMs! <= 60_000)
      }).pipe(Effect.provide(layer)))

    it.effect("lets the next caller fetch if the first one failed", () =>
      Effect.gen(function*() {
        const store = yield* TokenStore
        yield* claimed()
        yield* store.release(key)
        assert.deepStrictEqual(yield* tags(3), ["Fetch", "Wait", "Wait"])
      }).pipe(Effect.provide(layer)))

    it.effect("fetches an expired token once, and keeps one without an expiry", () =>
      Effect.gen(function*() {
        const store = yield* TokenStore
        yield* store.keep(key, { ...token, usableForMs: 0 })
        assert.deepStrictEqual(yield* tags(2), ["Fetch", "Wait"])
        yield* store.keep(key, { value: "Bearer t2", usableForMs: undefined })
        assert.deepStrictEqual(yield* claimed(), {
          _tag: "Kept",
          token: { value: "Bearer t2", usableForMs: undefined }
        })
      }).pipe(Effect.provide(layer)))

    it.effect("keeps tokens of different client certificates apart", () =>
      Effect.gen(function*() {
        const store = yield* TokenStore
        const certified = (clientCertificate: string): TokenKey => ({ ...key, tls: { clientCertificate } })
        yield* store.keep(key, token)
        yield* store.keep(certified("a"), { value: "Bearer a", usableForMs: 60_000 })
        assert.strictEqual((yield* claimed(certified("b")))._tag, "Fetch")
        const kept = yield* claimed(certified("a"))
        assert.strictEqual(kept._tag === "Kept" && kept.token.value, "Bearer a")
      }).pipe(Effect.provide(layer)))

    it.effect("drops a token that was refused, and no other", () =>
      Effect.gen(function*() {
        const store = yield* TokenStore
        yield* store.keep(key, token)
        yield* store.drop(key, "Bearer t0")
        assert.deepStrictEqual(yield* tags(1), ["Kept"])
        yield* store.drop(key, token.value)
        assert.deepStrictEqual(yield* tags(2), ["Fetch", "Wait"])
      }).pipe(Effect.provide(layer)))

    it.effect("returns a token only to callers with the same credentials", () =>
      Effect.gen(function*() {
        yield* (yield* TokenStore).keep(key, token)
        const others: ReadonlyArray<Partial<TokenKey>> = [
          { clientSecret: Redacted.make("another") },
          { clientId: "other" },
          { scope: "orders" },
          { tokenUrl: "https://login.example.org/token" }
        ]
        for (const other of others) assert.strictEqual((yield* claimed({ ...key, ...other }))._tag, "Fetch")
      }).pipe(Effect.provide(layer)))
  })
