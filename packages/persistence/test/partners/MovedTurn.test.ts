/** The next turn of a host whose rate changes, in SQL. Contract: section 7, `ratePerSecond`. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { movedTurn } from "../../src/partners/MovedTurn.ts"
import { spacingOf } from "../../src/partners/TurnAllocation.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

describe("the next turn of a host", () => {
  it.live("stays where the rate does, comes sooner or later with it, and is free without one", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      // Seconds from the last turn that was given.
      const table: ReadonlyArray<readonly [before: number | null, after: number | null, next: number]> = [
        [0.1, 0.1, spacingOf(0.1) / 1000],
        [0.1, 20, spacingOf(20) / 1000],
        [20, 0.1, spacingOf(0.1) / 1000],
        [0.1, null, -Infinity],
        [null, 0.1, -Infinity]
      ]
      yield* sql`insert into partner_limits (host) values ('p')`
      for (const [before, after, next] of table) {
        const given = spacingOf(before ?? 1) / 1000
        yield* sql`update partner_limits set next_turn = to_timestamp(${1000 + given}::float8)`
        yield* sql`update partner_limits set next_turn = ${movedTurn(sql, before, after)}`
        const [row] = yield* sql<{ readonly at: number }>`select extract(epoch from next_turn)::float8 as at
          from partner_limits`
        const away = (row?.at ?? NaN) - 1000
        assert.isTrue(away === next || Math.abs(away - next) < 0.001, `from ${before} to ${after}: ${away}`)
      }
    }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))
})
