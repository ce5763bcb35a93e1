/**
 * The effects of each statement of the journal but the flush on the tables, and their answers: lease, takeover,
 * cancels, and reads.
 */
import { DateTime } from "effect"
import { byId, openStates, type RunRow, runsOver, type Tables } from "./Tables.ts"

export type Row = Readonly<Record<string, unknown>>

export interface Asked {
  readonly tables: Tables
  /** By the database's clock, epoch milliseconds. */
  readonly now: number
  readonly text: string
  /** Without their types. What they are the statement's text says. */
  readonly parameters: ReadonlyArray<any>
}

export type Run = (asked: Asked) => ReadonlyArray<Row>

export const leaseMs = 6000
export const date = (at: number | null) => at === null ? null : DateTime.toDateUtc(DateTime.makeUnsafe(at))

/** An answer by position, as rows. */
export const positional = (rows: ReadonlyArray<ReadonlyArray<unknown>>): ReadonlyArray<Row> =>
  rows.map((row) => Object.fromEntries(row.map((value, i) => [String(i), value])))

export const standing = ({ parameters: [id, epoch], tables }: Asked) => {
  const worker = tables.workers.get(id)
  return worker !== undefined && worker.epoch === epoch && !worker.fenced
}

export const take = (tables: Tables, run: RunRow, owner: string) =>
  tables.runs.set(run.id, { ...run, owner, due_at: null, held_for: null })

export const runsOf = ({ tables }: Asked) => [...tables.runs.values()].toSorted(byId)

export const isFenced = ({ tables }: Asked, { owner }: RunRow) =>
  owner !== null && tables.workers.get(owner)?.fenced === true

export const isDue = ({ now }: Asked, { due_at }: RunRow) => due_at !== null && due_at <= now

export const isDead = ({ now }: Asked, worker: { readonly fenced: boolean; readonly alive_until: number }) =>
  !worker.fenced && worker.alive_until < now

export const turnHasCome = ({ tables }: Asked, run: RunRow) =>
  run.state === "queued" && !runsOver(tables, run.order_id).some(({ state }) => openStates.has(state))

export const hasCancel = (run: RunRow, owner: string) =>
  run.owner === owner && run.cancel_requested && run.finished_at === null

export const claim = (asked: Asked, picks: (run: RunRow) => boolean, orderly: (run: RunRow) => boolean) => {
  const { parameters: [worker, , ids], tables } = asked
  if (!standing(asked)) return []
  return runsOf(asked).filter((run) => ids.includes(run.id) && picks(run)).map((run) => {
    take(tables, run, worker)
    return { id: run.id, orderly: orderly(run) }
  })
}

export const claimOrphans: Run = (asked) =>
  claim(
    asked,
    (run) => isFenced(asked, run),
    ({ owner }) => asked.tables.workers.get(owner ?? "")?.left_orderly === true
  )

export const claimDue: Run = (asked) => claim(asked, (run) => run.owner === null && isDue(asked, run), () => true)

export const look: Run = (asked) => {
  const workers = [...asked.tables.workers.values()]
  const runs = runsOf(asked)
  return [{
    dead: workers.some((worker) => isDead(asked, worker)),
    orphaned: runs.some((run) => isFenced(asked, run)),
    due: runs.some((run) => isDue(asked, run)),
    queued: runs.some((run) => turnHasCome(asked, run)),
    cancelled: runs.some((run) => hasCancel(run, asked.parameters[0])),
    release_in: null,
    unwell: "[]",
    subscribed: null
  }]
}

export const fence: Run = (asked) => {
  for (const worker of asked.tables.workers.values()) {
    if (isDead(asked, worker)) asked.tables.workers.set(worker.id, { ...worker, fenced: true })
  }
  return []
}

export const rejoin: Run = ({ now, parameters: [id], tables }) => {
  const worker = tables.workers.get(id)
  if (worker === undefined || worker.fenced) return []
  const epoch = worker.epoch + 1
  tables.workers.set(id, { ...worker, epoch, alive_until: now + leaseMs })
  return [{ epoch }]
}

export const start: Run = (asked) => {
  const { parameters: [worker, , ids, orders, versions, at], tables } = asked
  if (!standing(asked)) return []
  return runsOf(asked).filter((run) =>
    ids.includes(run.id) && orders.includes(run.order_id) && turnHasCome(asked, run)
    && !runsOver(tables, run.order_id).some((other) => other.state === "queued" && other.id < run.id)
  ).map((run) => {
    const start_version = versions[orders.indexOf(run.order_id)]
    tables.runs.set(run.id, { ...run, state: "running", owner: worker, start_version, started_at: at })
    return { id: run.id, orderly: true }
  })
}

export const cancel: Run = ({ now, parameters: [id, compensates, reason, at], tables }) => {
  const run = tables.runs.get(id)
  if (run === undefined || run.finished_at !== null || run.cancel_requested) return []
  const ends = run.owner === null && (!compensates || run.state === "queued")
  const state = ends ? "cancelled" : run.state
  const failed = [...tables.steps.values()].filter((step) => step.run_id === id && step.state === "failed").length
  tables.runs.set(id, {
    ...run,
    cancel_requested: true,
    cancel_compensates: compensates,
    reason,
    state,
    finished_at: ends ? at : null,
    failed_steps: ends ? failed : run.failed_steps,
    held_for: null,
    due_at: ends ? null : run.owner === null && run.state !== "queued" ? now : run.due_at
  })
  return [{ state }]
}

export const reconcile: Run = ({ parameters, tables }) => {
  const [runs, orders, indexes, callouts, ended, completed, versions, docs, releasers, waits, opens] = parameters
  const stored = (i: number, run: RunRow): boolean => {
    if (indexes[i] !== null) return tables.steps.has(`${run.id} ${indexes[i]}`)
    if (callouts[i] !== null) return tables.callouts.has(`${run.id} ${callouts[i]}`)
    if (ended[i]) return run.finished_at !== null || (completed[i] && run.state === "compensating")
    if (docs[i] !== null) return tables.versions.get(`${orders[i]} ${versions[i]}`) === docs[i]
    if (releasers[i] !== null) return run.owner !== releasers[i]
    if (opens[i] !== null) return run.open_mark === opens[i]
    return waits[i] !== null && run.wait_mark === waits[i]
  }
  return positional((runs as ReadonlyArray<string>).flatMap((id, i) => {
    const run = tables.runs.get(id)
    const order = tables.orders.get(orders[i])
    return run === undefined || order === undefined
      ? []
      : [[
        i + 1,
        stored(i, run),
        tables.steps.get(`${run.id} ${indexes[i]}`)?.next_version ?? order.version,
        run.finished_at === null ? null : run.state
      ]]
  }))
}

export const duplicates: Run = ({ parameters: [ids, externalIds, keys], tables }) =>
  positional((ids as ReadonlyArray<string>).flatMap((id, i) =>
    [...tables.orders.values()].flatMap((order) => {
      const run = tables.runs.get(order.run_id)
      const row = (key: string) => [i + 1, key, order.id, order.event_id, order.run_id, order.fingerprint, run?.state]
      return [
        ...(order.id === id ? [row("id")] : []),
        ...(externalIds[i] !== null && order.external_key === externalIds[i] ? [row("externalId")] : []),
        ...(keys[i] !== null && order.idempotency_key === keys[i] ? [row("Idempotency-Key")] : [])
      ]
    })
  ))

export const document = (tables: Tables, id: string, version: number | undefined): ReadonlyArray<Row> => {
  const doc = tables.versions.get(`${id} ${version}`)
  return doc === undefined ? [] : [{ doc }]
}

export const edit: Run = ({ parameters: [id, seen, doc], tables }) => {
  const order = tables.orders.get(id)
  if (order === undefined || order.version !== seen) return []
  tables.orders.set(id, { ...order, version: seen + 1 })
  tables.versions.set(`${id} ${seen + 1}`, doc)
  return [{ version: seen + 1 }]
}

export const recoverRuns: Run = (asked) =>
  runsOf(asked).filter(({ id }) => asked.parameters[0].includes(id)).map((run) => ({
    ...run,
    created_at: date(run.created_at),
    started_at: date(run.started_at),
    inherited_keys: null,
    froze_step: null,
    froze_times: null,
    cause: null
  }))
