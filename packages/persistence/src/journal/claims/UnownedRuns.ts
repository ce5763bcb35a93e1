/**
 * Finds runs that the database assigns to this process and that it does not execute. A run that is found twice in a row
 * is taken over like that of a dead worker. A safety net: no way into this state is known, and such a run would wait
 * until this process ends.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Clock, Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Lease } from "../lease/Lease.ts"

/** Nanoseconds between two looks: above the longest that an answer which makes a run held may be on its way. */
const every = 20_000_000_000n

/**
 * Looks for unowned runs when it is time, and adds those that it finds twice to `lease.doubtful`. May be called with
 * every poll.
 */
export const make = Effect.fnUntraced(function*(lease: Lease) {
  const sql = yield* SqlClient.SqlClient
  const clock = yield* Clock.Clock
  let lookedAt = clock.monotonicTimeNanosUnsafe()
  let seen: ReadonlySet<string> = new Set()
  let seenBy = ""

  return Effect.gen(function*() {
    const now = clock.monotonicTimeNanosUnsafe()
    if (now - lookedAt < every) return
    lookedAt = now
    const { worker } = lease.identity()
    const owned = yield* sql.unsafe<{ readonly id: string }>("select id from runs where owner = $1", [
      PgTypes.uuid(worker)
    ])
    const nobodys = owned.map(({ id }) => id).filter((id) => !lease.inFlight.has(id) && !lease.doubtful.has(id))
    if (worker !== lease.identity().worker) return
    const twice = worker === seenBy ? nobodys.filter((id) => seen.has(id)) : []
    seen = new Set(nobodys)
    seenBy = worker
    if (twice.length === 0) return
    yield* Effect.logWarning("taking up runs that are this process's and that it does not execute", { runIds: twice })
    for (const id of twice) lease.doubtful.set(id, { takenOver: true })
  })
})
