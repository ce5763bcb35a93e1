/**
 * The number of runs that wait in the database for an executor, checked from time to time while this process adds to
 * them: above the limit intake answers 503. Counting stops at the limit, and nothing is counted while nothing is added.
 */
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { type Duration, Effect, Latch } from "effect"
import { SqlClient } from "effect/sql"
import { isPaused, isQueuedIn, pipelinesQueued } from "./QueuedRuns.ts"

/** The default limit: a million queued runs is a backlog, twice as many is beyond any plan. */
const defaultLimit = 2_000_000

/** The default rhythm: a count of a long queue takes up to a second. */
const defaultEvery = "5 seconds"

/** Counts up to $1 queued runs, pipeline by pipeline; those of paused ones are outside the bound. */
export const depthQuery = `${pipelinesQueued}
select count(*)::int4 as n from (
  select from p cross join lateral (
    select from runs r where ${isQueuedIn("r", "p.pipeline")} order by r.pipeline limit $1
  ) q where p.pipeline is not null and not ${isPaused("p.pipeline")} limit $1
) q`

export interface QueueDepth {
  readonly full: () => boolean
  readonly added: () => void
}

export const make = Effect.fnUntraced(function*(
  { queueCountEvery = defaultEvery, queueLimit: limit = defaultLimit }: {
    readonly queueLimit?: number
    readonly queueCountEvery?: Duration.Input
  }
) {
  const sql = yield* SqlClient.SqlClient
  const wake = Latch.makeUnsafe(false)
  let depth = 0

  const count = Effect.gen(function*() {
    yield* wake.await
    const [row] = yield* sql.unsafe<{ readonly n: number }>(depthQuery, [limit])
    depth = row?.n ?? depth
    // While it is full nothing is added, and yet it has to be looked at.
    if (depth < limit) wake.closeUnsafe()
  }).pipe(
    Effect.catch((error) => Effect.logDebug("the queue could not be counted", error)),
    Effect.andThen(Effect.sleep(queueCountEvery))
  )
  yield* BackgroundLoop.fork("queue-depth", Effect.forever(count))

  return { full: () => depth >= limit, added: () => wake.openUnsafe() } as QueueDepth
})
