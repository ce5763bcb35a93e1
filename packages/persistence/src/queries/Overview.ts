/**
 * The current activity, for the console. One statement of bounded index look-ups for each window, executed at most once
 * a second regardless of the number of readers, and rarely enough to occupy one connection for a twentieth of the time.
 */
import { timestamptz } from "@effect/sql-pg/PgTypes"
import type { Overview as OverviewView, OverviewWindow } from "@sluice/domain/run/Overview"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Clock, Context, Effect, Layer, Semaphore } from "effect"
import { SqlClient } from "effect/sql"
import { orUnavailable } from "../sql/Unavailable.ts"
import { type OverviewRow, overviewView } from "./OverviewRow.ts"
import { overviewStatements, windows } from "./OverviewStatement.ts"
import { uuidAt } from "./RunRow.ts"

/** Between two looks, in milliseconds. */
const leastMs = 1000
/** The result of a slow query is reused for this many times its duration. */
const share = 20

interface Seen {
  readonly view: OverviewView
  /** The time until which the result is reused, in epoch milliseconds. */
  readonly until: number
}

/** Reads one window. */
const reader = Effect.fnUntraced(function*(window: OverviewWindow) {
  const sql = yield* SqlClient.SqlClient
  const one = yield* Semaphore.make(1)
  const { bucketMs, spanMs } = windows[window]
  let seen: Seen | undefined

  const look = Effect.gen(function*() {
    const at = yield* Clock.currentTimeMillis
    const since = Math.floor((at - spanMs) / bucketMs) * bucketMs
    const rows = yield* orUnavailable(sql.unsafe<OverviewRow>(overviewStatements[window], [
      timestamptz(since),
      uuidAt(since, "from")
    ]))
    const took = (yield* Clock.currentTimeMillis) - at
    const view = overviewView(rows[0], since, at, bucketMs)
    seen = { view, until: at + Math.max(leastMs, took * share) }
    return view
  })

  const isFresh = Effect.map(
    Clock.currentTimeMillis,
    (at) => seen !== undefined && at < seen.until ? seen.view : undefined
  )

  /** A reader that comes during a query shares its result. */
  return Effect.flatMap(
    isFresh,
    (view) =>
      view === undefined
        ? one.withPermits(1)(Effect.flatMap(isFresh, (view) => view === undefined ? look : Effect.succeed(view)))
        : Effect.succeed(view)
  )
})

const make = Effect.gen(function*() {
  const readers = { "10m": yield* reader("10m"), "1h": yield* reader("1h"), "24h": yield* reader("24h") }
  return Overview.of({ read: (window) => readers[window] })
})

export class Overview extends Context.Service<Overview, {
  /** Reads the overview: at most one second old, or twenty times as old as the query took. */
  readonly read: (window: OverviewWindow) => Effect.Effect<OverviewView, JournalUnavailable>
}>()("@sluice/persistence/Overview") {
  static readonly layer: Layer.Layer<Overview, never, SqlClient.SqlClient> = Layer.effect(
    Overview,
    Effect.suspend(() => make)
  )
}
