/**
 * Makes deliveries in the commit of the event that they tell of: parts of the journal's statements, so that an order
 * that is not stored leaves none. The endpoints as this statement sees them get a delivery. Contract: section 9;
 * design: ARCHITECTURE.md, "Deliveries".
 */
import { newId } from "../sql/CellText.ts"
import { endpointsWithRoom, localClaimColumns } from "./LocalClaims.ts"

/** SQL: the endpoints, `t`. Where there are none, the parts that follow do nothing. */
export const endpoints = `t as materialized (
  select id, types, per_order, disabled_at is not null as held from webhook_endpoints
)`

/** SQL: true if endpoint `t` subscribes to a type. */
export const wants = (type: string): string => `(${type} = any(t.types) or '*' = any(t.types))`

/** SQL: the claim group (`lane`) of an endpoint. */
export const endpointLane = (id: string): string => `'e:' || ${id}`

/** SQL: the chain of an endpoint and an order, of whose deliveries one is attempted at a time. */
export const endpointChain = (endpoint: string, order: string): string => `${endpoint} || ' ' || ${order}`

/**
 * The parts of a statement that make the `order.*` deliveries of the orders being stored, `wn`. A new order has no
 * pending delivery, so each delivery is the head of its chain. This process claims those that it has room for:
 * `localClaimParameters` from `first` on.
 */
export const intakeFanOut = (first: number): string =>
  `${endpointsWithRoom(first)},
mw as (
  insert into messages (id, type, order_id, created_at)
  select wn.event_id, wn.webhook_type, wn.id, wn.created_at from wn
  where wn.webhook_type is not null and exists (select from t where ${wants("wn.webhook_type")}) order by wn.n
  returning id, seq, type, order_id, created_at
),
dw as (
  insert into deliveries (id, message_id, seq, endpoint_id, lane, type, order_id, chain, state, due_at, created_at,
    finished_at, claim, claimed_until)
  select ${newId("mw.id")}, mw.id, mw.seq, t.id, ${endpointLane("t.id")}, mw.type, mw.order_id,
    case when t.per_order then ${endpointChain("t.id", "mw.order_id")} end,
    case when t.held then 'held' else 'pending' end, case when not t.held then statement_timestamp() end, mw.created_at,
    case when t.held then mw.created_at end, ${localClaimColumns("wn.n", first)}
  from mw join wn on wn.event_id = mw.id join t on ${wants("mw.type")}
  returning id, message_id, seq, endpoint_id, state, claim
)`
