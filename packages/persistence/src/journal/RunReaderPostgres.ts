/** Reads runs from the journal on PostgreSQL: implements `@sluice/engine/journal/RunReader`. */
import { uuidOfRun } from "@sluice/domain/identity/Ids"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import { runRecord } from "@sluice/engine/internal/journal/RunRecordView"
import { RunNotFound } from "@sluice/engine/journal/Journal"
import { RunReader } from "@sluice/engine/journal/RunReader"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { orUnavailable } from "../sql/Unavailable.ts"
import { recover } from "./claims/Recovery.ts"
import { document } from "./Documents.ts"

interface EndRow {
  readonly state: RunState
  readonly reason: string | null
  readonly finished_at: Date | null
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient

  const get = Effect.fn("RunReader.get")(
    function*(id: string) {
      const runId = uuidOfRun(id)
      if (!uuid.test(runId)) return yield* new RunNotFound({ runId: id })
      // The state first: a reader that sees the end also finds all of the run's steps.
      const [end] = yield* sql<EndRow>`select state, reason, finished_at from runs where id = ${runId}::uuid`
      const [found] = end === undefined ? [] : yield* recover([runId], () => false)
      if (end === undefined || found === undefined) return yield* new RunNotFound({ runId: id })
      const { order } = yield* Effect.catchTag(document(found.run.orderId), "OrderNotFound", Effect.die)
      return runRecord(found.run, {
        state: end.state,
        reason: end.reason ?? undefined,
        finishedAt: end.finished_at?.getTime()
      }, order)
    },
    orUnavailable,
    Effect.provideService(SqlClient.SqlClient, sql)
  )

  return RunReader.of({ get })
})

export const layer: Layer.Layer<RunReader, never, SqlClient.SqlClient> = Layer.effect(RunReader, make)
