/**
 * The effect of the statement of `journal/FlushStatement` on the tables, and its answer. The model gets the statement's
 * parameters; `SqlHistory.test.ts` compares its answers with PostgreSQL's.
 */
import { leaseSeconds } from "../../src/journal/lease/Lease.ts"
import { callout, entry, step } from "../../src/journal/writer/FlushRows.ts"
import { accept } from "../../src/journal/writer/SubmissionRow.ts"
import { type ColumnTypes, parameterCount } from "../../src/sql/ArrayParameters.ts"
import type { CalloutsRow, RunRow, StepsRow, Tables } from "./Tables.ts"
import { runsOver } from "./Tables.ts"

type Value = string | number | boolean | Uint8Array | null
type RowOf<Types extends ColumnTypes> = { readonly [Name in keyof Types]: Value }

/** A statement for one write says of each of its rows which parameter is which column, and what is null or false. */
const singleRow = (text: string, alias: string, parameters: ReadonlyArray<unknown>) => {
  const columns = new RegExp(`\\(select ([^()]*), 1::int8 as n\\) as ${alias}\\b`).exec(text)?.[1]
  if (columns === undefined) return undefined
  return Object.fromEntries(
    columns.split(", ").map((column) => {
      const [, place, value, name = ""] = /^(?:\$(\d+)|(null|false))(?:::\w+)? as (\w+)$/.exec(column) ?? []
      return [name, place === undefined ? value === "false" ? false : null : parameters[Number(place) - 1] ?? null]
    })
  )
}

/**
 * The rows of one part of a statement: of an `unnest` whose first column is parameter `first`, counted from 0, or the row
 * of a statement for one write.
 */
const rowsAt = <Types extends ColumnTypes>(
  { alias, first, types }: { readonly types: Types; readonly alias: string; readonly first: number },
  text: string,
  parameters: ReadonlyArray<unknown>
): ReadonlyArray<RowOf<Types>> => {
  if (text.includes("1::int8 as n")) {
    const row = singleRow(text, alias, parameters)
    return row === undefined ? [] : [row as RowOf<Types>]
  }
  const names = Object.keys(types)
  const columns = names.map((_, i) => parameters[first + i] as ReadonlyArray<Value>)
  return (columns[0] ?? []).map((_, row) =>
    Object.fromEntries(names.map((name, column) => [name, columns[column]?.[row] ?? null])) as RowOf<Types>
  )
}

const accepts = { types: accept, alias: "a", first: 2 }
const entries = { types: entry, alias: "e", first: accepts.first + parameterCount(accept) }
const steps = { types: step, alias: "s", first: entries.first + parameterCount(entry) }
const callouts = { types: callout, alias: "c", first: steps.first + parameterCount(step) }

type Answer = Array<ReadonlyArray<unknown>>

interface Sent {
  readonly text: string
  readonly parameters: ReadonlyArray<unknown>
}

const isTaken = (tables: Tables, row: RowOf<typeof accept>): boolean =>
  tables.orders.has(row.id as string)
  || [...tables.orders.values()].some((order) =>
    (row.external_id !== null && order.external_key === row.external_id)
    || (row.idempotency_key !== null && order.idempotency_key === row.idempotency_key)
  )

const storeAccepts = (tables: Tables, me: string, { parameters, text }: Sent, answer: Answer) => {
  rowsAt(accepts, text, parameters).forEach((row, i) => {
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

const storeEntries = (tables: Tables, now: number, { parameters, text }: Sent, answer: Answer) => {
  const versions = new Map<number, number>()
  rowsAt(entries, text, parameters).forEach((e, i) => {
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
  for (const row of rowsAt(steps, text, parameters)) {
    const version = versions.get(row.e as number)
    const key = `${row.run_id as string} ${row.index as number}`
    if (version === undefined || tables.steps.has(key)) continue
    const { e: _, ...stored } = row
    tables.steps.set(key, { ...stored as unknown as Omit<StepsRow, "next_version">, next_version: version })
  }
  for (const row of rowsAt(callouts, text, parameters)) {
    const key = `${row.run_id as string} ${row.id as string}`
    if (!versions.has(row.e as number) || tables.callouts.has(key)) continue
    const { e: _, ...stored } = row
    tables.callouts.set(key, stored as unknown as CalloutsRow)
  }
}

/** True if the flush stores a submission, perhaps beside other writes. */
export const hasSubmission = (text: string, parameters: ReadonlyArray<unknown>): boolean =>
  rowsAt(accepts, text, parameters).length > 0

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
  storeAccepts(tables, me.id, { text, parameters }, answer)
  storeEntries(tables, now, { text, parameters }, answer)
  return answer
}
