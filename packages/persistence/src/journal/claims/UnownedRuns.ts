/**
 * Runs that are this process's by the database, and that it does not hold: whatever it believes, nobody executes them.
 * One that is found twice in a row is taken up like a dead worker's. Every way into this that is known is closed; this
 * is for the others, because such a run would wait for the end of a process that lives.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Clock, Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Lease } from "../lease/Lease.ts"

/** Nanoseconds between two looks: above the longest that an answer which makes a run held may be on its way. */
const every = 20_000_000_000n

/** Looks where it is time, and leaves what it found twice in `lease.doubtful`. Asked as often as the poll likes. */
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
