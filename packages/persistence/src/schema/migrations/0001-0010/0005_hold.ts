/**
 * Partners that are down and the runs that are held for them; and the queued runs of each pipeline, so that they are
 * claimed in turns. Design: ARCHITECTURE.md, "Durability"; contract: section 4, `onUnavailable`.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** One statement an entry, each with the reason for it. */
const statements: ReadonlyArray<string> = [
  // A host that was ever unwell. retry_at: when held runs are let go; null where none is held. batch: how many at once.
  // holds moves with every run that is put on hold, so that nobody takes the last one for gone while it is coming.
  `create table partners (
    host text primary key,
    state text not null default 'closed',
    since timestamptz not null default clock_timestamp(),
    failures integer not null default 0,
    openings integer not null default 0,
    batch integer not null default 1,
    retry_at timestamptz,
    holds bigint not null default 0
  )`,
  // held_for: the host that a run waits for; hold_rank: its place among those who do, before its age.
  `alter table runs add column held_for text, add column hold_rank smallint not null default 0`,
  `create index runs_held on runs (held_for, hold_rank, id) where held_for is not null`,
  // The queued runs of each pipeline, oldest first: claimed in turns, so that a backlog of one hides no other.
  `create index runs_queued on runs (pipeline, id) where state = 'queued'`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
