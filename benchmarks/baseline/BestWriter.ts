/**
 * The same information in as few rows and index entries as we know how: order, first version and run in one row, a step
 * and its callout in one, the second version as what differs from the first, in one row with the run's end and its
 * history, and open runs in a table of their own, so that no row is ever updated. Documents are not compressed. Where one
 * member waits alone its statement has no arrays.
 */
import * as Batches from "./Batches.ts"
import { bytes, integers, moments, texts, uuids } from "./BinaryArrays.ts"
import type { AcceptRow, EndRow, RowWriter, StepRow } from "./Rows.ts"

const tables = [
  `create table if not exists best_orders (
    id text primary key,
    external_id text unique,
    idempotency_key text unique,
    fingerprint bytea,
    order_type text not null,
    status text not null,
    created_at timestamptz not null,
    event_id uuid not null,
    run_id uuid not null unique,
    pipeline text not null,
    doc text not null
  ) with (toast_tuple_target = 8160)`,
  "create index if not exists best_newest on best_orders (created_at, id)",
  `create table if not exists best_steps (
    run_id uuid not null,
    index integer not null,
    version integer not null,
    record text not null,
    callout_id uuid not null,
    callout text not null,
    response bytea not null,
    primary key (run_id, index)
  ) with (toast_tuple_target = 8160)`,
  `create table if not exists best_ends (
    run_id uuid primary key,
    finished_at timestamptz not null,
    status text not null,
    delta text not null,
    history text not null
  )`,
  "create table if not exists best_open (run_id uuid primary key)"
]

const many = `
with
a as materialized (select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[],
  $7::timestamptz[], $8::uuid[], $9::uuid[], $10::text[], $11::text[])
  as a(id, external_id, idempotency_key, fingerprint, order_type, status, at, event_id, run_id, pipeline, doc)),
a1 as (insert into best_orders select * from a),
a2 as (insert into best_open select run_id from a),
s1 as (insert into best_steps select * from unnest($12::uuid[], $13::int[], $14::int[], $15::text[], $16::uuid[],
  $17::text[], $18::bytea[])),
e as materialized (select * from unnest($19::uuid[], $20::timestamptz[], $21::text[], $22::text[], $23::text[])
  as e(run_id, at, status, delta, history)),
e1 as (insert into best_ends select * from e),
e2 as (delete from best_open using e where best_open.run_id = e.run_id)
select 1`

const oneAccept = `with a as (
  insert into best_orders values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning run_id
) insert into best_open select run_id from a`

const oneStep = "insert into best_steps values ($1, $2, $3, $4, $5, $6, $7)"

const oneEnd = `with s as (insert into best_steps values ($1, $2, $3, $4, $5, $6, $7)),
e as (insert into best_ends values ($1, $8, $9, $10, $11))
delete from best_open where run_id = $1`

const iso = (at: number): string => new Date(at).toISOString()

const accept = (row: AcceptRow): Batches.Statement => ({
  name: "one-accept",
  text: oneAccept,
  values: [
    row.id,
    row.externalId,
    row.idempotencyKey,
    row.fingerprint,
    row.orderType,
    row.status,
    iso(row.at),
    row.eventId,
    row.runId,
    row.pipeline,
    row.document
  ]
})

const step = (row: StepRow): Batches.Statement => {
  const { callout, calloutId, end, index, response, runId, step: record, version } = row
  const values = [runId, index, version, record, calloutId, callout, response]
  return end === undefined
    ? { name: "one-step", text: oneStep, values }
    : { name: "one-end", text: oneEnd, values: [...values, iso(end.at), end.status, end.delta, end.history] }
}

const write = (accepts: ReadonlyArray<AcceptRow>, steps: ReadonlyArray<StepRow>): Batches.Statement => {
  const [one] = accepts
  const [other] = steps
  if (accepts.length === 1 && steps.length === 0 && one !== undefined) return accept(one)
  if (steps.length === 1 && accepts.length === 0 && other !== undefined) return step(other)
  const ends = steps.flatMap(({ end, runId }) => end === undefined ? [] : [{ ...end, runId }])
  return { name: "many", text: many, values: [...ofAccepts(accepts), ...ofSteps(steps), ...ofEnds(ends)] }
}

const ofAccepts = (rows: ReadonlyArray<AcceptRow>): ReadonlyArray<Buffer> => [
  texts(rows.map(({ id }) => id)),
  texts(rows.map(({ externalId }) => externalId)),
  texts(rows.map(({ idempotencyKey }) => idempotencyKey)),
  bytes(rows.map(({ fingerprint }) => fingerprint)),
  texts(rows.map(({ orderType }) => orderType)),
  texts(rows.map(({ status }) => status)),
  moments(rows.map(({ at }) => at)),
  uuids(rows.map(({ eventId }) => eventId)),
  uuids(rows.map(({ runId }) => runId)),
  texts(rows.map(({ pipeline }) => pipeline)),
  texts(rows.map(({ document }) => document))
]

const ofSteps = (rows: ReadonlyArray<StepRow>): ReadonlyArray<Buffer> => [
  uuids(rows.map(({ runId }) => runId)),
  integers(rows.map(({ index }) => index)),
  integers(rows.map(({ version }) => version)),
  texts(rows.map(({ step: record }) => record)),
  uuids(rows.map(({ calloutId }) => calloutId)),
  texts(rows.map(({ callout }) => callout)),
  bytes(rows.map(({ response }) => response))
]

const ofEnds = (rows: ReadonlyArray<EndRow & { readonly runId: string }>): ReadonlyArray<Buffer> => [
  uuids(rows.map(({ runId }) => runId)),
  moments(rows.map(({ at }) => at)),
  texts(rows.map(({ status }) => status)),
  texts(rows.map(({ delta }) => delta)),
  texts(rows.map(({ history }) => history))
]

export const open = (url: string): Promise<RowWriter> => Batches.open(url, tables, write)
