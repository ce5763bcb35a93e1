/**
 * The callouts of a process event: those that were made in it, and those of the steps that it reuses, which are stored
 * with the run that made them. One statement, by index. Contract: section 8.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { inlineBodyLimit } from "@sluice/domain/callout/CalloutRecord"
import { uuidOf } from "@sluice/domain/identity/Ids"
import type { StepRow } from "@sluice/engine/journal/Journal"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { CalloutRow } from "./CalloutRow.ts"

/**
 * A row of a callout, under the index that its step has in the process event that shows it; `run_id` is the run that
 * made it.
 */
export type ShownCallout = CalloutRow & { readonly run_id: string }

const uuids = (value: ReadonlyArray<string>) => ({ ...PgTypes.uuid(null), oid: PgTypes.OID.uuidArray, value })

const statement = `select c.run_id, c.id, coalesce(u.step, c.step) as step, c.outcome, c.record, c.form,
    case when c.form = 'workflow' or octet_length(c.body) <= $5 then c.body end as body,
    octet_length(c.body) as body_size,
    case when octet_length(c.response) <= $5 then c.response end as response,
    octet_length(c.response) as response_size
  from callouts c left join unnest($2::uuid[], $3::int4[], $4::int4[]) as u(origin, origin_step, step)
    on c.run_id = u.origin and c.step = u.origin_step
  where c.run_id = any(array_append($2::uuid[], $1)) and (c.run_id = $1 or u.step is not null)
  order by c.run_id, c.id`

/** Reads the callouts of a process event; bodies over 64 KiB are measured and not read. */
export const calloutRows = Effect.fnUntraced(function*(runId: string, steps: ReadonlyArray<StepRow>) {
  const sql = yield* SqlClient.SqlClient
  const reused = steps.flatMap(({ index, reusedFrom, reusedIndex }) => {
    const origin = reusedFrom === undefined ? undefined : uuidOf(reusedFrom)
    return origin === undefined || reusedIndex === undefined ? [] : [{ origin, reusedIndex, index }]
  })
  return yield* sql.unsafe<ShownCallout>(statement, [
    PgTypes.uuid(runId),
    uuids(reused.map(({ origin }) => origin)),
    reused.map(({ reusedIndex }) => reusedIndex),
    reused.map(({ index }) => index),
    PgTypes.int4(inlineBodyLimit)
  ])
})
