/**
 * Past runs for retries, without the partners' answers: implements `@sluice/engine/PastRuns`. Every statement is a
 * look-up in an index.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { readOwnJson } from "@sluice/domain/internal/json/JsonInTurns"
import { isFinal, type RunState } from "@sluice/domain/run/ProcessEvent"
import { compensatedSteps } from "@sluice/engine/internal/commands/CompensatedSteps"
import { type PastRun, PastRuns } from "@sluice/engine/internal/journal/PastRuns"
import type { InheritedKey, SetAside, Wait } from "@sluice/engine/journal/Journal"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { recordAct } from "../audit/ActRecord.ts"
import { RunChanges } from "../journal/RunChanges.ts"
import { decodeStep, encodeHistory, encodeStep, prepareSteps, type StoredStep } from "../records/CalloutCodec.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"

interface RunRow {
  readonly id: string
  readonly order_id: string
  readonly pipeline: string
  readonly pipeline_version: number
  readonly shipment_id: string | null
  readonly state: RunState
  readonly reason: string | null
  readonly set_aside: string | null
  readonly inherited_keys: string | null
  readonly wait_mark: string | null
}

interface CallRow {
  readonly step: number
  readonly record: string
}

interface KeyRow {
  readonly run_id: string
  readonly event_id: string
  readonly state: RunState
  readonly fingerprint: Uint8Array | null
}

type CallRecord = Pick<CalloutRecord, "request" | "idempotencyKey" | "unknown" | "probe">

/** The last record of each request; `rows` in the order in which they were made. */
const callsOf = Effect.fnUntraced(function*(rows: ReadonlyArray<CallRow>) {
  const last = new Map<string, PastRun["calls"][number]>()
  for (const row of rows) {
    const { request, idempotencyKey, unknown, probe } = (yield* readOwnJson(row.record)) as unknown as CallRecord
    if (probe === true) continue
    const name = `${row.step}-${request}`
    // Set anew, so that the last one made stands last.
    last.delete(name)
    last.set(name, { index: row.step, request, idempotencyKey, unknown: unknown === true })
  }
  return [...last.values()]
})

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const changes = yield* RunChanges

  const get: PastRuns["Service"]["get"] = Effect.fnUntraced(function*(runId) {
    const [row] = yield* sql<RunRow>`select id, order_id, pipeline, pipeline_version, shipment_id, state, reason,
      set_aside, inherited_keys, wait_mark from runs where id = ${runId}::uuid`
    if (row === undefined) return undefined
    // The other retries over the order are few; what they undid of this run's work has to be known.
    const stored = yield* sql<StoredStep & { readonly run_id: string }>`
      select run_id, index, state, next_version, record from steps where run_id = any(array(
        select id from (select id, retry_of from runs where order_id = ${row.order_id} offset 0) r
        where id = ${row.id} or retry_of is not null))
      order by run_id, index`
    yield* prepareSteps(stored)
    const all = [...Map.groupBy(stored, (step) => step.run_id)].map(([runId, rows]) => ({
      runId,
      steps: rows.map((one) => {
        const { nextVersion: _nextVersion, ...step } = decodeStep(one)
        return step
      })
    }))
    const own = all.find((one) => one.runId === row.id) ?? { runId: row.id, steps: [] }
    const calls = yield* sql<CallRow>`select step, record from callouts where run_id = ${row.id} order by run_id, id`
    const past: PastRun = {
      runId: row.id,
      orderId: row.order_id,
      pipeline: { name: row.pipeline, version: row.pipeline_version },
      ...(row.shipment_id !== null && { shipmentId: row.shipment_id }),
      state: row.state,
      ...(row.reason !== null && { reason: row.reason }),
      ...(row.wait_mark !== null && { wait: JSON.parse(row.wait_mark) as Wait }),
      ...(row.set_aside !== null && { setAside: JSON.parse(row.set_aside) as SetAside }),
      inheritedKeys: row.inherited_keys === null ? [] : JSON.parse(row.inherited_keys) as ReadonlyArray<InheritedKey>,
      steps: own.steps,
      calls: yield* callsOf(calls),
      compensated: compensatedSteps(own, all)
    }
    return past
  }, orUnavailable)

  const keyed: PastRuns["Service"]["keyed"] = Effect.fnUntraced(function*(orderId, idempotencyKey) {
    const [row] = yield* sql<KeyRow>`select k.run_id, r.event_id, r.state, k.fingerprint from process_keys k
      join runs r on r.id = k.run_id where k.order_id = ${orderId}
        and k.key in (${idempotencyKey}, erased_key(${idempotencyKey}))`
    return row && {
      runId: row.run_id,
      eventId: row.event_id,
      state: row.state,
      fingerprint: row.fingerprint ?? undefined
    }
  }, orUnavailable)

  const settle: PastRuns["Service"]["settle"] = (runId, step, history) =>
    transaction(
      sql,
      Effect.gen(function*() {
        const [run] = yield* sql<{ readonly state: RunState; readonly order_id: string }>`
        select state, order_id from runs where id = ${runId}::uuid for no key update`
        if (run === undefined || !isFinal(run.state)) return false
        const written = yield* sql`update steps set state = ${step.state}, record = ${encodeStep(step)}
        where run_id = ${runId}::uuid and index = ${step.index} and state = 'failed' returning index`
        if (written.length === 0) return false
        yield* sql`update runs set failed_steps = failed_steps - 1 where id = ${runId}::uuid`
        yield* sql`insert into order_history (order_id, entry) values (${run.order_id}, ${encodeHistory(history)})`
        yield* recordAct(sql, {
          before: { state: "failed" },
          after: { state: step.state, ...(step.output !== undefined && { output: step.output }) },
          reason: step.resolution?.reason,
          orderId: run.order_id,
          runId
        })
        return true
      })
    ).pipe(
      orUnavailable,
      Effect.tap((stored) => Effect.sync(() => stored && changes.publish(runId)))
    )

  return PastRuns.of({ get, keyed, settle })
})

export const layer: Layer.Layer<PastRuns, never, SqlClient.SqlClient | RunChanges> = Layer.effect(PastRuns, make)
