/**
 * The highest sequence up to which no message can still be committed. Sequences are drawn from `messages.seq` in the order
 * of the inserts, and become visible in the order of the commits, so a reader that takes what it sees would miss a lower
 * one that commits later.
 *
 * A transaction locks the table `messages` (`RowExclusiveLock`) before it draws a sequence, and until it has ended:
 *
 *     S = last sequence drawn        (not transactional)
 *     W = transactions that hold the lock, read after S
 *     every transaction with a sequence ≤ S is in W, or has ended
 *     when all of W have ended, S is settled
 *
 * Nothing is written for it, and no writer waits. A transaction that takes long holds the feed up, and loses nothing.
 */
import { Clock, Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"

const drawn =
  `select coalesce(pg_sequence_last_value(pg_get_serial_sequence('messages', 'seq')::regclass), 0)::text as last`

const holders = `select distinct virtualtransaction as id from pg_locks where locktype = 'relation'
  and database = (select oid from pg_database where datname = current_database())
  and relation = 'messages'::regclass and mode = 'RowExclusiveLock' and granted`

/** The interval at which open transactions are looked for again. */
const pause = "5 millis"

/** The longest wait for open transactions, in milliseconds; after it, the horizon found last counts. */
const patienceMs = 1000

export interface FeedHorizon {
  /** Waits for transactions that are open now, a second at most. */
  readonly settled: Effect.Effect<bigint, SqlError>
}

export const make = (sql: SqlClient.SqlClient): FeedHorizon => {
  let known = 0n

  const open = Effect.map(
    sql.unsafe<{ readonly id: string }>(holders),
    (rows): ReadonlySet<string> => new Set(rows.map(({ id }) => id))
  )

  const haveEnded = Effect.fnUntraced(function*() {
    const clock = yield* Clock.Clock
    const until = clock.currentTimeMillisUnsafe() + patienceMs
    let left = yield* open
    while (left.size > 0 && clock.currentTimeMillisUnsafe() < until) {
      yield* Effect.sleep(pause)
      const now = yield* open
      left = new Set([...left].filter((id) => now.has(id)))
    }
    return left.size === 0
  })

  return {
    settled: Effect.gen(function*() {
      const [row] = yield* sql.unsafe<{ readonly last: string }>(drawn)
      const last = BigInt(row?.last ?? 0)
      if (last > known && (yield* haveEnded()) && last > known) known = last
      return known
    })
  }
}
