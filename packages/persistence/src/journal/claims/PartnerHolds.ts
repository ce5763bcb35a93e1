/**
 * Releases runs on hold for a partner: one to test whether it has recovered, then, with each answer, more at once,
 * oldest first. A released run is due and is claimed like any other.
 */
import { maxBatch } from "@sluice/engine/partners/PartnerBreaker"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { staleAfter } from "../../partners/PartnerTurnsPostgres.ts"

/** The time that released runs have before the next ones are released without news of the partner. */
const patience = "10 seconds"

/**
 * The part of the flush that puts a run on hold and guarantees its release in the same commit. `holds` changes, so that
 * a concurrent statement that finds no run on hold does not overlook this one.
 */
export const onHold = `p as (
  insert into partners (host, retry_at, holds)
  select distinct e.held_for, clock_timestamp() + interval '1 second', 1 from v join e using (n)
  where e.held_for is not null order by 1
  on conflict (host) do update set holds = partners.holds + 1,
    retry_at = coalesce(partners.retry_at, clock_timestamp() + interval '1 second')
)`

/** Finds partners that are to be tried or have recovered. */
export const dueQuery = "exists (select from partners where retry_at <= statement_timestamp())"

/** The time between two looks at a partner with limits, where turns come by themselves. */
const patienceOfLimits = "250 milliseconds"

/**
 * The number of runs to release: at a partner with limits about a second's worth, less what is on its way to a turn
 * already; else a batch that grows with the answers.
 */
const released = `case when l.host is null or p.state <> 'closed' then least(p.batch, ${maxBatch})
  else greatest(0, least(256, coalesce(4 * greatest(4, l.max_concurrent), 256),
    coalesce(greatest(1, floor(l.rate_per_second))::int4, 256))
    - (select coalesce(sum(t.queued + case when l.max_concurrent is null then 0 else t.open end), 0)::int4
      from partner_turns t where t.host = p.host and t.at > clock_timestamp() - ${staleAfter})) end`

/** Releases one run of each pipeline, then the second of each, so that a backlog of one hides no other; none of a paused host. */
const releaseStatement = `with recursive p as materialized (
  update partners set state = case when state = 'open' then 'half-open' else state end,
    retry_at = clock_timestamp() + case when state = 'closed' and exists (select from partner_limits l
      where l.host = partners.host) then interval '${patienceOfLimits}' else interval '${patience}' end
  where host in (select host from partners where retry_at <= statement_timestamp()
    and not exists (select from partner_limits l where l.host = partners.host and l.paused)
    order by host for update skip locked)
  returning host, state, batch, holds
), sized as materialized (
  select p.host, ${released} as size from p left join partner_limits l on l.host = p.host
), q (host, size, pipeline) as (
  select s.host, s.size, (select h.pipeline from runs h where h.held_for = s.host order by h.pipeline limit 1) from sized s
  union all
  select q.host, q.size, (select h.pipeline from runs h where h.held_for = q.host and h.pipeline > q.pipeline
    order by h.pipeline limit 1)
  from q where q.pipeline is not null
), line as materialized (
  select q.host, q.size, h.id, h.hold_rank, row_number() over (partition by q.host, q.pipeline order by h.hold_rank, h.id)
    as place
  from q cross join lateral (
    select runs.id, runs.hold_rank from runs where runs.held_for = q.host and runs.pipeline = q.pipeline
    order by runs.hold_rank, runs.id limit q.size
  ) h
), r as materialized (
  select o.id, o.host from (
    select line.*, row_number() over (partition by line.host order by line.hold_rank, line.place, line.id) as turn from line
  ) o where o.turn <= o.size
), u as (
  update runs set due_at = clock_timestamp(), held_for = null from r where runs.id = r.id returning r.host
)
select p.host, p.holds from p where not exists (select from u where u.host = p.host)
  and not exists (select from runs h where h.held_for = p.host offset 0)`

/** Makes runs due whose partner is to be tried or has recovered. */
export const releaseDue = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const empty = yield* sql.unsafe<{ readonly host: string; readonly holds: bigint }>(releaseStatement)
  for (const { host, holds } of empty) {
    yield* sql`update partners set retry_at = null where host = ${host} and holds = ${holds}`
  }
})
