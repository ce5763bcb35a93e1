import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../../src/schema/Database.ts"
import { migrations } from "../../src/schema/Migrations.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"
import * as Proxy from "../Proxy.ts"

const change = (url: Redacted.Redacted, patch: (url: URL) => void) => {
  const it = new URL(Redacted.value(url))
  patch(it)
  return Redacted.make(it.href)
}

const create = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE TABLE once (id int)`)
const slow = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT pg_sleep(0.1)`)
const two = { "0001_first": Effect.asVoid(create), "0002_second": Effect.asVoid(slow) }

/** Builds the layer and releases it. */
const open = (url: Redacted.Redacted, migrations: Parameters<typeof Database.layer>[0]["migrations"] = two) =>
  Effect.provide(SqlClient.SqlClient, Database.layer({ url, migrations, maxConnections: 2 }), { local: true })

describe("Database", () => {
  it.effect("of processes that start at once, one migrates and the others wait for it", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      yield* Effect.all(Array.from({ length: 5 }, () => open(url)), { concurrency: "unbounded" })
      const ids = yield* Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql`SELECT migration_id AS id FROM sluice_migrations ORDER BY 1`).pipe(
          Effect.provide(Database.layerPool({ url }))
        )
      assert.deepStrictEqual(
        ids.map(({ id }) =>
          id
        ),
        [1, 2]
      )
    }).pipe(Effect.provide(DatabaseTest.layerEmpty)))

  it.effect("a schema newer than the program is refused, with both versions and the remedy", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      yield* open(url)
      const error = yield* Effect.flip(open(url, { "0001_first": Effect.void }))
      assert.strictEqual(error._tag, "SchemaTooNew")
      assert.match(error.message, /version 2.* up to 1\. Start the release/)
    }).pipe(Effect.provide(DatabaseTest.layerEmpty)))

  it.effect("a schema that a later release has added to is used as it is, until one has removed something", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      const later = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`ALTER TABLE orders ADD COLUMN later text`)
      yield* open(url, { ...migrations, "9998_expand": Effect.asVoid(later) })
      yield* open(url, migrations)
      const contract = Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`CREATE TABLE schema_floor AS SELECT 9998 AS oldest`
      )
      yield* open(url, { ...migrations, "9998_expand": Effect.void, "9999_contract": Effect.asVoid(contract) })
      yield* open(url, { ...migrations, "9998_expand": Effect.void })
      assert.strictEqual((yield* Effect.flip(open(url, migrations)))._tag, "SchemaTooNew")
    }).pipe(Effect.provide(DatabaseTest.layerEmpty)))

  it.effect("a migration that fails leaves nothing behind, and reports the database's error", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      const broken = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE TABLE once (id nonsense)`)
      const error = yield* Effect.flip(open(url, { ...two, "0003_third": Effect.asVoid(broken) }))
      assert.strictEqual(error._tag, "MigrationFailed")
      assert.match(error.message, /3_third.*nonsense/)
      yield* open(url)
    }).pipe(Effect.provide(DatabaseTest.layerEmpty)))

  it.effect("an unreachable database is one line that names DATABASE_URL and the remedy, never the password", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      const cases: ReadonlyArray<readonly [Redacted.Redacted, RegExp]> = [
        [change(url, (it) => it.pathname = "missing"), /missing.*createdb missing/],
        [change(url, (it) => it.password = "s3cret"), /user and the password/],
        [Redacted.make("postgres://u:s3cret@127.0.0.1:1/x"), /127\.0\.0\.1:1\/x.*ECONNREFUSED.*Start PostgreSQL/],
        [Redacted.make("postgres://u:s3cret@localhost/x?host=/nowhere"), /\/nowhere\/x.*ENOENT.*Start PostgreSQL/],
        [Redacted.make("mysql://u:s3cret@127.0.0.1/x"), /: it is not a PostgreSQL URL: write postgres:/],
        [Redacted.make("u:s3cret@127.0.0.1 x"), /: it is not a PostgreSQL URL: write postgres:/]
      ]
      for (const [url, expected] of cases) {
        const { _tag, message } = yield* Effect.flip(open(url))
        assert.strictEqual(_tag, "DatabaseUnavailable")
        assert.match(message, /^DATABASE_URL/)
        assert.match(message, expected)
        assert.notMatch(message, /3cret|\n/)
      }
    }).pipe(Effect.provide(DatabaseTest.layerEmpty)))

  it.effect("an endpoint of all types keeps the types that there were before the migration, as far back as it goes", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      yield* open(url, Object.fromEntries(Object.entries(migrations).filter(([name]) => name < "0014")))
      const types = (table: string) =>
        Effect.flatMap(SqlClient.SqlClient, (sql) =>
          sql<{ readonly types: ReadonlyArray<string> }>`select types
          from ${sql(table)} order by 1`)
      yield* Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* sql`insert into webhook_endpoints (id, version, document, types) values
          ('all', 1, '{"url":"https://a.example","types":["*"]}', '{*}'),
          ('one', 1, '{"url":"https://b.example","types":["error"]}', '{error}')`
        yield* sql`insert into webhook_endpoint_history (endpoint_id, at, types) values ('all', '2026-01-01', '{*}')`
      }).pipe(Effect.provide(Database.layerPool({ url })))
      yield* open(url, migrations)
      yield* Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const all = yield* types("webhook_endpoints")
        assert.deepStrictEqual(all.map((row) => row.types.length).toSorted((a, b) => a - b), [1, 17])
        const [stored] = yield* sql<{ readonly document: string; readonly version: number }>`select document, version
          from webhook_endpoints where id = 'all'`
        assert.strictEqual(stored?.version, 2)
        const { types: named, url: kept } = JSON.parse(stored?.document ?? "")
        assert.deepStrictEqual([named.length, named.includes("order.completed"), kept], [
          17,
          false,
          "https://a.example"
        ])
        const history = yield* types("webhook_endpoint_history")
        assert.isTrue(history.every((row) => row.types.length === 17))
      }).pipe(Effect.provide(Database.layerPool({ url })))
    }).pipe(Effect.provide(DatabaseTest.layerEmpty)))

  it.effect("runs that an earlier release left without an owner, a due time or a hold are taken over after the migration", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      const earlier = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < "0009"))
      yield* open(url, earlier)
      const insert = (id: string, state: string, held: string | null) =>
        Effect.flatMap(
          SqlClient.SqlClient,
          (sql) =>
            sql`insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, created_at, held_for)
            values (${id}::uuid, ${id}, ${id}::uuid, 'p', 1, ${state}, now(), ${held})`
        )
      const lost = "01990000-0000-7000-8000-000000000001"
      yield* Effect.provide(
        Effect.all([
          insert(lost, "waiting", null),
          insert("01990000-0000-7000-8000-000000000002", "waiting", "down.example"),
          insert("01990000-0000-7000-8000-000000000003", "completed", null),
          insert("01990000-0000-7000-8000-000000000004", "queued", null)
        ]),
        Database.layerPool({ url })
      )
      yield* open(url, migrations)
      yield* Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const owned = yield* sql`select r.id, w.fenced from runs r join workers w on w.id = r.owner`
        assert.deepStrictEqual(owned, [{ id: lost, fenced: true }])
        const refused = yield* Effect.flip(sql`update runs set owner = null where id = ${lost}::uuid`)
        assert.match(String((refused.reason as { readonly cause?: unknown }).cause), /runs_go_on/)
      }).pipe(Effect.provide(Database.layerPool({ url })))
    }).pipe(Effect.provide(DatabaseTest.layerEmpty)))

  it.each([[0, 11], [1.5, 11], [4, 9], [7, 6], [12, 5], [15, 5], [15.1, 11], [3600, 11]])(
    "a layer that is built %d s after the process began waits %d s for a host that accepts writes",
    (uptime, patience) => assert.strictEqual(Database.patienceAt(uptime), patience)
  )

  it.live("a start that finds no host that accepts writes names the answer of each", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      const sql = yield* SqlClient.SqlClient
      const name = new URL(Redacted.value(url)).pathname.slice(1)
      yield* sql`ALTER DATABASE ${sql(name)} SET default_transaction_read_only = on`
      const proxy = yield* Proxy.make(url)
      const { host } = new URL(Redacted.value(proxy.url))
      const several = Redacted.make(Redacted.value(proxy.url).replace(`${host}/`, `127.0.0.1:1,${host}/`))
      const error = yield* Effect.flip(
        Effect.provide(SqlClient.SqlClient, Database.layer({ url: several, hostPatience: 0 }), { local: true })
      )
      assert.match(
        error.message,
        /^DATABASE_URL \(.*\): no host accepts writes: 127\.0\.0\.1:1: .*ECONNREFUSED.*; \S+: is read-only\. Start or promote/
      )
    }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))

  it.live.each([[], ["any"]])(
    "a start on one host that accepts no writes says so, migrated or not: %s",
    (targets) =>
      Effect.gen(function*() {
        const { url } = yield* DatabaseTest
        const sql = yield* SqlClient.SqlClient
        const name = new URL(Redacted.value(url)).pathname.slice(1)
        yield* sql`ALTER DATABASE ${sql(name)} SET default_transaction_read_only = on`
        const one = change(url, ({ searchParams }) => {
          for (const target of targets) searchParams.set("target_session_attrs", target)
        })
        for (const due of [{}, { migrations: two }]) {
          const error = yield* Effect.flip(
            Effect.provide(SqlClient.SqlClient, Database.layer({ url: one, ...due }), { local: true })
          )
          assert.strictEqual(error._tag, "DatabaseUnavailable")
          assert.match(error.message, /^DATABASE_URL \(.*\): it accepts no writes: it is read-only\. Name the primary/)
        }
      }).pipe(Effect.provide(DatabaseTest.layer))
  )

  it.live("the host that accepts writes is used, and another one when it is lost", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      const [first, second] = [yield* Proxy.make(url), yield* Proxy.make(url)]
      const [one, two] = [first, second].map((proxy) => new URL(Redacted.value(proxy.url)).host)
      const both = Redacted.make(Redacted.value(first.url).replace(`${one}/`, `${one},${two}/`))
      const services = yield* Layer.build(Database.layer({ url: both, connections: 4 }))
      const sql = Context.get(services, SqlClient.SqlClient)
      const patiently = Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 100 })
      first.cut()
      yield* patiently(sql`CREATE TABLE moved (n int)`)
      first.mend()
      second.cut()
      yield* patiently(sql`INSERT INTO moved VALUES (1)`)
      assert.deepStrictEqual(yield* sql`SELECT n FROM moved`, [{ n: 1 }])
    }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))

  it.effect("every migration of this release applies", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const rows = yield* sql`SELECT migration_id FROM sluice_migrations`
      assert.strictEqual(rows.length, Object.keys(migrations).length)
    }).pipe(Effect.provide(DatabaseTest.layer)))
})
