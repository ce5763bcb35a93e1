/**
 * The worker row of this process: inserted at the start, confirmed after a lost reply, replaced once it was fenced, and
 * removed at the end.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import { Clock, Effect, Result, Semaphore } from "effect"
import type { JournalConnection } from "../../sql/JournalConnection.ts"
import { leaseSeconds } from "./Lease.ts"
import type { Lease } from "./Lease.ts"

const until = `clock_timestamp() + interval '${leaseSeconds} s'`

const enter = `insert into workers (id, alive_until) values ($1, ${until})`

/**
 * Waits for the lost statement's locks and withdraws its right to store anything: `for update` conflicts with the
 * renewing and with the standing lock.
 */
const rejoinStatement = `with w as materialized (select id from workers where id = $1 and not fenced for update)
update workers set epoch = epoch + 1, alive_until = ${until} from w where workers.id = w.id returning epoch`

const leave = `update workers set fenced = true, left_orderly = true where id = $1`

/** Between two tries while the database is away. */
const pause = Effect.sleep("250 millis")

export interface WorkerRegistration {
  readonly register: (link: JournalConnection) => Effect.Effect<void>
  /**
   * Confirms the row under a new epoch; repeats that until the database answers. If the row was fenced, the lease is
   * lost and a new worker is registered.
   */
  readonly rejoin: (link: JournalConnection) => Effect.Effect<void>
  readonly leave: (link: JournalConnection) => Effect.Effect<void>
}

export const make = Effect.fnUntraced(function*(lease: Lease) {
  const clock = yield* Clock.Clock
  const oneAtATime = yield* Semaphore.make(1)

  const register: WorkerRegistration["register"] = Effect.fnUntraced(function*(link) {
    for (;;) {
      const sent = clock.monotonicTimeNanosUnsafe()
      // A fresh id each time: where the answer was lost, the row stays behind, holds nothing, and is swept away.
      const id = yield* newUuid
      const answer = yield* link.query(enter, [PgTypes.uuid(id)])
      if (Result.isSuccess(answer)) return lease.registered(id, sent)
      yield* Effect.logDebug("journal: cannot register yet", answer.failure)
      yield* pause
    }
  })

  const rejoin: WorkerRegistration["rejoin"] = Effect.fnUntraced(function*(link) {
    const { worker } = lease.identity()
    for (;;) {
      const sent = clock.monotonicTimeNanosUnsafe()
      const answer = yield* link.query(rejoinStatement, [PgTypes.uuid(worker)])
      if (Result.isFailure(answer)) {
        yield* pause
        continue
      }
      const epoch = answer.success[0]?.[0]
      if (typeof epoch === "number") return lease.rejoined(epoch, sent)
      lease.lost()
      yield* Effect.logDebug(
        "This process was away from the database for longer than its lease: its runs are taken over. It goes on anew"
      )
      return yield* register(link)
    }
  })

  return {
    register,
    rejoin: (link) => oneAtATime.withPermit(rejoin(link)),
    leave: (link) => Effect.asVoid(link.query(leave, [PgTypes.uuid(lease.identity().worker)]))
  } satisfies WorkerRegistration
})
