/**
 * The callout records of reused steps. They stay where they were made and are referred to: nothing is copied, and a
 * record that retention deletes is gone from both runs.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { uuidOf } from "@sluice/domain/identity/Ids"
import type { StepRow } from "@sluice/engine/journal/Journal"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { StoredCallout } from "./CalloutCodec.ts"

export interface ReusedStep {
  /** The run that reuses the step. */
  readonly runId: string
  readonly step: StepRow
}

/** A record in the run that reuses it: with that run's id and the step's index there. */
export type ReusedCallout = StoredCallout & { readonly run_id: string; readonly origin: string }

const uuids = (value: ReadonlyArray<string>) => ({ ...PgTypes.uuid(null), oid: PgTypes.OID.uuidArray, value })

/** The reused callouts with their bodies, in the order in which they were made. */
export const reusedCallouts = Effect.fnUntraced(function*(steps: ReadonlyArray<ReusedStep>) {
  const references = steps.flatMap(({ runId, step: { index, reusedFrom, reusedIndex } }) => {
    const origin = reusedFrom === undefined ? undefined : uuidOf(reusedFrom)
    return origin === undefined || reusedIndex === undefined ? [] : [{ runId, index, origin, reusedIndex }]
  })
  if (references.length === 0) return []
  const sql = yield* SqlClient.SqlClient
  return yield* sql.unsafe<ReusedCallout>(
    `select u.run_id, u.origin, c.id, u.step, c.outcome, c.record, c.form, c.body, c.response
     from unnest($1::uuid[], $2::int4[], $3::uuid[], $4::int4[]) as u(run_id, step, origin, origin_step)
     join callouts c on c.run_id = u.origin and c.step = u.origin_step order by u.run_id, c.id`,
    [
      uuids(references.map(({ runId }) => runId)),
      references.map(({ index }) => index),
      uuids(references.map(({ origin }) => origin)),
      references.map(({ reusedIndex }) => reusedIndex)
    ]
  )
})
