import { assert, it } from "@effect/vitest"
import { suite } from "@sluice/http-client/testing/TokenStoreSuite"
import { TokenStore } from "@sluice/http-client/TokenStore"
import { SecretBox } from "@sluice/persistence/secrets/SecretBox"
import * as PgTokenStore from "@sluice/persistence/secrets/TokenStorePostgres"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"

const layer = (key: Uint8Array | undefined = new Uint8Array(32)) =>
  PgTokenStore.layer.pipe(
    Layer.provideMerge(DatabaseTest.layer),
    Layer.provide(Layer.orDie(SecretBox.layer(key === undefined ? [] : [Redacted.make(key)])))
  )

suite("TokenStore on PostgreSQL", layer())

const key = { tokenUrl: "https://login/token", clientId: "c", clientSecret: Redacted.make("s3cret-s3cret"), scope: "x" }
const token = { value: "Bearer tok-tok-tok", usableForMs: 60_000 }

it.effect("a stored token shows neither itself nor its secret", () =>
  Effect.gen(function*() {
    yield* (yield* TokenStore).keep(key, token)
    const rows = JSON.stringify(yield* (yield* SqlClient.SqlClient)`select * from tokens`)
    assert.include(rows, "sealed:2:")
    assert.notMatch(rows, /tok-tok-tok|s3cret/)
  }).pipe(Effect.provide(layer())))

it.effect("without an encryption key nothing is stored, and every process fetches its own token", () =>
  Effect.gen(function*() {
    const store = yield* TokenStore
    for (let process = 0; process < 2; process++) {
      assert.strictEqual((yield* store.claim(key))._tag, "Fetch")
      yield* store.keep(key, token)
    }
    assert.deepStrictEqual(yield* (yield* SqlClient.SqlClient)`select sealed from tokens`, [{ sealed: null }])
  }).pipe(Effect.provide(
    PgTokenStore.layer.pipe(
      Layer.provideMerge(DatabaseTest.layer),
      Layer.provide(Layer.orDie(SecretBox.layer([])))
    )
  )))
