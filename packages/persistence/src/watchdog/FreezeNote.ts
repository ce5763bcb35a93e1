/**
 * Notes in the database that a step of a run has blocked the event loop of its process. Loaded by the watchdog's thread
 * when there is something to note, with a connection of its own: the process's connections are as blocked as its loop.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Effect, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../schema/Database.ts"
import type { Step } from "./Suspicion.ts"

/** The statement that counts a freeze: $1 the run, $2 the step's index. The count of another step begins anew. */
export const statement = `update runs set froze_step = $2,
    froze_times = case when froze_step = $2 then coalesce(froze_times, 0) + 1 else 1 end
  where id = $1 and finished_at is null`

/** A row that is being written, or a database that is away: it is tried for this long. */
const patience = "30 seconds"

export const note = ({ runId, step }: Step) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql.unsafe(statement, [PgTypes.uuid(runId), PgTypes.int4(step)])
  )

/** Stores that a step blocks its process. Fails where the database could not be reached for half a minute. */
export const store = (url: string, step: Step): Promise<void> =>
  Effect.runPromise(
    note(step).pipe(
      Effect.provide(
        Database.layerPool({ url: Redacted.make(url), maxConnections: 1, applicationName: "sluice-watchdog" })
      ),
      Effect.retry(Schedule.spaced("500 millis")),
      Effect.timeout(patience),
      Effect.asVoid
    )
  )
