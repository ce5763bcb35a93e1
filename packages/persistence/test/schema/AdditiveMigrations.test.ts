import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Fiber, Layer, type Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../../src/schema/Database.ts"
import { migrations } from "../../src/schema/Migrations.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

/** The version from which on releases run side by side. */
const additiveSince = 30

/** Tables with a row an order, or more, or one a customer: everything else holds settings and work that is open. */
const large = [
  "audit",
  "callouts",
  "customers",
  "deliveries",
  "delivery_attempts",
  "event_keys",
  "job_items",
  "messages",
  "order_history",
  "order_versions",
  "orders",
  "process_keys",
  "runs",
  "steps",
  "subscriptions"
]

type Migration = (typeof migrations)[string]

const number = (name: string) => Number.parseInt(name, 10)
const upTo = (last: number) => Object.fromEntries(Object.entries(migrations).filter(([name]) => number(name) <= last))
const later = Object.entries(migrations).filter(([name]) => number(name) > additiveSince)

const open = (url: Redacted.Redacted, record: typeof migrations) =>
  Effect.scoped(Effect.asVoid(Layer.build(Database.layer({ url, migrations: record, maxConnections: 2 }))))

/** The changes that a migration made to large tables, by PostgreSQL's counts in its transaction. */
const looked = (name: string, migration: Migration) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const files = sql<
      { readonly name: string; readonly file: string }
    >`select relname as name, relfilenode::text as file
      from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`
    const counted = sql<
      { readonly name: string; readonly scans: number; readonly writes: number }
    >`select relname as name,
      seq_scan::int as scans, (n_tup_upd + n_tup_del)::int as writes from pg_stat_xact_user_tables`
    const before = yield* files
    const earlier = new Map((yield* counted).map(({ name, ...counts }) => [name, counts]))
    yield* migration as Effect.Effect<void, unknown, SqlClient.SqlClient>
    const rewritten = (yield* files).filter(({ file, name }) =>
      before.some((one) => one.name === name && one.file !== file)
    ).map(({ name }) => name)
    const touched = (yield* counted).filter(({ name, scans, writes }) =>
      scans > (earlier.get(name)?.scans ?? 0) || writes > (earlier.get(name)?.writes ?? 0)
    ).map(({ name }) => name)
    const there = new Set(before.map(({ name }) => name))
    return [...new Set([...rewritten, ...touched])].filter((one) => large.includes(one) && there.has(one)).map((one) =>
      `${name} goes over ${one}`
    )
  })

class GoesOverTables extends Data.TaggedError("GoesOverTables")<{ readonly message: string }> {}

/** A migration that fails with what it did to large tables. */
const watched = (name: string, migration: Migration): Migration =>
  Effect.flatMap(
    looked(name, migration),
    (faults) => faults.length === 0 ? Effect.void : Effect.fail(new GoesOverTables({ message: faults.join() }))
  )

describe("migrations of a release that runs beside the one before", () => {
  it.effect("none rewrites, scans, indexes or updates a table that grows with the orders", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      yield* open(url, upTo(additiveSince))
      yield* open(url, {
        ...upTo(additiveSince),
        ...Object.fromEntries(later.map(([name, one]) => [name, watched(name, one)]))
      })
    }).pipe(Effect.provide(DatabaseTest.layerEmpty)))

  it.effect("each form that goes over a large table is refused by that test", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      yield* open(url, migrations)
      const forms = [
        "create index planted on orders (status)",
        "alter table runs alter column pipeline set not null, add constraint planted check (pipeline <> '')",
        "alter table steps add column planted uuid default gen_random_uuid()",
        "alter table callouts alter column record type json using record::json",
        "update messages set body = body",
        "delete from deliveries"
      ]
      for (const [at, form] of forms.entries()) {
        const planted = Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.asVoid(sql.unsafe(form)))
        const name = `${9000 + at}_planted`
        const refusal = yield* Effect.match(open(url, { ...migrations, [name]: watched(name, planted) }), {
          onSuccess: () => "nothing",
          onFailure: ({ message }) => message
        })
        assert.match(refusal, /planted goes over/, form)
      }
      const harmless = [
        "alter table orders add column planted text",
        "alter table orders add column planted_too integer not null default 0",
        "create table planted (id uuid primary key)",
        "alter table workers add column planted uuid default gen_random_uuid()"
      ]
      for (const [at, form] of harmless.entries()) {
        const planted = Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.asVoid(sql.unsafe(form)))
        const name = `${9100 + at}_harmless`
        yield* open(url, { ...migrations, [name]: watched(name, planted) })
      }
    }).pipe(Effect.provide(DatabaseTest.layerEmpty)))

  it.live("each has a transaction of its own, and one that fails leaves those before it", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      const noted = Effect.flatMap(SqlClient.SqlClient, (sql) =>
        Effect.asVoid(sql.unsafe("insert into seen select txid_current()")))
      const seen = Effect.flatMap(SqlClient.SqlClient, (sql) =>
        Effect.asVoid(sql.unsafe("create table seen (transaction bigint)")))
      const broken = Effect.flatMap(SqlClient.SqlClient, (sql) =>
        Effect.asVoid(sql.unsafe("create table broken (id nonsense)")))
      const record = { ...migrations, "9001_seen": seen, "9002_a": noted, "9003_b": noted, "9004_broken": broken }
      const error = yield* Effect.flip(open(url, record))
      assert.match(error.message, /4_broken/)
      const sql = yield* SqlClient.SqlClient
      const transactions = yield* sql<{ readonly n: number }>`select count(distinct transaction)::int as n from seen`
      assert.deepStrictEqual(transactions, [{ n: 2 }])
    }).pipe(Effect.provide(DatabaseTest.layer)))

  it.live("one that waits for a table lets those through who came after it, and is tried again", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      const sql = yield* SqlClient.SqlClient
      const alter = Effect.flatMap(
        SqlClient.SqlClient,
        (own) => Effect.asVoid(own.unsafe("alter table orders add column later text"))
      )
      const isWaiting = sql<{ readonly n: number }>`select count(*)::int as n from pg_locks
        where not granted and relation = 'orders'::regclass and mode = 'AccessExclusiveLock'`
      const migrating = yield* sql.withTransaction(Effect.gen(function*() {
        yield* sql`select from orders`
        const fiber = yield* Effect.forkScoped(open(url, { ...migrations, "9001_later": alter }))
        yield* Effect.repeat(isWaiting, { until: ([row]) => row?.n === 1, schedule: Schedule.spaced("10 millis") })
        // It comes after the migration, and needs a lock that the migration's would keep from it.
        yield* Effect.provide(
          Effect.flatMap(SqlClient.SqlClient, (other) => other`update orders set status = status`),
          Database.layerPool({ url }),
          { local: true }
        )
        return fiber
      }))
      yield* Fiber.join(migrating)
      const [column] =
        yield* sql`select 1 from information_schema.columns where table_name = 'orders' and column_name = 'later'`
      assert.isDefined(column)
    }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))
})
