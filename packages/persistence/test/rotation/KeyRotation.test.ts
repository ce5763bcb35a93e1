import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@sluice/domain/json/Json"
import { TokenClaim, TokenStore } from "@sluice/http-client/TokenStore"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { KeyStillUsed, rotate, type RotationProgress } from "../../src/rotation/KeyRotation.ts"
import * as Database from "../../src/schema/Database.ts"
import { EncryptionKeyMissing, SecretBox } from "../../src/secrets/SecretBox.ts"
import * as TokenStorePostgres from "../../src/secrets/TokenStorePostgres.ts"
import { SettingsLive } from "../../src/settings/SettingsLive.ts"
import { SettingsStore } from "../../src/settings/SettingsStore.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const boxOf = (bytes: ReadonlyArray<number>) =>
  SecretBox.layer(bytes.map((byte) => Redacted.make(new Uint8Array(32).fill(byte))))

/** Runs `effect` in a process with these keys: a pool and a memory of its own. */
const withKeys = Effect.fnUntraced(function*<A, E>(
  bytes: ReadonlyArray<number>,
  effect: Effect.Effect<A, E, SettingsStore | SettingsLive | SecretBox | SqlClient.SqlClient | TokenStore>
) {
  const { url } = yield* DatabaseTest
  return yield* Effect.provide(
    effect,
    Layer.merge(SettingsStore.layer, TokenStorePostgres.layer).pipe(
      Layer.provideMerge(SettingsLive.layer),
      Layer.provideMerge(boxOf(bytes)),
      Layer.provideMerge(Database.layerPool({ url, maxConnections: 3 }))
    ),
    { local: true }
  )
})

const rotated = (
  bytes: ReadonlyArray<number>,
  onProgress: (progress: RotationProgress) => Effect.Effect<unknown> = () => Effect.void
) => withKeys(bytes, rotate(onProgress))

const pipeline = (key: string, priority = 0): JsonObject => ({
  name: "p",
  priority,
  steps: [{
    name: "calloutPlugin",
    id: "a",
    options: { endpoint: "https://a.example/?token=query-secret", headers: { "X-Key": key } }
  }]
})

const credentials = {
  tokenUrl: "https://t.example/token",
  clientId: "me",
  clientSecret: Redacted.make("client-secret"),
  scope: "all"
}

/** The same, for a place that provides nothing. */
const meanwhile = Effect.map(
  DatabaseTest,
  (database) => <A, E>(bytes: ReadonlyArray<number>, effect: Effect.Effect<A, E, SettingsStore>) =>
    Effect.orDie(Effect.provideService(withKeys(bytes, effect), DatabaseTest, database))
)

/** A secret in every place that takes one. */
const filled = Effect.gen(function*() {
  const store = yield* SettingsStore
  const tokens = yield* TokenStore
  yield* store.connector.put("c", {
    name: "Webhook",
    host: "https://c.example",
    bearerToken: "connector-secret",
    customHeaders: { "X-Token": "header-secret" }
  })
  yield* store.authProvider.put("a", { name: "a", domain: "a.example", type: "bearer", token: "provider-secret" })
  yield* store.webhookEndpoint.put("w", { url: "https://w.example/", types: ["*"] })
  yield* store.webhookEndpoint.rotate("w", 0)
  for (const priority of [1, 2, 3]) yield* store.pipeline.put("p", pipeline("pipeline-secret", priority))
  yield* tokens.claim(credentials)
  yield* tokens.keep(credentials, { value: "Bearer kept", usableForMs: undefined })
})

/** Everything that opens with the keys at hand: the secrets in force, an old version's step, the kept token. */
const opened = Effect.gen(function*() {
  const live = yield* SettingsLive
  const tokens = yield* TokenStore
  const { unreadable } = live.current()
  const old = yield* live.pipeline("p", 1)
  const claim = yield* tokens.claim(credentials)
  yield* tokens.release(credentials)
  return {
    unreadable: unreadable.map(({ id }) => id),
    old: old?.steps[0]?.unreadable ?? old?.steps[0]?.options,
    token: TokenClaim.$is("Kept")(claim) ? claim.token.value : claim._tag
  }
})

/** The keys that any text in the database names as its own. */
const namesOfKeys = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const columns = yield* sql<{ readonly t: string; readonly c: string }>`SELECT table_name AS t, column_name AS c
    FROM information_schema.columns WHERE table_schema = 'public' AND data_type IN ('text', 'json', 'jsonb')`
  const names = new Set<string>()
  for (const { c, t } of columns) {
    const rows = yield* sql<{ readonly name: string }>`SELECT DISTINCT
      (regexp_matches(${sql(c)}::text, 'sealed:2:([0-9a-f]{8}):', 'g'))[1] AS name FROM ${sql(t)}`
    for (const { name } of rows) names.add(name)
  }
  return [...names]
})

const whole = {
  unreadable: [],
  old: { endpoint: "https://a.example/?token=query-secret", headers: { "X-Key": "pipeline-secret" } },
  token: "Bearer kept"
}

describe("KeyRotation", () => {
  it.effect("encrypts every secret again, so that the new key alone decrypts them, and changes nothing else", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* withKeys([1], filled)
      const revision = yield* sql`SELECT revision FROM settings_revision`
      const old = yield* namesOfKeys
      assert.lengthOf(old, 1)
      const before = yield* sql`SELECT id, version, updated_at FROM pipelines UNION ALL
        SELECT id, version, updated_at FROM webhook_endpoints`
      const told: Array<string> = []
      const report = yield* rotated(
        [2, 1],
        ({ done, rows, sealed, table }) => Effect.sync(() => void told.push(`${table} ${done}/${rows} ${sealed}`))
      )
      assert.deepStrictEqual(report, { sealed: 14, forgotten: 0, unreadable: [] })
      assert.deepStrictEqual(told.filter((line) => !line.endsWith(" 0")), [
        "auth_providers 1/1 1",
        "connectors 1/1 2",
        "webhook_endpoints 1/1 2",
        "pipelines 1/1 2",
        "pipeline_versions 3/3 6",
        "tokens 1/1 1"
      ])
      assert.deepStrictEqual(yield* sql`SELECT revision FROM settings_revision`, revision)
      assert.deepStrictEqual(
        yield* sql`SELECT id, version, updated_at FROM pipelines UNION ALL
          SELECT id, version, updated_at FROM webhook_endpoints`,
        before
      )
      assert.notDeepEqual(yield* namesOfKeys, old)
      assert.lengthOf(yield* namesOfKeys, 1, "no text of any table names the old key")
      assert.deepStrictEqual(yield* withKeys([2], opened), whole)
      assert.notDeepEqual(yield* withKeys([1], opened), whole)
      assert.deepStrictEqual(yield* rotated([2]), { sealed: 0, forgotten: 0, unreadable: [] })
    }).pipe(Effect.provide(DatabaseTest.layer)))

  it.effect("a rotation that is interrupted leaves everything readable with both keys, and resumes where it stopped", () =>
    Effect.gen(function*() {
      yield* withKeys([1], filled)
      for (const until of ["connectors", "pipelines", "pipeline_versions"]) {
        const fiber = yield* Effect.forkChild(
          rotated([2, 1], ({ table }) => table === until ? Effect.interrupt : Effect.void)
        )
        yield* Fiber.await(fiber)
        assert.deepStrictEqual(yield* withKeys([2, 1], opened), whole)
        assert.deepStrictEqual(yield* withKeys([1, 2], opened), whole)
      }
      const report = yield* rotated([2, 1])
      assert.strictEqual(report.sealed, 1)
      assert.deepStrictEqual(yield* withKeys([2], opened), whole)
    }).pipe(Effect.provide(DatabaseTest.layer)))

  it.effect("a setting that is changed meanwhile keeps its change, and a value under the older key is found in the next pass", () =>
    Effect.gen(function*() {
      yield* withKeys([1], filled)
      const change = yield* meanwhile
      let changes = 0
      const report = yield* rotated(
        [2, 1],
        ({ table }) =>
          table !== "connectors" || changes++ > 0 ? Effect.void : change(
            [1, 2],
            Effect.gen(function*() {
              const store = yield* SettingsStore
              yield* store.authProvider.put("a", {
                name: "a",
                domain: "a.example",
                type: "bearer",
                token: "newer-secret"
              })
              yield* store.pipeline.put("p", pipeline("newer-secret", 4))
            })
          )
      )
      assert.strictEqual(report.unreadable.length, 0)
      yield* withKeys(
        [2],
        Effect.gen(function*() {
          const { current } = yield* SettingsLive
          assert.isEmpty(current().unreadable)
          assert.include(current().secrets, "newer-secret")
          assert.strictEqual(current().pipelines[0]?.version, 4)
        })
      )
    }).pipe(Effect.provide(DatabaseTest.layer)))

  it.effect("reports another process that still encrypts with another key", () =>
    Effect.gen(function*() {
      yield* withKeys([1], filled)
      const change = yield* meanwhile
      let priority = 10
      const error = yield* Effect.flip(rotated([2, 1], ({ table }) =>
        table !== "pipelines" ?
          Effect.void :
          change(
            [1, 2],
            Effect.flatMap(SettingsStore, (store) =>
              store.authProvider.put("a", {
                name: "a",
                domain: "a.example",
                type: "bearer",
                token: `another-${priority++}`
              }))
          )))
      assert.instanceOf(error, KeyStillUsed)
      assert.include(error.message, "new,old")
    }).pipe(Effect.provide(DatabaseTest.layer)))

  it.effect("names the values that no key decrypts, encrypts the rest, and does nothing without a key", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* withKeys([1], filled)
      yield* sql`UPDATE connectors SET document = regexp_replace(document, '(sealed:[^"]{20}).{4}', '\\1AAAA')`
      yield* sql`UPDATE tokens SET sealed = 'sealed:1:AAAA'`
      const report = yield* rotated([2, 1])
      assert.deepStrictEqual(report.unreadable, ["connector c: bearerToken"])
      assert.deepStrictEqual([report.sealed, report.forgotten], [12, 1])
      assert.deepInclude(yield* withKeys([2], opened), { unreadable: ["c"], token: "Fetch" })
      assert.instanceOf(
        yield* Effect.flip(withKeys([2], Effect.provide(rotate(() => Effect.void), boxOf([]), { local: true }))),
        EncryptionKeyMissing
      )
    }).pipe(Effect.provide(DatabaseTest.layer)))
})
