/**
 * What the statement of `journal/FlushStatement` does to the tables, and what it answers. It is handed the same
 * parameters as the statement; that it answers as PostgreSQL does is what `SqlHistory.test.ts` is for.
 */
import { leaseSeconds } from "../../src/journal/lease/Lease.ts"
import { callout, entry, step } from "../../src/journal/writer/FlushRows.ts"
import { accept } from "../../src/journal/writer/SubmissionRow.ts"
import { type ColumnTypes, parameterCount } from "../../src/sql/ArrayParameters.ts"
import type { CalloutsRow, RunRow, StepsRow, Tables } from "./Tables.ts"
import { runsOver } from "./Tables.ts"

type Value = string | number | boolean | Uint8Array | null
type RowOf<Types extends ColumnTypes> = { readonly [Name in keyof Types]: Value }

/** The rows of an `unnest` whose first column is parameter `first`, counted from 0. */
const rowsAt = <Types extends ColumnTypes>(
  types: Types,
  parameters: ReadonlyArray<unknown>,
  first: number
): ReadonlyArray<RowOf<Types>> => {
  const names = Object.keys(types)
  const columns = names.map((_, i) => parameters[first + i] as ReadonlyArray<Value>)
  return (columns[0] ?? []).map((_, row) =>
    Object.fromEntries(names.map((name, column) => [name, columns[column]?.[row] ?? null])) as RowOf<Types>
  )
}

const entryAt = 2 + parameterCount(accept)
const stepAt = entryAt + parameterCount(entry)
const calloutAt = stepAt + parameterCount(step)

type Answer = Array<ReadonlyArray<unknown>>

const isTaken = (tables: Tables, row: RowOf<typeof accept>): boolean =>
  tables.orders.has(row.id as string)
  || [...tables.orders.values()].some((order) =>
    (row.external_id !== null && order.external_key === row.external_id)
    || (row.idempotency_key !== null && order.idempotency_key === row.idempotency_key)
  )

const storeAccepts = (tables: Tables, me: string, parameters: ReadonlyArray<unknown>, answer: Answer) => {
  rowsAt(accept, parameters, 2).forEach((row, i) => {
    if (isTaken(tables, row)) return
    const id = row.id as string
    tables.orders.set(id, {
      id,
      version: 1,
      event_id: row.event_id as string,
      run_id: row.run_id as string,
      external_key: row.external_id as string | null,
      idempotency_key: row.idempotency_key as string | null,
      fingerprint: row.fingerprint as Uint8Array | null
    })
    tables.versions.set(`${id} 1`, row.doc as string)
    const starts = row.starts === true
    tables.runs.set(row.run_id as string, {
      id: row.run_id as string,
      order_id: id,
      event_id: row.event_id as string,
      pipeline: row.pipeline as string,
      pipeline_version: row.pipeline_version as number,
      shipment_id: row.shipment_id as string | null,
      state: starts ? "running" : "queued",
      reason: null,
      owner: starts ? me : null,
      due_at: null,
      held_for: null,
      start_version: starts ? 1 : null,
      created_at: row.created_at as number,
      started_at: starts ? row.created_at as number : null,
      finished_at: null,
      failed_steps: 0,
      takeovers: 0,
      takeover_progress: 0,
      wait_mark: null,
      open_mark: null,
      effects: null,
      cancel_requested: false,
      cancel_compensates: false,
      answered_step: null
    })
    answer.push([1, i + 1, 0, null, false])
  })
}

/** The version on which the entry is stored; `undefined` where it is stale. */
const versionFor = (tables: Tables, run: RunRow | undefined, e: RowOf<typeof entry>): number | undefined => {
  const order = tables.orders.get(e.order_id as string)
  if (order === undefined) return undefined
  if (e.doc === null) return e.seen === null || e.seen === order.version ? order.version : undefined
  const sets = e.cancels !== true && (e.final !== null || e.state === "compensating")
  if (sets && run?.cancel_requested === true) return undefined
  if (order.version !== e.seen) return undefined
  const version = order.version + 1
  tables.orders.set(order.id, { ...order, version })
  tables.versions.set(`${order.id} ${version}`, e.doc as string)
  return version
}

const moved = (run: RunRow, e: RowOf<typeof entry>, now: number): RunRow => {
  const ends = e.final !== null && !(run.cancel_requested && run.cancel_compensates && run.state !== "compensating")
  const leaves = e.due_at !== null || e.held_for !== null
  const isAnswered = run.answered_step !== null && e.wait_mark !== null
    && run.answered_step === JSON.parse(e.wait_mark as string).index
  const goesOn = run.cancel_requested || isAnswered
  return {
    ...run,
    state: ends
      ? run.cancel_requested && (e.final !== "compensation-failed" || !run.cancel_compensates)
        ? "cancelled"
        : e.final as string
      : e.final !== null
      ? "compensating"
      : e.state !== null
      ? e.state as string
      : run.state === "waiting"
      ? "running"
      : run.state,
    reason: run.cancel_requested
      ? run.reason
      : e.reason as string | null ?? (run.state === "waiting" ? null : run.reason),
    failed_steps: e.failed_steps as number | null ?? run.failed_steps,
    finished_at: ends ? e.finished_at as number : null,
    owner: !leaves && !ends ? run.owner : null,
    due_at: leaves && goesOn ? now : e.due_at as number | null,
    held_for: goesOn ? null : e.held_for as string | null,
    wait_mark: e.touches === true ? e.wait_mark as string | null : run.wait_mark,
    open_mark: e.touches === true ? e.open_mark as string | null : run.open_mark,
    effects: ends ? null : e.effects as string | null ?? run.effects
  }
}

const storeEntries = (tables: Tables, now: number, parameters: ReadonlyArray<unknown>, answer: Answer) => {
  const versions = new Map<number, number>()
  rowsAt(entry, parameters, entryAt).forEach((e, i) => {
    const run = tables.runs.get(e.run_id as string)
    const version = versionFor(tables, run, e)
    if (version === undefined) return
    versions.set(i + 1, version)
    const touched = run !== undefined && run.finished_at === null
      && (e.touches === true || e.effects !== null || e.state !== null || e.final !== null || run.state === "waiting")
    const after = touched ? moved(run, e, now) : undefined
    if (after !== undefined) tables.runs.set(after.id, after)
    const ended = after !== undefined && after.finished_at !== null
    const next = ended && runsOver(tables, after.order_id).some(({ state }) => state === "queued")
    answer.push([2, i + 1, version, ended ? after.state : null, next])
  })
  for (const row of rowsAt(step, parameters, stepAt)) {
    const version = versions.get(row.e as number)
    const key = `${row.run_id as string} ${row.index as number}`
    if (version === undefined || tables.steps.has(key)) continue
    const { e: _, ...stored } = row
    tables.steps.set(key, { ...stored as unknown as Omit<StepsRow, "next_version">, next_version: version })
  }
  for (const row of rowsAt(callout, parameters, calloutAt)) {
    const key = `${row.run_id as string} ${row.id as string}`
    if (!versions.has(row.e as number) || tables.callouts.has(key)) continue
    const { e: _, ...stored } = row
    tables.callouts.set(key, stored as unknown as CalloutsRow)
  }
}

/** `fence`: whether the worker's row is asked at all; without it, the statement that it must not be. */
export const flush = (
  tables: Tables,
  text: string,
  parameters: ReadonlyArray<unknown>,
  now: number,
  fence = true
): Answer => {
  const me = tables.workers.get(parameters[0] as string)
  if (me === undefined || (fence && (me.epoch !== parameters[1] || me.fenced))) return []
  if (text.includes("update workers set alive_until")) {
    tables.workers.set(me.id, { ...me, alive_until: now + leaseSeconds * 1000 })
  }
  const answer: Answer = [[0, 0, 0, null, false]]
  storeAccepts(tables, me.id, parameters, answer)
  storeEntries(tables, now, parameters, answer)
  return answer
}
