import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@sluice/domain/json/Json"
import { Settings } from "@sluice/engine/settings/Settings"
import { Effect, Layer, Logger, Redacted, Stream } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../../src/schema/Database.ts"
import { EncryptionKeyMissing, SecretBox } from "../../src/secrets/SecretBox.ts"
import {
  PipelineInUse,
  SecretNotKept,
  SettingUnknown,
  SettingVersionMismatch
} from "../../src/settings/SettingsErrors.ts"
import { SettingsLive } from "../../src/settings/SettingsLive.ts"
import { SettingsStore } from "../../src/settings/SettingsStore.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const key = (byte: number) => Redacted.make(new Uint8Array(32).fill(byte))

/** A process of its own: a pool, a memory and a key. */
const processWith = (encryptionKey: Redacted.Redacted<Uint8Array> | undefined) =>
  SettingsStore.layer.pipe(
    Layer.provideMerge(SettingsLive.layer),
    Layer.provideMerge(SecretBox.layer(encryptionKey === undefined ? [] : [encryptionKey]))
  )

const layer = processWith(key(1)).pipe(Layer.provideMerge(DatabaseTest.layer))

/** The result of `effect` in another process on the same database. */
const elsewhere = Effect.fnUntraced(function*<A, E>(
  effect: Effect.Effect<A, E, SettingsStore | SettingsLive | Settings>,
  { encryptionKey }: { readonly encryptionKey: Redacted.Redacted<Uint8Array> | undefined } = { encryptionKey: key(1) }
) {
  const { url } = yield* DatabaseTest
  return yield* Effect.provide(
    effect,
    processWith(encryptionKey).pipe(Layer.provideMerge(Database.layerPool({ url }))),
    { local: true }
  )
})

const pipeline = (rest: JsonObject = {}): JsonObject => ({ name: "p", steps: [], ...rest })

const withSecret = (value: string): JsonObject =>
  pipeline({
    steps: [{
      name: "calloutPlugin",
      id: "one",
      options: { endpoint: "https://partner.example/", headers: { "X-Api-Key": value, "X-Trace": "on" } }
    }]
  })

const connector = (rest: JsonObject = {}): JsonObject => ({
  name: "Webhook",
  host: "https://partner.example/",
  ...rest
})

/** Everything that is in the settings' tables, as text. */
const dump = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly document: string }>`
    SELECT document FROM pipelines UNION ALL SELECT document FROM pipeline_versions
    UNION ALL SELECT document FROM connectors UNION ALL SELECT document FROM auth_providers`
  return rows.map(({ document }) => document).join("\n")
})

const storeRun = Effect.fnUntraced(function*(pipeline: string, state: string) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO runs (id, order_id, event_id, pipeline, pipeline_version, state, owner, created_at)
    VALUES (gen_random_uuid(), ${`${pipeline} ${state}`}, gen_random_uuid(), ${pipeline}, 1, ${state}, gen_random_uuid(), now())`
})

const endpointSecret = `whsec_${Buffer.alloc(24, 1).toString("base64")}`

describe("SettingsStore", () => {
  it.effect("reports if a put created, changed or repeated a setting, and counts versions only for changes", () =>
    Effect.gen(function*() {
      const { pipeline: store } = yield* SettingsStore
      const outcome = (document: JsonObject) =>
        Effect.map(store.put("p", document), ({ created, changed, version }) => [created, changed, version])
      assert.deepStrictEqual(yield* outcome(withSecret("secret-one")), [true, true, 1])
      assert.deepStrictEqual(yield* outcome(withSecret("secret-one")), [false, false, 1])
      assert.deepStrictEqual(yield* outcome(withSecret("[redacted]")), [false, false, 1])
      assert.deepStrictEqual(yield* outcome(withSecret("secret-two")), [false, true, 2])
      const versions = yield* store.versions("p", { limit: 1 })
      assert.deepStrictEqual(versions.items.map(({ version }) => version), [2])
      const older = yield* store.versions("p", { limit: 1, cursor: versions.nextCursor ?? "" })
      assert.deepStrictEqual([older.items.map(({ version }) => version), older.nextCursor], [[1], null])
    }).pipe(Effect.provide(layer)))

  it.effect("hides secrets wherever they are shown, and encrypts them wherever they are stored", () =>
    Effect.gen(function*() {
      const store = yield* SettingsStore
      yield* store.pipeline.put("p", withSecret("hunter2-hunter2"))
      yield* store.connector.put("c", connector({ bearerToken: "hunter2-hunter2" }))
      const shown = [
        yield* store.pipeline.get("p"),
        yield* store.connector.get("c"),
        yield* store.pipeline.list({ limit: 5 }),
        yield* store.pipeline.versions("p", { limit: 5 })
      ]
      for (const answer of shown) {
        assert.include(JSON.stringify(answer), "[redacted]")
        assert.notInclude(JSON.stringify(answer), "hunter2")
      }
      const stored = yield* dump
      assert.notInclude(stored, "hunter2")
      assert.include(stored, "X-Trace")
    }).pipe(Effect.provide(layer)))

  it.effect("keeps the stored secret where [redacted] is written back, and uses it", () =>
    Effect.gen(function*() {
      const { connector: store } = yield* SettingsStore
      const settings = yield* Settings
      yield* store.put("c", connector({ bearerToken: "hunter2-hunter2" }))
      const put = yield* store.put("c", connector({ bearerToken: "[redacted]", displayName: "Mine" }))
      assert.isTrue(put.changed)
      const token = settings.current().connectors[0]?.connector.bearerToken
      assert.strictEqual(token === undefined ? undefined : Redacted.value(token), "hunter2-hunter2")
    }).pipe(Effect.provide(layer)))

  it.effect("refuses [redacted] where no secret is stored, and names the member", () =>
    Effect.gen(function*() {
      const { pipeline: store } = yield* SettingsStore
      const error = yield* Effect.flip(store.put("p", withSecret("[redacted]")))
      assert.instanceOf(error, SecretNotKept)
      assert.deepStrictEqual(error.faults.map(({ path }) => path), ["steps[0].options.headers.X-Api-Key"])
      assert.instanceOf(yield* Effect.flip(store.get("p")), SettingUnknown)
    }).pipe(Effect.provide(layer)))

  it.effect("honours If-Match for writing and deleting, and changes nothing if it does not match", () =>
    Effect.gen(function*() {
      const { connector: store } = yield* SettingsStore
      const absent = yield* Effect.flip(store.put("c", connector(), { ifMatch: 1 }))
      assert.deepStrictEqual(absent, new SettingVersionMismatch({ kind: "connector", id: "c" }))
      yield* store.put("c", connector())
      yield* store.put("c", connector({ displayName: "two" }), { ifMatch: 1 })
      const stale = yield* Effect.flip(store.put("c", connector(), { ifMatch: 1 }))
      assert.deepStrictEqual(stale, new SettingVersionMismatch({ kind: "connector", id: "c", current: 2 }))
      assert.instanceOf(yield* Effect.flip(store.delete("c", { ifMatch: 1 })), SettingVersionMismatch)
      yield* store.delete("c", { ifMatch: 2 })
      assert.instanceOf(yield* Effect.flip(store.delete("c")), SettingUnknown)
    }).pipe(Effect.provide(layer)))

  it.effect("deletes a pipeline only when its runs have ended, keeps its versions, and continues to count them", () =>
    Effect.gen(function*() {
      const { pipeline: store } = yield* SettingsStore
      const settings = yield* Settings
      const sql = yield* SqlClient.SqlClient
      yield* store.put("p", pipeline())
      yield* storeRun("p", "completed")
      yield* storeRun("other", "running")
      for (const state of ["queued", "running", "waiting", "compensating"]) {
        yield* storeRun("p", state)
        assert.instanceOf(yield* Effect.flip(store.delete("p")), PipelineInUse, state)
        yield* sql`UPDATE runs SET state = 'failed' WHERE pipeline = 'p' AND state = ${state}`
      }
      yield* store.delete("p")
      assert.deepStrictEqual(settings.current().pipelines, [])
      assert.strictEqual((yield* settings.pipeline("p", 1))?.version, 1)
      assert.isUndefined(yield* settings.pipeline("p", 2))
      assert.strictEqual((yield* store.put("p", pipeline({ priority: 1 }))).version, 2)
      assert.strictEqual((yield* settings.pipeline("p", 1))?.priority, 0)
      assert.lengthOf((yield* store.versions("p", { limit: 5 })).items, 2)
    }).pipe(Effect.provide(layer)))

  it.effect("lists newest first, and pages", () =>
    Effect.gen(function*() {
      const { connector: store } = yield* SettingsStore
      yield* Effect.forEach(["a", "b", "c"], (id) => store.put(id, connector()))
      yield* store.put("a", connector({ displayName: "changed" }))
      const first = yield* store.list({ limit: 2 })
      const second = yield* store.list({ limit: 2, cursor: first.nextCursor ?? "" })
      assert.deepStrictEqual([...first.items, ...second.items].map(({ id }) => id), ["c", "b", "a"])
      assert.isNull(second.nextCursor)
    }).pipe(Effect.provide(layer)))

  it.effect("no write of several concurrent ones is lost, and each version is written once", () =>
    Effect.gen(function*() {
      const { pipeline: store } = yield* SettingsStore
      const puts = Array.from({ length: 8 }, (_, priority) => store.put("p", pipeline({ priority: priority + 1 })))
      const versions = yield* Effect.all(puts, { concurrency: "unbounded" })
      assert.sameMembers(versions.map(({ version }) => version), [1, 2, 3, 4, 5, 6, 7, 8])
      assert.lengthOf(versions.filter(({ created }) => created), 1)
    }).pipe(Effect.provide(layer)))

  it.effect("without a key, stores settings without secrets, and refuses others", () =>
    elsewhere(
      Effect.gen(function*() {
        const { connector: store } = yield* SettingsStore
        yield* store.put("c", connector())
        const error = yield* Effect.flip(store.put("c", connector({ bearerToken: "hunter2-hunter2" })))
        assert.instanceOf(error, EncryptionKeyMissing)
        assert.include(error.message, "SLUICE_ENCRYPTION_KEY")
        assert.strictEqual((yield* store.get("c")).version, 1)
      }),
      { encryptionKey: undefined }
    ).pipe(Effect.provide(DatabaseTest.layer)))

  it.effect("a process without a key does not start if there are encrypted secrets", () =>
    Effect.gen(function*() {
      const { connector: store } = yield* SettingsStore
      yield* store.put("c", connector({ bearerToken: "hunter2-hunter2" }))
      const logged: Array<unknown> = []
      const error = yield* Effect.flip(elsewhere(Settings, { encryptionKey: undefined })).pipe(
        Effect.provide(Logger.layer([Logger.make(({ message }) => void logged.push(message))]))
      )
      assert.instanceOf(error, EncryptionKeyMissing)
      assert.match(error.message, /^SLUICE_ENCRYPTION_KEY is not set.*among them c/)
      // The refusal is the one line about it: none for each setting says to write the secret again.
      assert.deepStrictEqual(logged, [])
    }).pipe(Effect.provide(layer)))

  it.effect("a secret that cannot be decrypted disables its setting, and no other, until it is written again", () =>
    Effect.gen(function*() {
      const store = yield* SettingsStore
      const sql = yield* SqlClient.SqlClient
      yield* store.connector.put("damaged", connector({ bearerToken: "hunter2-hunter2", displayName: "Mine" }))
      yield* store.connector.put("whole", connector({ bearerToken: "hunter3-hunter3" }))
      yield* store.authProvider.put("a", { name: "a", domain: "x.example", type: "bearer", token: "token-of-a" })
      yield* store.pipeline.put("p", withSecret("secret-of-p"))
      yield* store.webhookEndpoint.put("w", { url: "https://w.example/", types: ["*"], secret: endpointSecret })
      for (const table of ["connectors", "auth_providers", "pipelines", "webhook_endpoints"]) {
        yield* sql`UPDATE ${sql(table)} SET document = regexp_replace(document, '(sealed:[^"]{20}).{4}', '\\1AAAA')
          WHERE id <> 'whole'`
      }
      yield* elsewhere(Effect.gen(function*() {
        const live = yield* SettingsLive
        const other = yield* SettingsStore
        const { authProviders, connectors, pipelines, unreadable, webhookEndpoints } = live.current()
        assert.deepStrictEqual(unreadable.map(({ id, kind, secrets }) => [kind, id, ...secrets]), [
          ["authProvider", "a", "token"],
          ["connector", "damaged", "bearerToken"],
          ["pipeline", "p", "steps[0].options.headers.X-Api-Key"],
          ["webhookEndpoint", "w", "secret"]
        ])
        assert.deepStrictEqual(connectors.map((one) => [one.id, one.unreadable !== undefined]), [
          ["damaged", true],
          ["whole", false]
        ])
        assert.deepStrictEqual(authProviders.map(({ type }) => type), ["unreadable"])
        assert.match(pipelines[0]?.steps[0]?.unreadable ?? "", /^pipeline p: .*SLUICE_ENCRYPTION_KEY/)
        assert.match(webhookEndpoints.get("w")?.unreadable ?? "", /^webhook endpoint w: secret /)

        // What is read still says "[redacted]"; writing that back asks for the secret, a new one mends.
        const shown = yield* other.connector.get("damaged")
        assert.strictEqual(shown.document["bearerToken"], "[redacted]")
        const error = yield* Effect.flip(other.connector.put("damaged", shown.document))
        assert.instanceOf(error, SecretNotKept)
        assert.match(error.faults[0]?.message ?? "", /cannot be opened.*write the secret/)
        yield* other.connector.put("damaged", { ...shown.document, bearerToken: "hunter4-hunter4" })
        yield* other.webhookEndpoint.rotate("w", 0)
        assert.deepStrictEqual(live.current().unreadable.map(({ id }) => id), ["a", "p"])
      }))
    }).pipe(Effect.provide(layer)))
})

describe("SettingsLive", () => {
  /** The first snapshot in which `holds`. */
  const until = Effect.fnUntraced(function*(holds: (settings: Settings["Service"]) => boolean) {
    const live = yield* SettingsLive
    const settings = yield* Settings
    yield* live.changes.pipe(Stream.filter(() => holds(settings)), Stream.take(1), Stream.runDrain)
  })

  it.effect("a change is in force in this process when it is answered", () =>
    Effect.gen(function*() {
      const { pipeline: store } = yield* SettingsStore
      const settings = yield* Settings
      yield* store.put("low", { name: "low", priority: 1, steps: [] })
      yield* store.put("b", { name: "b", priority: 5, steps: [] })
      yield* store.put("a", { name: "a", priority: 5, steps: [] })
      assert.deepStrictEqual(settings.current().pipelines.map(({ name }) => name), ["a", "b", "low"])
      yield* store.delete("b")
      assert.deepStrictEqual(settings.current().pipelines.map(({ name }) => name), ["a", "low"])
    }).pipe(Effect.provide(layer)))

  it.effect("a change is announced to other processes, without a poll", () =>
    Effect.gen(function*() {
      const { pipeline: store } = yield* SettingsStore
      const settings = yield* Settings
      yield* elsewhere(Effect.gen(function*() {
        const other = yield* SettingsStore
        yield* other.pipeline.put("p", pipeline())
        // The clock of this test does not move: only the announcement can bring it.
      }))
      yield* until(({ current }) => current().pipelines.length === 1)
      yield* elsewhere(Effect.flatMap(SettingsStore, (other) => other.pipeline.delete("p")))
      yield* until(({ current }) => current().pipelines.length === 0)
      assert.strictEqual((yield* store.put("p", pipeline({ priority: 2 }))).version, 2)
      assert.strictEqual(settings.current().pipelines[0]?.version, 2)
    }).pipe(Effect.provide(layer)))

  it.effect("lists every secret that must be hidden, of connectors, providers, pipelines and endpoints", () =>
    Effect.gen(function*() {
      const store = yield* SettingsStore
      const settings = yield* Settings
      yield* store.connector.put(
        "c",
        connector({ bearerToken: "token-of-connector", username: "me", password: "short" })
      )
      yield* store.authProvider.put("a", {
        name: "a",
        domain: "partner.example",
        type: "basic",
        username: "me",
        password: "password-of-provider"
      })
      yield* store.pipeline.put("p", withSecret("Bearer token-of-pipeline"))
      yield* store.webhookEndpoint.put("w", { url: "https://w.example/", types: ["*"], secret: endpointSecret })
      assert.includeMembers([...settings.current().secrets], [
        "token-of-connector",
        "me:short",
        "password-of-provider",
        "token-of-pipeline",
        endpointSecret
      ])
      assert.notInclude(settings.current().secrets, "short")
      yield* store.pipeline.put("p", withSecret("another-secret"))
      assert.includeMembers([...settings.current().secrets], ["another-secret", "Bearer token-of-pipeline"])
    }).pipe(Effect.provide(layer)))

  it.effect("an older version brings its secrets with it", () =>
    Effect.gen(function*() {
      const { pipeline: store } = yield* SettingsStore
      yield* store.put("p", withSecret("secret-of-one"))
      yield* store.put("p", withSecret("secret-of-two"))
      yield* elsewhere(Effect.gen(function*() {
        const settings = yield* Settings
        assert.notInclude(settings.current().secrets, "secret-of-one")
        assert.strictEqual((yield* settings.pipeline("p", 1))?.version, 1)
        assert.include(settings.current().secrets, "secret-of-one")
        assert.include(settings.current().secrets, "secret-of-two")
      }))
    }).pipe(Effect.provide(layer)))

  // The pause before it listens again is real time: a quarter of a second.
  it.live("changes made while the connection was lost are read when it is back", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const listeners = sql`SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()`
      yield* Effect.repeat(listeners, { until: (rows) => rows.length === 1 })
      // Not announced, as if it had happened between two connections.
      yield* sql`INSERT INTO pipelines (id, version, document) VALUES ('p', 1, '{"name":"p","steps":[]}')`
      yield* sql`UPDATE settings_revision SET revision = revision + 1`
      const ended = yield* sql`SELECT pg_terminate_backend(pid) FROM (${listeners}) listeners`
      assert.lengthOf(ended, 1)
      yield* until(({ current }) => current().pipelines.length === 1)
    }).pipe(Effect.provide(layer)))
})
