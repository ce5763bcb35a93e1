/**
 * Makes deliveries of messages about stored orders, whose earlier deliveries may be pending: only the head of a chain
 * is due at once. The settlement that ends the last delivery of a chain locks it, and so does this statement, so one of
 * the two sees the other. Contract: section 9, "Order".
 */
import { newId } from "../sql/CellText.ts"
import { endpointChain, endpointLane, wants } from "./FanOut.ts"

/**
 * The parts of a statement, after `t`, that make the deliveries of messages: `om` (messages to endpoints: id, n,
 * place, type, order_id, finished_at, body, cause) and `xm` (messages of steps: id, n, type, order_id, lane, url,
 * target, body, cause; the delivery has the same id). `cause` is the timeline entry that the message tells of.
 */
export const messageFanOut = `chains as (
  select ${endpointChain("t.id", "om.order_id")} as chain from om join t on ${wants("om.type")}
  where t.per_order and not t.held
  union select xm.url || ' ' || xm.order_id from xm
),
tails as materialized (
  select tail.chain from chains cross join lateral (
    select d.chain from deliveries d where d.chain = chains.chain and d.finished_at is null
    order by d.seq desc limit 1 for no key update) tail
),
mw as (
  insert into messages (id, type, order_id, created_at, body, cause)
  select id, type, order_id, at, body, cause from (
    select om.id, om.type, om.order_id, om.finished_at as at, om.body, om.cause, om.n, om.place from om
    where exists (select from t where ${wants("om.type")})
    union all select xm.id, xm.type, xm.order_id, clock_timestamp(), xm.body, xm.cause, xm.n, 0 from xm
  ) m order by place, n
  returning id, seq, type, order_id, created_at
),
dw as (
  insert into deliveries (id, message_id, seq, endpoint_id, target, lane, type, order_id, chain, state, due_at,
    created_at, finished_at)
  select case when p.target is null then ${
  newId("p.id")
} else p.id end, p.id, p.seq, p.endpoint_id, p.target, p.lane, p.type, p.order_id, p.chain, p.state,
    case when p.state = 'pending' and (p.chain is null
      or (p.place = 1 and not exists (select from tails where tails.chain = p.chain))) then statement_timestamp() end,
    p.created_at, case when p.state = 'held' then p.created_at end
  from (select q.*, row_number() over (partition by q.chain order by q.seq) as place from (
    select mw.*, t.id as endpoint_id, null as target, ${endpointLane("t.id")} as lane,
      case when t.per_order then ${endpointChain("t.id", "mw.order_id")} end as chain,
      case when t.held then 'held' else 'pending' end as state
    from mw join t on ${wants("mw.type")} where mw.id not in (select xm.id from xm)
    union all select mw.*, null, xm.target, xm.lane, xm.url || ' ' || xm.order_id, 'pending'
    from mw join xm on xm.id = mw.id
  ) q) p
  returning id, message_id, seq, endpoint_id, state, claim
)`

/** The empty set of steps' messages, for statements without any. */
export const noStepMessages = `xm as (
  select null::uuid as id, 0 as n, null::text as type, null::text as order_id, null::text as lane, null::text as url,
    null::text as target, null::bytea as body, null::text as cause where false
)`

const hex = (uuid: string) => `replace(${uuid}::text, '-', '')`

/** SQL: ids of timeline entries from hyphenated UUIDs, as `identity/Ids` makes them. */
export const runEntry = (run: string): string => `'process_event-' || ${hex(run)}`
export const stepEntry = (run: string, index: string): string => `'step-' || ${hex(run)} || '-' || ${index}`
export const versionEntry = (event: string, version: string): string =>
  `'version-' || ${hex(event)} || '-' || ${version}`

/**
 * SQL: the body of an error webhook. `first`: version 1 of the order as text; `errors`: the failures of the plugins as
 * text.
 */
export const errorBody = (run: { readonly event: string; readonly id: string }, first: string, errors: string) =>
  `convert_to('{"eventId":"event-' || ${hex(run.event)} || '","processEventId":"process_event-' || ${hex(run.id)}
      || '","event":' || ${first} || ',"pluginErrorOutput":' || ${errors} || '}', 'UTF8')`
