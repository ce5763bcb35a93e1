/** The baseline's statement: the rows that Sluice writes for the same order, in the same tables. */
import * as Batches from "./Batches.ts"
import { bytes, integers, moments, texts, uuids } from "./BinaryArrays.ts"
import type { AcceptRow, RowWriter, StepRow } from "./Rows.ts"

const owner = "00000000-0000-7000-8000-000000000000"

const text = `
with
a as materialized (select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::uuid[], $6::uuid[],
  $7::text[], $8::text[], $9::text[], $10::text[], $11::bytea[])
  as a(id, order_type, status, at, event_id, run_id, doc, pipeline, external_id, idempotency_key, fingerprint)),
a1 as (insert into orders (id, external_id, order_type, status, version, created_at, updated_at, event_id, run_id,
    external_key, idempotency_key, fingerprint)
  select id, external_id, order_type, status, 1, at, at, event_id, run_id, external_id, idempotency_key, fingerprint
  from a),
a2 as (insert into order_versions select id, 1, doc from a),
a3 as (insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, owner, start_version, created_at,
    started_at)
  select run_id, id, event_id, pipeline, 1, 'running', '${owner}', 1, at, at from a),
s as materialized (select * from unnest($12::uuid[], $13::int[], $14::text[], $15::uuid[], $16::text[], $17::bytea[],
  $18::int[]) as s(run_id, index, step, callout_id, callout, response, version)),
s1 as (insert into steps select run_id, index, 'succeeded', version, step from s),
s2 as (insert into callouts (run_id, id, step, outcome, record, form, response)
  select run_id, callout_id, index, 'succeeded', callout, 'order', response from s),
e as materialized (select * from unnest($19::text[], $20::uuid[], $21::timestamptz[], $22::text[], $23::text[],
  $24::text[]) as e(order_id, run_id, at, status, doc, history)),
e1 as (update orders set version = version + 1, status = e.status, updated_at = e.at from e where orders.id = e.order_id),
e2 as (insert into order_versions select order_id, 2, doc from e),
e3 as (insert into order_history (order_id, entry) select order_id, history from e),
e4 as (update runs set state = 'completed', finished_at = e.at, owner = null, failed_steps = 0 from e
  where runs.id = e.run_id)
select 1`

const write = (accepts: ReadonlyArray<AcceptRow>, steps: ReadonlyArray<StepRow>): Batches.Statement => {
  const ends = steps.flatMap(({ end, orderId, runId }) => end === undefined ? [] : [{ ...end, orderId, runId }])
  return {
    name: "write",
    text,
    values: [
      texts(accepts.map(({ id }) => id)),
      texts(accepts.map(({ orderType }) => orderType)),
      texts(accepts.map(({ status }) => status)),
      moments(accepts.map(({ at }) => at)),
      uuids(accepts.map(({ eventId }) => eventId)),
      uuids(accepts.map(({ runId }) => runId)),
      texts(accepts.map(({ document }) => document)),
      texts(accepts.map(({ pipeline }) => pipeline)),
      texts(accepts.map(({ externalId }) => externalId)),
      texts(accepts.map(({ idempotencyKey }) => idempotencyKey)),
      bytes(accepts.map(({ fingerprint }) => fingerprint)),
      uuids(steps.map(({ runId }) => runId)),
      integers(steps.map(({ index }) => index)),
      texts(steps.map(({ step }) => step)),
      uuids(steps.map(({ calloutId }) => calloutId)),
      texts(steps.map(({ callout }) => callout)),
      bytes(steps.map(({ response }) => response)),
      integers(steps.map(({ version }) => version)),
      texts(ends.map(({ orderId }) => orderId)),
      uuids(ends.map(({ runId }) => runId)),
      moments(ends.map(({ at }) => at)),
      texts(ends.map(({ status }) => status)),
      texts(ends.map(({ document }) => document)),
      texts(ends.map(({ history }) => history))
    ]
  }
}

export const open = (url: string): Promise<RowWriter> => Batches.open(url, [], write)
