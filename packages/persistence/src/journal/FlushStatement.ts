/**
 * The statement that writes everything that waits: accepts, steps, records, order versions, marks and ends of runs. Each
 * part joins `me`, so that a fenced process writes nothing; a member whose order moved on writes nothing either.
 *
 * Answer, positional: kind, n, number, state, next
 * - 0: `me` is there
 * - 1: submission n is stored
 * - 2: entry n is stored on an order at version `number`; `state` is the run's where it ended, and `next` says that
 *   another run over the order waits its turn
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { columns, parameterCount, unnest } from "./Columns.ts"
import { accept, callout, entry, flushRows, history, step } from "./FlushRows.ts"
import type { AcceptMember, EntryMember, Member } from "./Member.ts"

/** $1 worker, $2 epoch, $3 whether this process executes what it accepts. */
const firstColumn = 4

/** How long a lease lasts from its renewal, by the database's clock. */
export const leaseSeconds = 6

/** Renews the lease with everything that is written. */
const renewing = `update workers set alive_until = clock_timestamp() + interval '${leaseSeconds} s'
    where id = $1 and epoch = $2 and not fenced returning id`

/**
 * For the second connection: does not wait for the renewing one, nor make it wait, and still keeps the worker from
 * being fenced until this is committed, because fencing locks `for update`.
 */
const standing = `select id from workers where id = $1 and epoch = $2 and not fenced for key share`

/** What a flush has to write. What it has not is left out of its statement: each part costs time, even without rows. */
interface Parts {
  readonly accepts: boolean
  readonly entries: boolean
  /** Entries that write orders or their history. */
  readonly changes: boolean
}

const acceptParts = (first: number) => `
a as materialized (select a.* from ${unnest(accept, "a", first)}),
w as (
  insert into orders (id, external_id, order_type, status, version, created_at, updated_at, event_id, run_id,
    external_key, idempotency_key, fingerprint)
  select a.id, a.external_id, a.order_type, a.status, 1, a.created_at, a.created_at, a.event_id, a.run_id,
    a.external_id, a.idempotency_key, a.fingerprint
  from me, a order by a.id, a.external_id, a.idempotency_key
  on conflict do nothing returning run_id
),
wn as materialized (select a.* from w join a using (run_id)),
w1 as (insert into order_versions select id, 1, doc from wn),
w2 as (
  insert into runs (id, order_id, event_id, pipeline, pipeline_version, shipment_id, state, owner, start_version,
    created_at, started_at, requested_by)
  select run_id, wn.id, event_id, pipeline, pipeline_version, shipment_id, case when $3 then 'running' else 'queued' end,
    case when $3 then me.id end, case when $3 then 1 end, created_at, case when $3 then created_at end, requested_by
  from wn, me
)`

const changeParts = `
o as (
  update orders set version = orders.version + 1, external_id = e.external_id, order_type = e.order_type,
    status = e.status, updated_at = clock_timestamp()
  from e where e.doc is not null and orders.id = e.order_id and orders.version = e.seen
  returning e.n, orders.version
),
v as materialized (
  select n, version from o
  union all select e.n, orders.version from e join orders on orders.id = e.order_id where e.doc is null
),
v1 as (insert into order_versions select e.order_id, v.version, e.doc from v join e using (n) where e.doc is not null)`

const sameOrders = `
v as materialized (select e.n, orders.version from e join orders on orders.id = e.order_id)`

const historyPart = (first: number) => `
h as (
  insert into order_history (order_id, entry) select h.order_id, h.entry
  from ${unnest(history, "h", first)} join v on v.n = h.e order by h.n
)`

const entryParts = (first: number, changes: boolean) => {
  const stepColumn = first + parameterCount(entry)
  const calloutColumn = stepColumn + parameterCount(step)
  const historyColumn = calloutColumn + parameterCount(callout)
  return `
e as materialized (select e.* from me, ${unnest(entry, "e", first)}),${changes ? changeParts : sameOrders},
s as (
  insert into steps select s.run_id, s.index, s.state, v.version, s.record
  from ${unnest(step, "s", stepColumn)} join v on v.n = s.e
  on conflict do nothing
),
c as (
  insert into callouts select c.run_id, c.id, c.step, c.outcome, c.record, c.form, c.body, c.response
  from ${unnest(callout, "c", calloutColumn)} join v on v.n = c.e
  on conflict do nothing
),${changes ? `${historyPart(historyColumn)},` : ""}
f as (
  update runs set
    state = case
      when e.final is not null then case when runs.cancel_requested then 'cancelled' else e.final end
      when e.state is not null then e.state
      when runs.state = 'waiting' then 'running'
      else runs.state end,
    reason = coalesce(e.reason, runs.reason),
    failed_steps = coalesce(e.failed_steps, runs.failed_steps),
    finished_at = e.finished_at,
    owner = case when e.final is null and e.due_at is null then runs.owner end,
    due_at = e.due_at,
    wait_mark = case when e.touches then e.wait_mark else runs.wait_mark end,
    open_mark = case when e.touches then e.open_mark else runs.open_mark end
  from v join e using (n)
  where runs.id = e.run_id and runs.finished_at is null
    and (e.touches or e.state is not null or e.final is not null or runs.state = 'waiting')
  returning e.n, e.final is not null as ended, runs.state, runs.order_id
)`
}

const statement = (me: string, { accepts, changes, entries }: Parts): string => {
  const parts = [
    `me as (${me})`,
    ...(accepts ? [acceptParts(firstColumn)] : []),
    ...(entries ? [entryParts(firstColumn + (accepts ? parameterCount(accept) : 0), changes)] : [])
  ]
  const answers = [
    "select 0 as kind, 0 as n, 0 as number, null::text as state, false as next from me",
    ...(accepts ? ["select 1, wn.n::int, 0, null, false from wn"] : []),
    ...(entries
      ? [`select 2, v.n::int, v.version, case when f.ended then f.state end,
  coalesce(f.ended and exists (select from runs q where q.order_id = f.order_id and q.state = 'queued'), false)
from v left join f using (n)`]
      : [])
  ]
  return `with ${parts.join(",")}\n${answers.join("\nunion all ")}`
}

/** The few texts that there are, each made once, so that each stays prepared. */
const texts = (me: string) => {
  const known = new Map<string, string>()
  return (parts: Parts): string => {
    const key = `${parts.accepts} ${parts.entries} ${parts.changes}`
    let text = known.get(key)
    if (text === undefined) {
      text = statement(me, parts)
      known.set(key, text)
    }
    return text
  }
}

/** By which statement a lane writes. */
export type FlushTexts = (parts: Parts) => string

export const renewingFlush: FlushTexts = texts(renewing)
export const standingFlush: FlushTexts = texts(standing)

/** What is sent to store `accepts` and `entries`, whose ordinals in the answer count from 1 in these lists. */
export const flush = (
  texts: FlushTexts,
  by: { readonly worker: string; readonly epoch: number },
  executes: boolean,
  accepts: ReadonlyArray<AcceptMember>,
  entries: ReadonlyArray<EntryMember>
): { readonly text: string; readonly parameters: ReadonlyArray<PgTypes.Parameter> } => {
  const rows = flushRows(accepts, entries)
  const parts: Parts = {
    accepts: accepts.length > 0,
    entries: entries.length > 0,
    changes: rows.histories.length > 0 || entries.some((member) => member.entry.write !== undefined)
  }
  return {
    text: texts(parts),
    parameters: [
      PgTypes.uuid(by.worker),
      PgTypes.int4(by.epoch),
      PgTypes.bool(executes),
      ...(parts.accepts ? columns(accept, rows.accepts) : []),
      ...(parts.entries
        ? [...columns(entry, rows.entries), ...columns(step, rows.steps), ...columns(callout, rows.callouts)]
        : []),
      ...(parts.changes ? columns(history, rows.histories) : [])
    ]
  }
}

/** Members by kind: the ordinals of the answer count in these. */
export const sorted = (members: ReadonlyArray<Member>) => {
  const accepts: Array<AcceptMember> = []
  const entries: Array<EntryMember> = []
  for (const member of members) {
    if (member.kind === "accept") accepts.push(member)
    else entries.push(member)
  }
  return { accepts, entries }
}
