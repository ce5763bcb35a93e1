/**
 * The clock of the database as this process's `Clock`: times that several processes compare (when a wait is due, a
 * callback is late, a deadline has passed, an id was made) agree between processes whose own clocks differ. Contract:
 * sections 6 and 10.
 *
 * ```
 * time = wall + offset        offset is 0 while the process's wall clock agrees with the database's
 * wall = anchor + elapsed     on the monotonic clock, where the wall clock has jumped since the last comparison
 * ```
 *
 * A comparison reads `clock_timestamp()`: when the reply arrives, the database's time lies between the value read and
 * that value plus the statement's duration. An estimate within these bounds is kept; another moves to the nearer bound.
 */
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { Clock, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"

/** The interval between two comparisons: a database that was replaced may have another clock. */
const compareEvery = "5 seconds"

/** Milliseconds by which the wall clock may drift from the monotonic one between two comparisons without having jumped. */
const drift = 50

/** The result of a comparison, in milliseconds. */
export interface Comparison {
  /** The database's time. */
  readonly read: number
  /** The duration of the statement. */
  readonly took: number
}

export interface DatabaseClock extends Clock.Clock {
  readonly compare: (comparison: Comparison) => void
}

const clamp = (time: number, { read, took }: Comparison): number => Math.min(Math.max(time, read), read + took)

/** A clock on `base` that has the time of `base` until the first comparison. */
export const make = (base: Clock.Clock): DatabaseClock => {
  let offset = 0
  const elapsed = () => Number(base.monotonicTimeNanosUnsafe()) / 1e6
  let anchor = { wall: base.currentTimeMillisUnsafe(), elapsed: elapsed() }
  /** Milliseconds by which the wall clock has jumped since the last comparison. */
  const jump = () => {
    const by = base.currentTimeMillisUnsafe() - anchor.wall - (elapsed() - anchor.elapsed)
    return Math.abs(by) > drift ? by : 0
  }
  const millis = () => Math.floor(base.currentTimeMillisUnsafe() - jump() + offset)
  const nanos = () => base.currentTimeNanosUnsafe() + BigInt(Math.round((offset - jump()) * 1e6))
  return {
    compare: (comparison) => {
      const wall = base.currentTimeMillisUnsafe()
      const estimate = wall - jump() + offset
      // Equal clocks stay exactly equal, so that times of both can be compared.
      offset = clamp(wall, comparison) === wall ? 0 : clamp(estimate, comparison) - wall
      anchor = { wall, elapsed: elapsed() }
    },
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => base.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: base.monotonicTimeNanos,
    sleep: (duration) => base.sleep(duration)
  }
}

/** Compares the clocks once; while the database is away, the last comparison stands. */
const compare = Effect.fnUntraced(function*(clock: DatabaseClock) {
  const sql = yield* SqlClient.SqlClient
  const sent = clock.monotonicTimeNanosUnsafe()
  const [row] = yield* sql<{ readonly read: number }>`
    select extract(epoch from clock_timestamp())::float8 * 1000 as read`
  if (row === undefined) return
  clock.compare({ read: row.read, took: Number(clock.monotonicTimeNanosUnsafe() - sent) / 1e6 })
})

/** Replaces the `Clock` of the layers above it by one that follows the database's. */
export const layer: Layer.Layer<never, never, SqlClient.SqlClient> = Layer.effect(
  Clock.Clock,
  Effect.gen(function*() {
    const clock = make(yield* Clock.Clock)
    const once = Effect.ignore(compare(clock))
    yield* once
    yield* BackgroundLoop.fork("database-clock", Effect.forever(Effect.andThen(Effect.sleep(compareEvery), once)))
    return clock
  })
)
