/** The causes of versions and runs by id, and what jobs did to runs. Contract: section 7, `timeline` and `why`. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** One statement an entry, each with its reason. */
const statements: ReadonlyArray<string> = [
  // The callout, the run or the act that the version follows from; null of the first, and of those of earlier releases.
  "alter table order_versions add column cause uuid",
  // The timeline entry of the act that asked for the run; null of the first, and of those of earlier releases.
  "alter table runs add column cause text",
  // An act of a job on a run, written in the transaction of the act; who asked for it and why stands with the job.
  `create table job_acts (
    order_id text not null,
    id uuid not null,
    at timestamptz not null,
    job_id uuid not null,
    run_id uuid not null,
    action text not null,
    primary key (order_id, id)
  )`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
