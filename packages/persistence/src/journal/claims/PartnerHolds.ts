/**
 * Releases runs on hold for a partner: one to test whether it has recovered, then, with each answer, more at once,
 * oldest first; at a partner with limits as many as have their turns within a second. A released run is due and is
 * claimed like any other.
 */
import { type BreakerState, maxBatch } from "@sluice/engine/partners/PartnerBreaker"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { staleAfter } from "../../partners/PartnerTurnsPostgres.ts"
import { release } from "../../partners/TurnAllocation.ts"
import { columns, unnest } from "../../sql/ArrayParameters.ts"

/**
 * The part of the flush that puts a run on hold and guarantees its release in the same commit: after a second, or at
 * once at a partner with limits, where turns may be free. `holds` changes, so that a concurrent statement that finds no
 * run on hold does not overlook this one.
 */
export const onHold = `p as (
  insert into partners (host, retry_at, holds)
  select distinct e.held_for, clock_timestamp() + case when exists (select from partner_limits l
    where l.host = e.held_for) then interval '0' else interval '1 second' end, 1 from v join e using (n)
  where e.held_for is not null order by 1
  on conflict (host) do update set holds = partners.holds + 1,
    retry_at = coalesce(partners.retry_at, excluded.retry_at)
)`

/**
 * Milliseconds until the next partner is to be tried or has turns to give, negative where that is overdue; null where no
 * run waits. Paused partners are left out.
 */
export const nextRelease = `(select (extract(epoch from min(p.retry_at) - clock_timestamp()) * 1000)::float8
  from partners p where p.retry_at is not null
    and not exists (select from partner_limits l where l.host = p.host and l.paused))`

interface Due {
  readonly host: string
  readonly state: BreakerState
  readonly batch: number
  readonly max_concurrent: number | null
  readonly rate_per_second: number | null
  readonly limited: boolean
  readonly next_in: number
  readonly queued: number
}

const due = `select p.host, p.state, p.batch, l.max_concurrent, l.rate_per_second, l.host is not null as limited,
  coalesce(extract(epoch from greatest(l.next_turn, clock_timestamp()) - clock_timestamp()) * 1000, 0)::float8 as next_in,
  (select coalesce(sum(t.queued), 0)::int4 from partner_turns t
    where t.host = p.host and t.at > clock_timestamp() - ${staleAfter}) as queued
from partners p left join partner_limits l on l.host = p.host
where p.retry_at <= statement_timestamp() and l.paused is not true order by p.host`

/** The time that released runs have before the next ones are released without news of the partner, in milliseconds. */
const patienceMs = 10_000

/** The release to a limited partner; `undefined` for one that is tried or recovers, in batches that its answers make. */
const limitedRelease = ({ batch, limited, max_concurrent, next_in, queued, rate_per_second, state }: Due) =>
  limited && state === "closed"
    ? release({
      limits: {
        ...(max_concurrent !== null && { maxConcurrent: max_concurrent }),
        ...(rate_per_second !== null && { ratePerSecond: rate_per_second })
      },
      batch,
      nextInMs: next_in,
      queued
    })
    : undefined

/** Planned releases. `size` and `batch` are null for the batch of a recovery; `again`: milliseconds until the next one. */
const planned = { host: "text", state: "text", size: "int", batch: "int", again: "int" } as const

/**
 * Releases one run of each pipeline, then the second of each, so that a backlog of one hides no other; none where another
 * process released or changed the partner's state meanwhile. The runs are due in the order of their release. Parameters: the
 * rows of {@link planned}.
 */
const releaseStatement = `with recursive w as materialized (
  select * from ${unnest(planned, "w", 1)}
), p as materialized (
  update partners set state = case when partners.state = 'open' then 'half-open' else partners.state end,
    batch = coalesce(w.batch, partners.batch), retry_at = clock_timestamp() + w.again * interval '1 millisecond'
  from w where w.host = partners.host and w.state = partners.state and partners.host in (select host from partners
    where host = any($1) and retry_at <= statement_timestamp() order by host for update skip locked)
  returning partners.host, coalesce(w.size, least(partners.batch, ${maxBatch})) as size, partners.holds
), q (host, size, pipeline) as (
  select s.host, s.size, (select h.pipeline from runs h where h.held_for = s.host order by h.pipeline limit 1) from p s
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
  select o.id, o.host, o.turn from (
    select line.*, row_number() over (partition by line.host order by line.hold_rank, line.place, line.id) as turn from line
  ) o where o.turn <= o.size
), u as (
  update runs set due_at = statement_timestamp() + r.turn * interval '1 microsecond', held_for = null
  from r where runs.id = r.id returning r.host
)
select p.host, p.holds from p where not exists (select from u where u.host = p.host)
  and not exists (select from runs h where h.held_for = p.host offset 0)`

/**
 * Makes runs due whose partner is to be tried, has recovered or has turns to give. Returns the milliseconds until more
 * may be released.
 */
export const releaseDue = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql.unsafe<Due>(due)
  if (rows.length === 0) return Infinity
  const releases = rows.map((row) => {
    const { againMs, ...sizes } = limitedRelease(row) ?? { size: null, batch: null, againMs: patienceMs }
    return { host: row.host, state: row.state, ...sizes, again: Math.round(againMs) }
  })
  const empty = yield* sql.unsafe<{ readonly host: string; readonly holds: bigint }>(
    releaseStatement,
    columns(planned, releases)
  )
  for (const { host, holds } of empty) {
    yield* sql`update partners set retry_at = null where host = ${host} and holds = ${holds}`
  }
  return Math.min(...releases.map(({ again }) => again))
})
