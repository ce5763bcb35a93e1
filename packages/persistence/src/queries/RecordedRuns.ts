/**
 * Reads whole runs that ended: with their steps, their callout records, and the order at the versions from which
 * requests were built. Contract: section 7, `POST /v1/pipelines/{name}/simulate`.
 */
import { readOwnJson } from "@sluice/domain/internal/json/JsonInTurns"
import type { Order } from "@sluice/domain/order/Order"
import { isStorable } from "@sluice/domain/order/Order"
import type { FinalRunState } from "@sluice/domain/run/ProcessEvent"
import type { RecordedRun } from "@sluice/engine/internal/simulation/RecordedRun"
import type { Document, JournalUnavailable, RunSoFar } from "@sluice/engine/journal/Journal"
import { Settings } from "@sluice/engine/settings/Settings"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { recover } from "../journal/claims/Recovery.ts"
import { orUnavailable } from "../sql/Unavailable.ts"

/** A run that ended, by its id (a UUID), in the state in which it ended. */
export interface EndedRun {
  readonly id: string
  readonly state: FinalRunState
}

const finalStates = "('completed', 'failed', 'cancelled', 'compensation-failed')"

/** Versions of the order from which the run started and asked. */
const versionsOf = ({ callouts, startVersion }: RunSoFar): ReadonlyArray<number> => [
  ...new Set([startVersion, ...callouts.map(({ record }) => record.orderVersion)])
]

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const settings = yield* Settings
  const withSql = Effect.provideService(SqlClient.SqlClient, sql)

  const latest = Effect.fnUntraced(function*(pipeline: string, count: number) {
    if (!isStorable(pipeline)) return []
    return yield* orUnavailable(sql<EndedRun>`select id, state from runs
      where pipeline = ${pipeline} and retry_of is null and state in ${
      sql.literal(finalStates)
    } order by id desc limit ${count}`)
  })

  const ofOrder = Effect.fnUntraced(function*(pipeline: string, orderId: string) {
    if (!isStorable(pipeline) || !isStorable(orderId)) return undefined
    const [run] = yield* orUnavailable(sql<EndedRun>`select id, state from runs
      where order_id = ${orderId} and pipeline = ${pipeline} and retry_of is null
      and state in ${sql.literal(finalStates)}
      order by id desc limit 1`)
    return run
  })

  const documents = Effect.fnUntraced(function*(runs: ReadonlyArray<RunSoFar>) {
    const wanted = runs.flatMap((run) => versionsOf(run).map((version) => ({ orderId: run.orderId, version })))
    const rows = yield* orUnavailable(
      sql<{ readonly order_id: string; readonly version: number; readonly doc: string }>`
        select order_id, version, doc from order_versions where (order_id, version) in (
          select * from unnest(${wanted.map(({ orderId }) => orderId)}::text[],
            ${wanted.map(({ version }) => version)}::int4[]))`
    )
    return Map.groupBy(rows, (row) => row.order_id)
  })

  const read = Effect.fnUntraced(function*(ended: ReadonlyArray<EndedRun>) {
    const states = new Map(ended.map(({ id, state }) => [id, state]))
    const found = yield* orUnavailable(withSql(recover([...states.keys()], () => false)))
    const versions = yield* documents(found.map(({ run }) => run))
    const recorded: Array<RecordedRun> = []
    for (const { run } of found) {
      const state = states.get(run.runId)
      if (state === undefined) continue
      const documents = new Map<number, Document>()
      for (const { doc, version } of versions.get(run.orderId) ?? []) {
        documents.set(version, { order: (yield* readOwnJson(doc)) as Order, text: doc })
      }
      recorded.push({
        run,
        state,
        pipeline: yield* settings.pipeline(run.pipeline.name, run.pipeline.version),
        documents
      })
    }
    return recorded
  })

  return RecordedRuns.of({ latest, ofOrder, read })
})

export class RecordedRuns extends Context.Service<RecordedRuns, {
  /**
   * The last runs of a pipeline that ended, in any version, newest first. Retries are left out: they continued where
   * another run had stopped.
   */
  readonly latest: (
    pipeline: string,
    count: number
  ) => Effect.Effect<ReadonlyArray<EndedRun>, JournalUnavailable>
  /** The last run of a pipeline over an order; `undefined` where none ended. */
  readonly ofOrder: (
    pipeline: string,
    orderId: string
  ) => Effect.Effect<EndedRun | undefined, JournalUnavailable>
  /** The runs with everything that belongs to them, oldest first. Ask for few at a time: each may hold mebibytes. */
  readonly read: (runs: ReadonlyArray<EndedRun>) => Effect.Effect<ReadonlyArray<RecordedRun>, JournalUnavailable>
}>()("@sluice/persistence/RecordedRuns") {
  static readonly layer = Layer.effect(RecordedRuns, Effect.suspend(() => make))
}
