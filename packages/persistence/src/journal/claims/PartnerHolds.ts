/**
 * Releases runs on hold for a partner: one to test whether it has recovered, then, with each answer, more at once,
 * oldest first. A released run is due and is claimed like any other.
 */
import { maxBatch } from "@sluice/engine/partners/PartnerBreaker"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

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

const letGoStatement = `with p as (
  update partners set state = case when state = 'open' then 'half-open' else state end,
    retry_at = clock_timestamp() + interval '${patience}'
  where host in (select host from partners where retry_at <= statement_timestamp() order by host for update skip locked)
  returning host, batch, holds
), r as materialized (
  select r.id, p.host from p cross join lateral (
    select runs.id from runs where runs.held_for = p.host order by runs.hold_rank, runs.id limit least(p.batch, ${maxBatch})
  ) r
), u as (
  update runs set due_at = clock_timestamp(), held_for = null from r where runs.id = r.id returning r.host
)
select p.host, p.holds from p where not exists (select from u where u.host = p.host)`

/** Makes runs due whose partner is to be tried or has recovered. */
export const letGo = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const empty = yield* sql.unsafe<{ readonly host: string; readonly holds: bigint }>(letGoStatement)
  for (const { host, holds } of empty) {
    yield* sql`update partners set retry_at = null where host = ${host} and holds = ${holds}`
  }
})
