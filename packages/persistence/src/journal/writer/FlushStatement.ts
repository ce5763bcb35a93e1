/**
 * The statement that writes everything that waits: accepts, steps, records, order versions, marks and ends of runs. Each part
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
 * - 4: one that is this process's to send: `state` names it (`Handover`)
 * - 5: nothing was stored, because endpoints subscribe to what the writes leave untold: `state` names all types that
 *   have subscribers (`Subscribed`)
 */
import { intakeFanOut } from "../../outbox/FanOut.ts"
import { localClaimText } from "../../outbox/LocalClaims.ts"
import { namedColumn, outcomeParts } from "../../outbox/OutcomeStatement.ts"
import { subscribedTypes, subscribes } from "../../outbox/Subscribed.ts"
import { type ColumnTypes, parameterCount, singleRow, unnest } from "../../sql/ArrayParameters.ts"
import { runsOver } from "../../sql/StatementPlans.ts"
import { isNamedAsFound, namedChecks } from "../../subscriptions/SubscriptionParts.ts"
import { onHold } from "../claims/PartnerHolds.ts"
import { leaseSeconds } from "../lease/Lease.ts"
import type { Parts, SingleParts } from "./FlushParts.ts"
import { callout, entry, history, plainColumns, step } from "./FlushRows.ts"
import { accept } from "./SubmissionRow.ts"

/** $1 worker, $2 epoch. */
const firstColumn = 3
const entryColumn = firstColumn + parameterCount(accept)
const stepColumn = entryColumn + parameterCount(entry)
const calloutColumn = stepColumn + parameterCount(step)
const historyColumn = calloutColumn + parameterCount(callout)
const untoldColumn = historyColumn + parameterCount(history)
const nextColumn = untoldColumn + 1

/** The sources of the rows of each kind, and the parameter that lists what the writes leave untold. */
interface Sources {
  readonly accept: string
  readonly entry: string
  readonly step: string | undefined
  readonly callout: string | undefined
  readonly history: string | undefined
  readonly untold: number
}

const arrays: Sources = {
  accept: unnest(accept, "a", firstColumn),
  entry: unnest(entry, "e", entryColumn),
  step: unnest(step, "s", stepColumn),
  callout: unnest(callout, "c", calloutColumn),
  history: unnest(history, "h", historyColumn),
  untold: untoldColumn
}

/** The sources of a flush of one write: its parameters are the rows that are there, one after the other. */
const singleSources = ({ accepts, entries }: Parts, single: SingleParts): Sources => {
  let next = firstColumn
  const row = <Types extends ColumnTypes>(
    isThere: boolean,
    types: Types,
    alias: string,
    given: ReadonlyArray<keyof Types & string> = Object.keys(types)
  ): string | undefined => {
    if (!isThere) return undefined
    const first = next
    next += given.length
    return singleRow(types, alias, first, given)
  }
  return {
    accept: row(accepts, accept, "a") ?? "",
    entry: row(entries, entry, "e", single.plain ? plainColumns : undefined) ?? "",
    step: row(single.step, step, "s"),
    callout: row(single.callout, callout, "c"),
    history: row(single.history, history, "h"),
    untold: next
  }
}

const sourcesOf = (parts: Parts): Sources => parts.single === undefined ? arrays : singleSources(parts, parts.single)

/** Renews the lease with everything that is written. */
const renewing = (guard: string) =>
  `update workers set alive_until = clock_timestamp() + interval '${leaseSeconds} s'
    where id = $1 and epoch = $2 and not fenced ${guard} returning id`

/**
 * For the second connection: neither waits for the renewing one nor delays it, and still keeps the worker from being
 * fenced until this is committed, because fencing locks `for update`.
 */
const standing = (guard: string) =>
  `select id from workers where id = $1 and epoch = $2 and not fenced ${guard} for key share`

/** The run has ended with this entry, unless a cancel wants its steps compensated first. */
const ends = `(e.final is not null
      and not (runs.cancel_requested and runs.cancel_compensates and runs.state <> 'compensating'))`

/** The released run is due at once: it is cancelled, or the answer that it would wait for was taken. */
const goesOn = `(runs.cancel_requested or case when runs.answered_step is null then false
      else coalesce(runs.answered_step = (e.wait_mark::json ->> 'index')::int4, false) end)`

const acceptParts = (accepts: string): string =>
  `a as materialized (select a.* from ${accepts}),
w as (
  insert into orders (id, external_id, order_type, status, version, created_at, updated_at, event_id, run_id,
    external_key, idempotency_key, fingerprint)
  select a.id, a.external_id, a.order_type, a.status, 1, a.created_at, a.created_at, a.event_id, a.run_id,
    a.external_id, a.idempotency_key, a.fingerprint
  from me, a order by a.id, a.external_id, a.idempotency_key
  on conflict do nothing returning run_id
),
wn as materialized (select a.* from w join a using (run_id)),
w1 as (insert into order_versions (order_id, version, doc) select id, 1, doc from wn),
w2 as (
  insert into runs (id, order_id, event_id, pipeline, pipeline_version, shipment_id, state, owner, start_version,
    created_at, started_at, requested_by)
  select run_id, wn.id, event_id, pipeline, pipeline_version, shipment_id,
    case when starts then 'running' else 'queued' end, case when starts then me.id end, case when starts then 1 end,
    created_at, case when starts then created_at end, requested_by
  from wn, me
)`

/** The entries that may be stored, and the version on which each is: where some of them change their order. */
const changingEntries = ({ entry, history }: Sources, names: boolean): string =>
  `given as materialized (select e.* from me, ${entry}),
k as materialized (
  select given.n, runs.cancel_requested from given join runs on runs.id = given.run_id
  where given.doc is not null and not given.cancels and (given.final is not null or given.state = 'compensating')
  for no key update of runs
),
${names ? `${namedChecks(namedColumn(nextColumn))},\n` : ""}e as materialized (
  select given.* from given where not exists (select from k where k.n = given.n and k.cancel_requested)${
    names ? ` and ${isNamedAsFound}` : ""
  }
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
v1 as (
  insert into order_versions (order_id, version, doc, cause)
  select e.order_id, v.version, e.doc, e.cause from v join e using (n) where e.doc is not null
)${
    history === undefined ? "" : `,
h as (
  insert into order_history (order_id, entry) select h.order_id, h.entry
  from ${history} join v on v.n = h.e order by h.n
)`
  }`

/** The entries of a statement in which no entry changes an order. */
const plainEntries = ({ entry }: Sources): string =>
  `e as materialized (select e.* from me, ${entry}),
v as materialized (
  select e.n, orders.version from e join orders on orders.id = e.order_id
  where e.seen is null or e.seen = orders.version
)`

const stepRows = (steps: string): string =>
  `s as (
  insert into steps select s.run_id, s.index, s.state, v.version, s.record
  from ${steps} join v on v.n = s.e
  on conflict do nothing
)`

const calloutRows = (callouts: string): string =>
  `c as (
  insert into callouts select c.run_id, c.id, c.step, c.outcome, c.record, c.form, c.body, c.response
  from ${callouts} join v on v.n = c.e
  on conflict do nothing
)`

const runChanges = `f as (
  update runs set
    state = case
      when ${ends} then case
        when runs.cancel_requested and (e.final <> 'compensation-failed' or not runs.cancel_compensates)
          then 'cancelled' else e.final end
      when e.final is not null then 'compensating'
      when e.state is not null then e.state
      when runs.state = 'waiting' then 'running'
      else runs.state end,
    reason = case when runs.cancel_requested then runs.reason when runs.state = 'waiting' then e.reason
      else coalesce(e.reason, runs.reason) end,
    failed_steps = coalesce(e.failed_steps, runs.failed_steps),
    finished_at = case when ${ends} then e.finished_at end,
    owner = case when e.due_at is null and e.held_for is null and not ${ends} then runs.owner end,
    due_at = case when (e.due_at is not null or e.held_for is not null) and ${goesOn}
      then clock_timestamp() else e.due_at end,
    held_for = case when not ${goesOn} then e.held_for end,
    hold_rank = coalesce(e.hold_rank, 0),
    wait_mark = case when e.touches then e.wait_mark else runs.wait_mark end,
    open_mark = case when e.touches then e.open_mark else runs.open_mark end,
    effects = case when not ${ends} then coalesce(e.effects, runs.effects) end,
    set_aside = coalesce(e.set_aside, runs.set_aside)
  from v join e using (n)
  where runs.id = e.run_id and runs.finished_at is null
    and (e.touches or e.effects is not null or e.state is not null or e.final is not null or runs.state = 'waiting')
  returning e.n, runs.finished_at is not null as ended, runs.state, runs.order_id
)`

const entryParts = (sources: Sources, { changes, names }: Parts): ReadonlyArray<string> => [
  changes ? changingEntries(sources, names) : plainEntries(sources),
  ...(sources.step === undefined ? [] : [stepRows(sources.step)]),
  ...(sources.callout === undefined ? [] : [calloutRows(sources.callout)]),
  runChanges
]

/** `deliveries`: the parts that make `dw`, the deliveries of what is stored. */
const statement = (me: (guard: string) => string, deliveries: string | undefined, parts: Parts): string => {
  const sources = sourcesOf(parts)
  const isSubscribed = subscribes(sources.untold)
  const ctes = [
    `me as (${me(parts.guards ? `and not ${isSubscribed}` : "")})`,
    ...(parts.accepts ? [acceptParts(sources.accept)] : []),
    ...(parts.entries ? entryParts(sources, parts) : []),
    ...(parts.holds ? [onHold] : []),
    ...(deliveries === undefined ? [] : [deliveries])
  ]
  const answers = [
    "select 0 as kind, 0 as n, 0 as number, null::text as state, false as next from me",
    ...(parts.accepts ? ["select 1, wn.n::int, 0, null, false from wn"] : []),
    ...(parts.entries
      ? [`select 2, v.n::int, v.version, case when f.ended then f.state end,
  coalesce(f.ended and exists (
    select from ${runsOver("f.order_id", "state")} q where q.state = 'queued'), false)
from v left join f using (n)`]
      : []),
    ...(deliveries === undefined
      ? []
      : [
        `select 3, count(*)::int, 0, null, false from dw where dw.state = 'pending' and dw.claim is null
  having count(*) > 0`,
        `select 4, 0, 0, ${localClaimText}, false from dw where dw.claim is not null`
      ]),
    ...(parts.guards ? [`select 5, 0, 0, ${subscribedTypes}, false where ${isSubscribed}`] : [])
  ]
  return `with ${ctes.join(",\n")}\n${answers.join("\nunion all ")}`
}

/**
 * Selects the statement text for the parts of a flush: there are few, and each is made once, so that it stays prepared.
 */
export type FlushTexts = (parts: Parts) => string

const singleKey = ({ callout, history, plain, step }: SingleParts): number =>
  1 + 2 * Number(plain) + 4 * Number(step) + 8 * Number(callout) + 16 * Number(history)

const texts = (text: (parts: Parts) => string): FlushTexts => {
  const known = new Map<number, string>()
  return (parts) => {
    const key = Number(parts.accepts) + 2 * Number(parts.entries) + 4 * Number(parts.changes) + 8 * Number(parts.holds)
      + 16 * Number(parts.tells) + 32 * Number(parts.guards) + 64 * Number(parts.names) + 128 * Number(parts.delivers)
      + (parts.single === undefined ? 0 : 256 * singleKey(parts.single))
    let found = known.get(key)
    if (found === undefined) {
      found = text(parts)
      known.set(key, found)
    }
    return found
  }
}

const flush = (me: (guard: string) => string) =>
  texts((parts) => statement(me, parts.delivers ? intakeFanOut(nextColumn) : undefined, parts))

export const renewingFlush: FlushTexts = flush(renewing)
export const standingFlush: FlushTexts = flush(standing)

/** The flush of entries with an outcome; takes no submissions. */
const outcomeTexts: FlushTexts = texts((parts) => statement(standing, outcomeParts(nextColumn, parts), parts))
export const outcomeFlush: FlushTexts = ({ guards, names, tells }) =>
  outcomeTexts({
    accepts: true,
    entries: true,
    changes: true,
    holds: true,
    delivers: true,
    guards,
    names,
    tells,
    single: undefined
  })
