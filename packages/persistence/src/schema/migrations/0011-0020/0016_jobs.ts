/** Jobs of several kinds, and their lists. Contract: section 7, `/v1/jobs`. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements: ReadonlyArray<string> = [
  // options: the members of the request beside filter and reason, as JSON.
  `alter table jobs add column kind text not null default 'retry', add column options text`,
  // GET /v1/jobs with kind and with state, newest first.
  `create index jobs_of_kind on jobs (kind, id)`,
  `create index jobs_in_state on jobs (state, id)`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
