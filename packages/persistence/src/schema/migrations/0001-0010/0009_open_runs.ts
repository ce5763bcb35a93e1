/**
 * An open run always has something that makes it go on: a process that executes it, a time at which it is due, or a
 * partner that it is held for. A statement that would leave it without all three is refused by the database.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements: ReadonlyArray<string> = [
  // Not validated at first, so that rows which violate it do not stop the migration.
  `alter table runs add constraint runs_go_on check (state not in ('running', 'waiting', 'compensating')
    or owner is not null or due_at is not null or held_for is not null) not valid`,
  // Runs that an earlier release lost are given to the worker that is always fenced: whoever is alive takes them over.
  `update runs set owner = '00000000-0000-0000-0000-000000000000'
    where state in ('running', 'waiting', 'compensating')
      and owner is null and due_at is null and held_for is null`,
  `alter table runs validate constraint runs_go_on`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
