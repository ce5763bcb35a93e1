/** Limits on partners, the requests that are open there, and what was called lately. Contract: section 7, `/v1/partners`. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements: ReadonlyArray<string> = [
  // A host that an operator has limited. next_turn: the time of the next request that the rate allows.
  `create table partner_limits (
    host text primary key,
    max_concurrent integer,
    rate_per_second double precision,
    paused boolean not null default false,
    reason text,
    next_turn timestamptz not null default '-infinity'
  )`,
  // Requests of each process that are open, or wait for their turn, at a limited host; stale rows count for nothing.
  `create table partner_turns (
    host text not null,
    process uuid not null,
    open integer not null,
    queued integer not null,
    at timestamptz not null,
    primary key (host, process)
  )`,
  // Requests of each process to each host, by minute. durations: counts by PartnerCalls.bounds.
  `create table partner_calls (
    host text not null,
    process uuid not null,
    minute timestamptz not null,
    calls integer not null,
    failures integer not null,
    durations integer[] not null,
    open integer not null,
    at timestamptz not null,
    primary key (host, process, minute)
  )`,
  // What is past its time is deleted.
  `create index partner_calls_minute on partner_calls (minute)`,
  // Every host that was ever called.
  `create table called_partners (host text primary key)`,
  // The runs of each pipeline that wait for a partner: released in turns, so that a backlog of one hides no other.
  `create index runs_held_in_turns on runs (held_for, pipeline, hold_rank, id) where held_for is not null`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
