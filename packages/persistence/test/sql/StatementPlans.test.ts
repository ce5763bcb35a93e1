/** A kept plan fits the sizes that the tables had when it was made, and is made again when they have grown. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, type Scope } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import * as Client from "../../src/sql/Client.ts"
import * as JournalConnection from "../../src/sql/JournalConnection.ts"
import { areOutgrown } from "../../src/sql/StatementPlans.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

describe("plans are outgrown", () => {
  it.each<readonly [string, ReadonlyArray<number>, ReadonlyArray<number>, boolean]>([
    ["before any sizes are known", [], [0, 0], true],
    ["not where nothing has grown", [0, 1, 100], [0, 1, 100], false],
    ["not by a table that has doubled", [0, 1, 100], [0, 2, 200], false],
    ["by a table that has more than doubled", [0, 1, 100], [0, 1, 201], true],
    ["by the first row of a table", [0, 1, 100], [1, 1, 100], true],
    ["by a new table", [0, 1, 100], [0, 1, 100, 0], true],
    ["not by a table that has shrunk", [0, 1, 100], [0, 1, 3], false]
  ])("%s", (_, planned, now, outgrown) => {
    assert.strictEqual(areOutgrown(planned, now), outgrown)
  })
})

/** On one row both indexes cost the same, and the planner takes the one that was made last. */
const prepare = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`create table grown (id int8 primary key, state text not null)`
  yield* sql`create index grown_in_state on grown (state, id)`
  yield* sql`insert into grown values (1, 'a')`
  yield* sql`analyze grown`
})

const grow = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`insert into grown select n, 'a' || n from generate_series(2, 20000) n`
)

const lookUp = "select state from grown where id = $1"

/** Sends a statement on a connection that keeps plans. */
type Ask = (
  text: string,
  parameters: ReadonlyArray<unknown>
) => Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, unknown>

const connections: Readonly<Record<string, Effect.Effect<Ask, never, PgClient.PgClient | Scope.Scope>>> = {
  "of the journal": Effect.gen(function*() {
    const { config } = yield* PgClient.PgClient
    const { query, readyToFind } = yield* JournalConnection.make(config)
    return (text, parameters) =>
      Effect.flatMap(readyToFind, Effect.fromResult).pipe(
        Effect.andThen(query(text, parameters)),
        Effect.flatMap(Effect.fromResult)
      )
  }),
  "of the pool of deliveries": Effect.gen(function*() {
    const context = yield* Layer.build(Client.layerSteady(1))
    const sql = Context.get(context, PgClient.PgClient)
    return (text, parameters) => sql.unsafe(text, parameters).values
  })
}

/** Looks the row up, and returns the plan that the connection now keeps for it. */
const planOf = Effect.fnUntraced(function*(ask: Ask) {
  assert.deepStrictEqual(yield* ask(lookUp, [PgTypes.int8(1n)]), [["a"]])
  const [kept] = yield* ask("select name from pg_prepared_statements where statement = $1", [PgTypes.text(lookUp)])
  return (yield* ask(`explain (costs off) execute "${kept?.[0]}"(1)`, [])).join("\n")
})

describe("a look-up by key that was planned for a table of one row uses the key once the table has grown", () => {
  for (const [name, connection] of Object.entries(connections)) {
    it.effect(`on a connection ${name}`, () =>
      Effect.gen(function*() {
        yield* prepare
        const ask = yield* connection
        assert.include(yield* planOf(ask), "grown_in_state")
        yield* grow
        assert.include(yield* planOf(ask), "grown_in_state")
        yield* TestClock.adjust("1 second")
        assert.include(yield* planOf(ask), "grown_pkey")
      }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))
  }
})
