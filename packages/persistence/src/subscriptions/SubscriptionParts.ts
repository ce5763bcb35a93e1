/**
 * The parts of the outcome statement that change stored subscriptions: the check that the change was derived from the
 * subscription as it is, and the change with its messages. Contract: section 9, "A subscription lives on".
 */
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import { type SubscriptionChange, subscriptionText } from "@sluice/domain/internal/order/SubscriptionChange"
import { stringify } from "@sluice/domain/json/Json"
import { encodeHistory } from "../records/CalloutCodec.ts"
import { type ColumnTypes, unnest } from "../sql/ArrayParameters.ts"
import { type Found, type Sought, soughtColumns, soughtRow, targetId } from "./SubscriptionLookup.ts"

/** The change of the subscription that a completed order names. */
export interface NamedChange {
  readonly sought: Sought
  /** The subscription from which `change` was derived; if another is stored by then, the entry is stale. */
  readonly found: Found | undefined
  readonly change: SubscriptionChange
}

export const named = {
  e: "int",
  ...soughtColumns,
  found_id: "text",
  seen: "int",
  id: "uuid",
  entitlements_id: "uuid",
  type: "text",
  doc: "text",
  entitlements: "text",
  entitles: "bool",
  refusal: "text"
} as const satisfies ColumnTypes

/**
 * The parts that check the subscriptions that entries name, before the entries `given` become `e`. `nm`: the entries
 * whose subscription is not the one that was found, or changed since; the others are locked, so that it stays so.
 * `first`: the position of the parameters of `named`.
 */
export const namedChecks = (first: number): string =>
  `nx as materialized (select x.* from ${unnest(named, "x", first)}),
nk as materialized (
  select s.id from nx join subscriptions s on s.id = nx.found_id and s.version = nx.seen for no key update of s
),
nm as materialized (
  select nx.e from nx where nx.found_id is distinct from ${targetId("nx")}
    or (nx.found_id is not null and not exists (select from nk where nk.id = nx.found_id))
)`

/** SQL: true if entry `given` may be stored. */
export const isNamedAsFound = "not exists (select from nm where nm.e = given.n)"

/**
 * SQL: the `with` queries that change the subscriptions named by the orders of ended runs (`z`). An order changes one
 * subscription once, however often it is processed.
 */
export const namedParts = `nz as materialized (
  select nx.*, z.order_id, z.run_id, z.finished_at from nx join z on z.n = nx.e and z.state = 'completed'
  where not exists (select from subscription_changes c where c.order_id = z.order_id offset 0)
),
nh as (
  insert into order_history (order_id, entry) select nz.order_id, nz.refusal from nz where nz.refusal is not null
    and not exists (select from subscriptions s where s.order_id = nz.order_id offset 0) order by nz.n
),
nw as (
  update subscriptions s set version = s.version + 1, doc = coalesce(nz.doc, s.doc), entitlements = nz.entitlements,
    cancelled_at = case when nz.type = 'subscription.cancelled' then nz.finished_at end
  from nz join subscriptions b on b.id = nz.found_id where nz.type is not null and s.id = nz.found_id
  returning s.id, s.version, s.customer_id, s.entitlements, subscription_document(s) as doc,
    subscription_document(b) as before
),
nc as (
  insert into subscription_changes (order_id, subscription_id, version, at, run_id, type, entitles, before)
  select nz.order_id, nw.id, nw.version, nz.finished_at, nz.run_id, nz.type, nz.entitles, nw.before
  from nw join nz on nz.found_id = nw.id
)`

/** The row of an entry, its ordinal from 1. */
const namedRow = (e: number, { change, found, sought }: NamedChange) => {
  const isChange = change._tag === "Changed" || change._tag === "Cancelled"
  return {
    e,
    ...soughtRow(sought),
    found_id: found?.id ?? null,
    seen: found?.version ?? null,
    id: newUuidUnsafe(),
    entitlements_id: newUuidUnsafe(),
    type: isChange ? change._tag === "Cancelled" ? "subscription.cancelled" : "subscription.updated" : null,
    doc: change._tag === "Changed" ? subscriptionText(change.subscription) : null,
    entitlements: isChange ? stringify(change.entitlements as never) : null,
    entitles: isChange && change.entitles,
    refusal: change._tag === "Refused"
      ? encodeHistory({
        at: isoOf(sought.at),
        operation: "SubscriptionNotChanged",
        message: change.reason,
        source: "pipeline"
      })
      : null
  }
}

export const namedRows = (changes: ReadonlyArray<NamedChange | undefined>) =>
  changes.flatMap((change, i) => change === undefined ? [] : [namedRow(i + 1, change)])
