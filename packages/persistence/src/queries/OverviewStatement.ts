/**
 * The overview's statements, one for each window: `$1` the start of the window, `$2` an id below that of every run since then. States are
 * written out, so that the planner sees which partial index covers them. Records are read by pattern, because partners'
 * JSON may hold what PostgreSQL refuses to parse; quotes inside a text are escaped, so a member's name cannot be
 * forged.
 */

import type { OverviewWindow } from "@sluice/domain/run/Overview"
import { releasedRuns, waitingFor } from "../partners/WaitingRuns.ts"
import { unsettled } from "../sql/UnindexedFilters.ts"

export interface Window {
  /** The length of the window, in milliseconds. */
  readonly spanMs: number
  /** The length of the stretches in which runs are counted, in milliseconds; a divisor of the window's. */
  readonly bucketMs: number
}

export const windows: Readonly<Record<OverviewWindow, Window>> = {
  "10m": { spanMs: 600_000, bucketMs: 10_000 },
  "1h": { spanMs: 3_600_000, bucketMs: 60_000 },
  "24h": { spanMs: 86_400_000, bucketMs: 900_000 }
}

/** The number of newest runs that are counted, so that a day of many orders costs no more than this. */
export const mostRuns = 200_000

/** The bound of each count, and the number of newest rows that are examined. */
export const mostCounted = 10_000
export const mostCallouts = 2000
export const mostFailedRuns = 1000

const json = (select: string, list = false): string =>
  list ? `(select coalesce(json_agg(x), '[]') from (${select}) x)` : `(select row_to_json(x) from (${select}) x)`

const counted = (from: string, time: string): string =>
  json(`select
    (select count(*)::int4 from (select from ${from} limit ${mostCounted + 1}) c) as count,
    (select json_build_object('id', id, 'since', ${time}) from ${from} order by id limit 1) as oldest`)

const run = (state: string): string => `'${state}', ${counted(`runs where state = '${state}'`, "created_at")}`

const delivery = (state: string, since = ""): string =>
  `'${state}', ${counted(`deliveries where state = '${state}'${since}`, "created_at")}`

const bucketsOf = (bucketMs: number): string =>
  json(
    `select floor(extract(epoch from created_at) * 1000 / ${bucketMs})::float8 * ${bucketMs} as at,
    count(*)::int4 as submitted,
    count(*) filter (where state = 'completed')::int4 as completed,
    count(*) filter (where state = 'failed')::int4 as failed,
    count(*) filter (where state = 'compensation-failed')::int4 as uncompensated,
    count(*) filter (where state = 'cancelled')::int4 as cancelled
  from (
    select created_at, state from runs where created_at >= $1 and id > $2 order by id desc limit ${mostRuns}
  ) r group by 1 order by 1`,
    true
  )

const toPutRight = json(
  `select count(*)::int4 as count, null as oldest from (
    select id, order_id, issue_id, state, finished_at from runs
    where state in ('failed', 'compensation-failed') and created_at >= $1 and id > $2
    order by id desc limit ${mostFailedRuns + 1}
  ) w where ${unsettled}`
)

const plugins = json(
  `select coalesce(substring(s.record from '"name":"((?:[^"\\\\]|\\\\.)*)"'), '') as name, count(*)::int4 as failures
  from (
    select id from runs where failed_steps > 0 and created_at >= $1 and id > $2 order by id desc limit ${mostFailedRuns}
  ) r cross join lateral (select record from steps where run_id = r.id and state = 'failed' offset 0) s
  group by 1 order by 2 desc, 1 limit 20`,
  true
)

const partners = json(
  `with ${releasedRuns}, seen as materialized (
    select outcome, record from callouts where run_id > $2 order by run_id desc limit ${mostCallouts}
  ), calls as (
    select lower(substring(record from '"endpoint":"[a-zA-Z]+://(?:[^/?#@"]*@)?([^/?#"]+)')) as host,
      substring(record from '"durationMs":([0-9.]+)')::float8 as ms, outcome
    from seen
  ), hosts as (
    select host, count(*)::int4 as callouts, count(*) filter (where outcome <> 'succeeded')::int4 as failures,
      percentile_disc(array[0.5, 0.95, 0.99]) within group (order by ms) as ms
    from calls where host is not null group by host
  )
  select coalesce(h.host, p.host) as host, coalesce(h.callouts, 0) as callouts, coalesce(h.failures, 0) as failures, h.ms,
    coalesce(p.state, 'closed') as breaker, p.since,
    exists (select from partner_limits l where l.host = coalesce(h.host, p.host) and l.paused) as paused,
    case when p.host is null then 0 else ${waitingFor("p.host")} end as waiting
  from hosts h full join partners p on p.host = h.host
  where h.host is not null or p.state <> 'closed' or p.retry_at is not null
    or p.host in (select w.host from released w)
  order by 1 limit 200`,
  true
)

const statementOf = ({ bucketMs }: Window) =>
  `select json_build_object(
  'runs', json_build_object(${["queued", "running", "waiting", "compensating"].map(run).join(", ")}),
  'unsettled', ${toPutRight},
  'buckets', ${bucketsOf(bucketMs)},
  'plugins', ${plugins},
  'partners', ${partners},
  'deliveries', json_build_object(${delivery("pending")}, ${delivery("held")},
    ${delivery("exhausted", " and created_at >= $1 and id > $2")})
)::text as overview`

/** The statements by window. */
export const overviewStatements: Readonly<Record<OverviewWindow, string>> = {
  "10m": statementOf(windows["10m"]),
  "1h": statementOf(windows["1h"]),
  "24h": statementOf(windows["24h"])
}
