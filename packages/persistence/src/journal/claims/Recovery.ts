/**
 * Reads the journals of runs, so that an executor can continue them. Always a statement of its own, after the one that
 * claimed them was committed: the claiming statement's snapshot is older than its lock, and a finished step would run
 * again.
 */
import { readOwnJson } from "@sluice/domain/internal/json/JsonInTurns"
import { largeLength } from "@sluice/domain/internal/json/LargeText"
import { type Json, parseOwn } from "@sluice/domain/json/Json"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import { progressOf, standingEffects, standingMarks } from "@sluice/engine/internal/journal/JournalRules"
import type { InheritedKey, Open, RunSoFar, StepEffects, Wait } from "@sluice/engine/journal/Journal"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import {
  decodeCallout,
  decodeStep,
  prepareCallouts,
  prepareSteps,
  type StoredCallout,
  type StoredStep
} from "../../records/CalloutCodec.ts"
import { reusedCallouts } from "../../records/ReusedCallouts.ts"
import { readIsolated } from "../../sql/BatchIsolation.ts"

interface RunRow {
  readonly id: string
  readonly event_id: string
  readonly order_id: string
  readonly pipeline: string
  readonly pipeline_version: number
  readonly shipment_id: string | null
  readonly created_at: Date
  readonly started_at: Date | null
  readonly start_version: number | null
  readonly takeovers: number
  readonly takeover_progress: number
  readonly state: RunState
  readonly reason: string | null
  readonly cancel_requested: boolean
  readonly cancel_compensates: boolean
  readonly wait_mark: string | null
  readonly open_mark: string | null
  readonly effects: string | null
  readonly inherited_keys: string | null
  readonly froze_step: number | null
  readonly froze_times: number | null
  readonly cause: string | null
}

/** A run as it is in the database, and the data for counting its takeovers. */
export interface Recovered {
  readonly run: RunSoFar
  /**
   * The number of the run's own steps and records; `interrupted` records are written by takeovers and not counted as
   * progress.
   */
  readonly progress: number
  readonly progressAtTakeover: number
}

const parsed = <A>(mark: string | null): A | undefined => mark === null ? undefined : JSON.parse(mark) as A

/** `mayBeOpen`: the run comes from a process that may have been in the middle of a call. */
const recovered = (
  row: RunRow,
  steps: RunSoFar["steps"],
  rows: ReadonlyArray<StoredCallout>,
  mayBeOpen: boolean,
  effects: Json | undefined
): Recovered => {
  // Records of deliveries belong to steps that have ended, and do not change the run.
  const callouts = rows.map((callout) => ({ index: callout.step, record: decodeCallout(callout) }))
    .filter(({ record }) => record.delivery === undefined)
  const journal = { steps, callouts }
  const marks = standingMarks(journal, { wait: parsed<Wait>(row.wait_mark), open: parsed<Open>(row.open_mark) })
  return {
    run: {
      runId: row.id,
      eventId: row.event_id,
      orderId: row.order_id,
      pipeline: { name: row.pipeline, version: row.pipeline_version },
      ...(row.shipment_id === null ? {} : { shipmentId: row.shipment_id }),
      createdAt: row.created_at.getTime(),
      startedAt: (row.started_at ?? row.created_at).getTime(),
      startVersion: row.start_version ?? 1,
      ...(row.cause === null ? {} : { cause: row.cause }),
      takeovers: row.takeovers,
      ...(row.cancel_requested ? { cancel: { reason: row.reason ?? "", compensate: row.cancel_compensates } } : {}),
      compensating: row.state === "compensating",
      ...(row.inherited_keys === null
        ? {}
        : { inheritedKeys: JSON.parse(row.inherited_keys) as ReadonlyArray<InheritedKey> }),
      ...(row.froze_step !== null && row.froze_times !== null && {
        freezes: { step: row.froze_step, times: row.froze_times }
      }),
      ...journal,
      ...marks,
      ...standingEffects(
        journal,
        row.effects === null ? undefined : (effects ?? parseOwn(row.effects)) as unknown as StepEffects
      ),
      takenOver: mayBeOpen && marks.wait === undefined && marks.open === undefined
    },
    progress: progressOf(journal),
    progressAtTakeover: row.takeover_progress
  }
}

const groupBy = <A extends { readonly run_id: string }>(
  rows: ReadonlyArray<A>
): ReadonlyMap<string, ReadonlyArray<A>> => Map.groupBy(rows, (row) => row.run_id)

/** The large ones among the runs' effects, read in turns; what cannot be read is left out. */
const largeEffects = Effect.fnUntraced(function*(runs: ReadonlyArray<RunRow>) {
  const found = new Map<string, Json>()
  for (const { effects, id } of runs) {
    if (effects === null || effects.length < largeLength) continue
    yield* Effect.ignoreCause(Effect.map(readOwnJson(effects), (json) => void found.set(id, json)))
  }
  return found
})

/** Reads the runs with these ids, oldest first; a run whose journal cannot be read is left out and logged. */
export const recover = Effect.fnUntraced(function*(ids: ReadonlyArray<string>, mayBeOpen: (runId: string) => boolean) {
  if (ids.length === 0) return []
  const sql = yield* SqlClient.SqlClient
  const runs = yield* sql<RunRow>`select id, event_id, order_id, pipeline, pipeline_version, shipment_id, created_at,
    started_at, start_version, takeovers, takeover_progress, state, reason, cancel_requested, cancel_compensates,
    wait_mark, open_mark, effects, inherited_keys, froze_step, froze_times, cause
    from runs where id = any(${ids}::uuid[]) order by id`
  const stored = groupBy(
    yield* sql<StoredStep & { readonly run_id: string }>`select run_id, index, state, next_version, record
      from steps where run_id = any(${ids}::uuid[]) order by run_id, index`
  )
  yield* prepareSteps([...stored.values()].flat())
  const effects = yield* largeEffects(runs)
  const unreadable = new Map<string, unknown>()
  const steps = new Map(readIsolated(
    [...stored],
    ([runId, rows]) => [runId, rows.map(decodeStep)] as const,
    ([runId], reason) => unreadable.set(runId, reason)
  ))
  const callouts = groupBy(
    yield* sql<
      StoredCallout & { readonly run_id: string }
    >`select run_id, id, step, outcome, record, form, body, response
      from callouts where run_id = any(${ids}::uuid[]) order by run_id, id`
  )
  const reused = groupBy(
    yield* reusedCallouts(
      [...steps].flatMap(([runId, own]) => own.map((step) => ({ runId, step })))
    )
  )
  yield* prepareCallouts([...callouts.values(), ...reused.values()].flat())
  const found = readIsolated(
    runs.filter(({ id }) => !unreadable.has(id)),
    (row) =>
      recovered(
        row,
        steps.get(row.id) ?? [],
        [...reused.get(row.id) ?? [], ...callouts.get(row.id) ?? []],
        mayBeOpen(row.id),
        effects.get(row.id)
      ),
    ({ id }, reason) => unreadable.set(id, reason)
  )
  for (const [runId, reason] of unreadable) {
    yield* Effect.logError("a run cannot be taken up, because its journal cannot be read", { runId }, reason)
  }
  return found
})

/** The run's state; `undefined` where there is no such run. */
export const state = Effect.fnUntraced(function*(runId: string) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly state: RunState }>`select state from runs where id = ${runId}::uuid`
  return row?.state
})
