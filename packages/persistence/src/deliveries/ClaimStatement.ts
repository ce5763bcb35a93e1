/**
 * Claims due deliveries, a bounded number for each endpoint (`lane`), which are found by leaps through the index, so
 * that the backlog of a dead endpoint hides no other. A claim lasts as long as an attempt can take and then expires by
 * itself. No index contains it, so a claim costs one new version of the row in its own page; claimed rows are skipped,
 * and are never more than the deliveries in flight. Design: ARCHITECTURE.md, "Deliveries".
 */
import { claimMs, unpreparedCodes } from "@sluice/delivery/DeliveryStore"
import { versionEntry } from "../outbox/MessageFanOut.ts"

/** $1 lanes, $2 their room, $3 the room of every other lane. */
const open = `busy as (select * from unnest($1::text[], $2::int4[]) as b(lane, room)),
lanes(lane) as (
  (select lane from deliveries where due_at is not null order by lane limit 1)
  union all
  select (select d.lane from deliveries d where d.due_at is not null and d.lane > l.lane order by d.lane limit 1)
  from lanes l where l.lane is not null
),
open as materialized (
  select l.lane, coalesce(b.room, $3::int4) as room from lanes l left join busy b using (lane)
  where l.lane is not null and coalesce(b.room, $3::int4) > 0
)`

/** A twentieth of a second's worth may go out together, or one: the limit holds over any second, to within that. */
const since =
  `greatest(coalesce(w.rate_until, '-infinity'), statement_timestamp() - greatest(1 / w.rate, 0.05) * interval '1 s')`

/**
 * SQL: the id of the timeline entry that message `m` tells of. A message without a body tells of an order's first
 * version, whose entry is named by the order's event.
 */
export const causeOf = (m: string): string =>
  `coalesce(${m}.cause, case when ${m}.body is null then ${versionEntry(`${m}.id`, "1")} end)`

const unlimited = 1_000_000

/**
 * The time that a step gives its call, in milliseconds. Found as text, since a target that is no JSON must end its own
 * delivery and no other's; inside the target's strings quotes are escaped.
 */
const timeoutMs = `substring(d.target from '"timeoutMs":\\s*(\\d{1,9})')::float8`

/**
 * An attempt sent the message's own bytes. Asked of retries only; a record's own quotes are escaped in its texts.
 * `offset 0`: the attempts are looked up, where the planner would read all there are, once for the statement.
 */
const sentBefore = `case when c.attempts > 0 then exists (select from delivery_attempts a where a.delivery_id = c.id
    and a.record !~ '"error":\\{"code":"(${unpreparedCodes.join("|")})"' offset 0) else false end`

/**
 * The statement that claims due deliveries: $4 in all, shared among the lanes in random order, so that none is always
 * last; $5 is the claim's mark. The row of a limited endpoint is locked: workers take turns at it, and one that would
 * have to wait takes nothing.
 */
export const claimStatement = `with recursive ${open},
limited as materialized (
  select w.id, w.rate, ${since} as since from webhook_endpoints w
  where w.rate is not null and 'e:' || w.id in (select lane from open) for no key update skip locked
),
rates as (
  select open.lane, least(open.room, greatest(1, $4::int4 / (select count(*)::int4 from open)), case
      when w.rate is null then ${unlimited}
      when l.id is null then 0
      else floor(extract(epoch from statement_timestamp() - l.since) * l.rate + 0.000001)::int4 end) as room
  from open left join webhook_endpoints w on open.lane = 'e:' || w.id left join limited l on l.id = w.id
),
pick as materialized (
  select p.id, rates.lane from (select * from rates where room > 0 order by random()) rates cross join lateral (
    select d.id from deliveries d where d.lane = rates.lane and d.due_at <= statement_timestamp()
      and (d.claimed_until is null or d.claimed_until <= statement_timestamp())
    order by d.due_at, d.seq limit rates.room for no key update skip locked) p
  limit $4
),
used as (
  update webhook_endpoints w set rate_until = l.since + taken.n / l.rate * interval '1 s'
  from limited l, (select lane, count(*)::int4 as n from pick group by lane) taken
  where w.id = l.id and taken.lane = 'e:' || l.id
),
c as (
  update deliveries d set claim = $5, claimed_until = clock_timestamp()
    + (${claimMs} + coalesce(${timeoutMs}, 0)) * interval '1 ms'
  where d.id = any(array(select pick.id from pick))
  returning d.id, d.message_id, d.seq, d.type, d.order_id, d.lane, d.endpoint_id, d.target, d.attempts, d.round, d.body
)
select c.id, c.message_id, c.seq, c.type, c.order_id, c.lane, c.endpoint_id, c.target, c.attempts, c.round,
  c.body is not null or ${sentBefore} as frozen, m.created_at, coalesce(c.body, m.body) as body,
  case when c.body is null and m.body is null then v.doc end as doc,
  ${causeOf("m")} as cause
from c cross join lateral (select * from messages where id = c.message_id offset 0) m
left join lateral (select doc from order_versions where order_id = m.order_id and version = 1 offset 0) v
  on m.body is null
order by c.seq`

/**
 * The statement that gives the milliseconds until a delivery is due in a lane that has room, or until its rate allows
 * one; null where none waits. Of claimed deliveries only the one claimed first counts: when its claim expires, the
 * others are looked at.
 */
export const nextStatement = `with recursive ${open}
select min(greatest(0, extract(epoch from greatest(head.due_at, ${since} + 1 / w.rate * interval '1 s')
  - statement_timestamp())) * 1000)::float8 as ms
from open left join webhook_endpoints w on open.lane = 'e:' || w.id cross join lateral (
  (select greatest(d.due_at, d.claimed_until) as due_at from deliveries d
    where d.lane = open.lane and d.due_at is not null order by d.due_at, d.seq limit 1)
  union all
  (select d.due_at from deliveries d where d.lane = open.lane and d.due_at is not null and d.claimed_until is null
    order by d.due_at, d.seq limit 1)) head`
