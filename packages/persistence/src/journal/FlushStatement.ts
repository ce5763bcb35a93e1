/**
 * The one statement that writes everything: accepts, steps, records, order versions, marks and ends of runs. Each part
 * joins `me`, so that a fenced process writes nothing; a member whose order moved on writes nothing either, nor one that
 * would set the order's status at the end of a run that is cancelled (`k`; without the lock a cancel that is committed
 * in the middle of this statement would be overlooked).
 *
 * Answer, positional: kind, n, number, state, next
 * - 0: `me` is there
 * - 1: submission n is stored
 * - 2: entry n is stored on an order at version `number`; `state` is the run's where it ended, and `next` says that
 *   another run over the order waits its turn
 * - 3: n deliveries were made, and are to be sent
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import type { StepRow } from "@sluice/engine/Journal"
import { holdRank } from "@sluice/engine/PartnerBoard"
import { intakeFanOut } from "../deliveries/FanOut.ts"
import { outcomeParts } from "../deliveries/OutcomeStatement.ts"
import { accept, acceptRow, printable } from "./AcceptRow.ts"
import { columns, type ColumnTypes, parameterCount, unnest } from "./Columns.ts"
import { onHold } from "./HeldRuns.ts"
import type { AcceptMember, EntryMember } from "./Member.ts"
import { encodeBody, encodeCallout, encodeHistory, encodeStep } from "./Records.ts"

const entry = {
  run_id: "uuid",
  order_id: "text",
  seen: "int",
  doc: "text",
  external_id: "text",
  order_type: "text",
  status: "text",
  touches: "bool",
  state: "text",
  final: "text",
  reason: "text",
  failed_steps: "int",
  finished_at: "timestamptz",
  due_at: "timestamptz",
  held_for: "text",
  hold_rank: "int",
  wait_mark: "text",
  open_mark: "text",
  cancels: "bool",
  set_aside: "text"
} as const satisfies ColumnTypes

const step = { e: "int", run_id: "uuid", index: "int", state: "text", record: "text" } as const satisfies ColumnTypes

const callout = {
  e: "int",
  run_id: "uuid",
  id: "uuid",
  step: "int",
  outcome: "text",
  record: "text",
  form: "text",
  body: "bytea",
  response: "bytea"
} as const satisfies ColumnTypes

const history = { e: "int", order_id: "text", entry: "text" } as const satisfies ColumnTypes

/** $1 worker, $2 epoch. */
const firstColumn = 3
const entryColumn = firstColumn + parameterCount(accept)
const stepColumn = entryColumn + parameterCount(entry)
const calloutColumn = stepColumn + parameterCount(step)
const historyColumn = calloutColumn + parameterCount(callout)
const nextColumn = historyColumn + parameterCount(history)

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

/** The run has ended with this entry, unless a cancel wants its steps compensated first. */
const ends = `(e.final is not null
      and not (runs.cancel_requested and runs.cancel_compensates and runs.state <> 'compensating'))`

/** `deliveries`: the parts that make `dw`, the deliveries of what is stored. */
const statement = (me: string, deliveries: string) => `
with me as (${me}),
a as materialized (select a.* from ${unnest(accept, "a", firstColumn)}),
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
  select run_id, wn.id, event_id, pipeline, pipeline_version, shipment_id,
    case when starts then 'running' else 'queued' end, case when starts then me.id end, case when starts then 1 end,
    created_at, case when starts then created_at end, requested_by
  from wn, me
),
given as materialized (select e.* from me, ${unnest(entry, "e", entryColumn)}),
k as materialized (
  select given.n, runs.cancel_requested from given join runs on runs.id = given.run_id
  where given.doc is not null and not given.cancels and (given.final is not null or given.state = 'compensating')
  for no key update of runs
),
e as materialized (
  select given.* from given where not exists (select from k where k.n = given.n and k.cancel_requested)
),
o as (
  update orders set version = orders.version + 1, external_id = e.external_id, order_type = e.order_type,
    status = e.status, updated_at = clock_timestamp()
  from e where e.doc is not null and orders.id = e.order_id and orders.version = e.seen
  returning e.n, orders.version
),
v as materialized (
  select n, version from o
  union all select e.n, orders.version from e join orders on orders.id = e.order_id
  where e.doc is null and (e.seen is null or e.seen = orders.version)
),
v1 as (insert into order_versions select e.order_id, v.version, e.doc from v join e using (n) where e.doc is not null),
s as (
  insert into steps select s.run_id, s.index, s.state, v.version, s.record
  from ${unnest(step, "s", stepColumn)} join v on v.n = s.e
  on conflict do nothing
),
c as (
  insert into callouts select c.run_id, c.id, c.step, c.outcome, c.record, c.form, c.body, c.response
  from ${unnest(callout, "c", calloutColumn)} join v on v.n = c.e
  on conflict do nothing
),
h as (
  insert into order_history (order_id, entry) select h.order_id, h.entry
  from ${unnest(history, "h", historyColumn)} join v on v.n = h.e order by h.n
),
f as (
  update runs set
    state = case
      when ${ends} then case
        when runs.cancel_requested and e.final <> 'compensation-failed' then 'cancelled' else e.final end
      when e.final is not null then 'compensating'
      when e.state is not null then e.state
      when runs.state = 'waiting' then 'running'
      else runs.state end,
    reason = case when runs.cancel_requested then runs.reason else coalesce(e.reason, runs.reason) end,
    failed_steps = coalesce(e.failed_steps, runs.failed_steps),
    finished_at = case when ${ends} then e.finished_at end,
    owner = case when e.due_at is null and e.held_for is null and not ${ends} then runs.owner end,
    due_at = case when (e.due_at is not null or e.held_for is not null) and runs.cancel_requested
      then clock_timestamp() else e.due_at end,
    held_for = case when not runs.cancel_requested then e.held_for end,
    hold_rank = coalesce(e.hold_rank, 0),
    wait_mark = case when e.touches then e.wait_mark else runs.wait_mark end,
    open_mark = case when e.touches then e.open_mark else runs.open_mark end,
    set_aside = coalesce(e.set_aside, runs.set_aside)
  from v join e using (n)
  where runs.id = e.run_id and runs.finished_at is null
    and (e.touches or e.state is not null or e.final is not null or runs.state = 'waiting')
  returning e.n, runs.finished_at is not null as ended, runs.state, runs.order_id
),
${onHold},
${deliveries}
select 0 as kind, 0 as n, 0 as number, null::text as state, false as next from me
union all select 1, wn.n::int, 0, null, false from wn
union all select 2, v.n::int, v.version, case when f.ended then f.state end,
  coalesce(f.ended and exists (select from runs q where q.order_id = f.order_id and q.state = 'queued'), false)
from v left join f using (n)
union all select 3, count(*)::int, 0, null, false from dw where dw.state = 'pending' having count(*) > 0`

export const flushStatement = statement(renewing, intakeFanOut)
export const wideStatement = statement(standing, intakeFanOut)

/** For entries that leave something behind; takes no submissions. */
export const outcomeStatement = statement(standing, outcomeParts(nextColumn))

const text = (value: unknown): string | null => typeof value === "string" ? value : null

const entryRow = ({ entry, release, outcome }: EntryMember) => {
  const order = entry.write?.document.order
  const heldFor = release ? entry.wait?.heldFor : undefined
  return {
    run_id: entry.runId,
    order_id: entry.orderId,
    // What was made of one version of the order must not be stored with another.
    seen: entry.write?.seen ?? outcome?.seen ?? null,
    doc: entry.write?.document.text ?? null,
    external_id: text(order?.["externalId"]),
    order_type: order?.orderType ?? null,
    status: order?.status ?? null,
    touches: entry.wait !== undefined || entry.open !== undefined,
    state: entry.state ?? null,
    final: entry.finish?.state ?? null,
    reason: printable(entry.finish?.reason ?? entry.reason),
    failed_steps: entry.finish?.failedSteps ?? null,
    finished_at: entry.finish?.at ?? null,
    due_at: (release ? heldFor === undefined ? entry.wait?.dueAt : entry.wait?.until : undefined) ?? null,
    held_for: heldFor ?? null,
    hold_rank: heldFor === undefined ? null : holdRank(entry.wait?.attempt ?? 0),
    wait_mark: entry.wait === undefined ? null : JSON.stringify(entry.wait),
    open_mark: entry.open === undefined ? null : JSON.stringify(entry.open),
    cancels: entry.cancels === true,
    set_aside: entry.setAside === undefined ? null : JSON.stringify(entry.setAside)
  }
}

const stepRow = (e: number, runId: string, row: StepRow) => ({
  e,
  run_id: runId,
  index: row.index,
  state: row.state,
  record: encodeStep(row)
})

/** The parameters for `accepts` and `entries`, whose ordinals in the answer count from 1 in these lists. */
export const flushParameters = (
  worker: string,
  epoch: number,
  accepts: ReadonlyArray<AcceptMember>,
  entries: ReadonlyArray<EntryMember>
): ReadonlyArray<PgTypes.Parameter> => {
  const steps: Array<ReturnType<typeof stepRow>> = []
  const callouts: Array<{ readonly [Name in keyof typeof callout]: string | number | Uint8Array | null }> = []
  const histories: Array<{ readonly e: number; readonly order_id: string; readonly entry: string }> = []
  for (let i = 0; i < entries.length; i++) {
    const { entry } = entries[i] as EntryMember
    const e = i + 1
    if (entry.skipped !== undefined) { for (const row of entry.skipped) steps.push(stepRow(e, entry.runId, row)) }
    if (entry.step !== undefined) steps.push(stepRow(e, entry.runId, entry.step))
    for (const { index, record } of entry.callouts) {
      callouts.push({
        e,
        run_id: entry.runId,
        id: record.id,
        step: index,
        outcome: record.outcome,
        record: encodeCallout(record),
        form: record.body.form,
        body: encodeBody(record.body),
        response: record.response?.body ?? null
      })
    }
    for (const line of entry.history) histories.push({ e, order_id: entry.orderId, entry: encodeHistory(line) })
  }
  return [
    PgTypes.uuid(worker),
    PgTypes.int4(epoch),
    ...columns(accept, accepts.map(acceptRow)),
    ...columns(entry, entries.map(entryRow)),
    ...columns(step, steps),
    ...columns(callout, callouts),
    ...columns(history, histories)
  ]
}
