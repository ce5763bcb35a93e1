/**
 * Notifies other processes that there is work: a queued run that this process does not execute, or a partner whose
 * circuit was reset. A notification only makes them poll at once; without it their next poll, within a second, finds
 * the same work.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { Effect, Latch, Queue } from "effect"

const channel = "sluice_work"

/** Combines many notifications into one. */
const pause = "20 millis"

/** Between two attempts to listen. */
const again = "1 second"

export interface WorkNotifications {
  readonly announce: () => void
  /** Calls `hear` for each notification, and whenever some may have been missed. Runs until interrupted. */
  readonly listen: (hear: () => void) => Effect.Effect<never>
}

/** Notifies the other processes that there is work, while its scope is open. */
export const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const wake = Latch.makeUnsafe(false)

  const tell = Effect.gen(function*() {
    yield* wake.await
    wake.closeUnsafe()
    // After an outage each process polls once anyway.
    yield* Effect.ignore(sql`select pg_notify(${channel}, '')`)
    yield* Effect.sleep(pause)
  })
  yield* BackgroundLoop.fork("work-announcements", Effect.forever(tell))

  const listen = Effect.fnUntraced(
    function*(hear: () => void) {
      const heard = yield* sql.listen(channel)
      hear()
      return yield* Effect.forever(Effect.tap(Queue.take(heard), () => Effect.sync(hear)))
    },
    Effect.scoped,
    Effect.catch((error) => Effect.logDebug("announcements are not heard for a moment", error)),
    Effect.andThen(Effect.sleep(again)),
    (once) => Effect.forever(once)
  )

  return { announce: () => wake.openUnsafe(), listen } as WorkNotifications
})
