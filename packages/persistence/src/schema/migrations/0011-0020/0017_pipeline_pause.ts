/** Paused pipelines: their runs stay queued. Contract: section 7, `POST /v1/pipelines/{name}/pause`. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE pipelines ADD COLUMN paused_at timestamptz, ADD COLUMN paused_reason text, ADD COLUMN paused_by text`
})
