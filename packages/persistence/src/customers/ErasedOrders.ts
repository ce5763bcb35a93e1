/**
 * Erases a person from some orders and everything that belongs to them, in the caller's transaction, and says what
 * partners hold of them.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { calloutId, deliveryId } from "@sluice/domain/identity/Ids"
import { type Eraser, makeEraser, type Substitutes } from "@sluice/domain/internal/erasure/Eraser"
import type { PersonalValues } from "@sluice/domain/internal/erasure/PersonalValues"
import { urlHost } from "@sluice/http-client/internal/UrlHost"
import { Effect } from "effect"
import type { SqlClient, Statement } from "effect/sql"
import { eventTables, orderTables, rewriteTables } from "./OrderRows.ts"

const texts = (value: ReadonlyArray<string>) => ({ ...PgTypes.text(null), oid: PgTypes.OID.textArray, value })

/** The reason of a delivery that an erasure cancelled. */
const cancelReason = "the customer's data was erased"

/** The digests that stand in place of the orders' keys. */
const substitutesOf = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, ids: ReadonlyArray<string>) {
  const rows = yield* sql<{ readonly key: string; readonly digest: string }>`
    select key, erased_key(key) as digest from (
      select unnest(array[external_id, external_key, idempotency_key]) as key from orders where id = any(${texts(ids)})
      union select key from process_keys where order_id = any(${texts(ids)})
    ) k where key is not null`
  return new Map(rows.map(({ digest, key }) => [key, digest])) as Substitutes
})

interface CalledRow {
  readonly run_id: string
  readonly id: string
  readonly record: string
}

interface SentRow {
  readonly run_id: string
  readonly id: string
  readonly endpoint_id: string | null
  readonly target: string | null
}

/** UUIDv7s: by time. */
const byId = (a: { readonly id: string }, b: { readonly id: string }): number => a.id < b.id ? -1 : 1

/** The callouts and deliveries that partners hold of each run, in words; runs of which they hold nothing are absent. */
const heldByPartners = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  ids: ReadonlyArray<string>,
  eraser: Eraser
) {
  // Sorted here: the database would walk over whole tables in the order of their ids rather than sort.
  const called = (yield* sql<CalledRow>`select c.run_id, c.id,
      substring(c.record from '"endpoint":"(?:[^"\\\\]|\\\\.)*"') as record
    from (select id from runs where order_id = any(${texts(ids)}) offset 0) r join callouts c on c.run_id = r.id`)
    .toSorted(byId)
  // Deliveries of an order are listed under its first run.
  const sent = (yield* sql<SentRow>`select o.run_id, d.id, d.endpoint_id, d.target
    from deliveries d join orders o on o.id = d.order_id
    where d.order_id = any(${texts(ids)}) and d.attempts > 0`).toSorted(byId)
  const held = new Map<string, Map<string, Array<string>>>()
  const add = (runId: string, partner: string, what: string) => {
    const partners = held.get(runId) ?? new Map<string, Array<string>>()
    held.set(runId, partners)
    partners.set(partner, [...partners.get(partner) ?? [], what])
  }
  const hostOf = (url: string) => eraser.text(urlHost(url) ?? url)
  for (const { id, record, run_id } of called) {
    const { endpoint = "" } = JSON.parse(`{${record ?? ""}}`) as { readonly endpoint?: string }
    add(run_id, hostOf(endpoint), calloutId(id))
  }
  for (const { endpoint_id, id, run_id, target } of sent) {
    const url = target === null ? undefined : (JSON.parse(target) as { readonly url: string }).url
    add(run_id, url === undefined ? `endpoint ${endpoint_id}` : hostOf(url), deliveryId(id))
  }
  return new Map(
    [...held].map(([runId, partners]) =>
      [runId, [...partners].map(([partner, what]) => `${partner}: ${what.join(", ")}`).join("; ")] as const
    )
  )
})

/** A run of the erased orders, and what partners hold of it. */
export interface ErasedRun {
  readonly runId: string
  readonly held: string | undefined
}

/** Locks the orders; those over which a run is open are left out. */
export const lockOrders = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, ids: ReadonlyArray<string>) {
  const locked = yield* sql<{ readonly id: string }>`select id from orders where id = any(${texts(ids)})
    order by id for update`
  const open = yield* sql<{ readonly id: string }>`select order_id as id from (
      select order_id, finished_at from runs where order_id = any(${texts(locked.map(({ id }) => id))}) offset 0
    ) r where finished_at is null`
  const busy = new Set(open.map(({ id }) => id))
  return { erasable: locked.map(({ id }) => id).filter((id) => !busy.has(id)), busy: [...busy] }
})

/** Cancels what is pending, and takes back the claims of attempts that are under way: their answers are not recorded. */
const cancelPending = (sql: SqlClient.SqlClient, which: Statement.Fragment) =>
  sql`update deliveries set claim = null, claimed_until = null, redeliver_after = null,
      reason = case when finished_at is null then ${cancelReason} else reason end,
      state = case when finished_at is null then 'cancelled' else state end, due_at = null,
      finished_at = coalesce(finished_at, clock_timestamp())
    where ${which} and (finished_at is null or claim is not null)`

/** Erases orders that are locked. Answers their runs. */
export const eraseOrders = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  ids: ReadonlyArray<string>,
  sought: PersonalValues
) {
  const of = texts(ids)
  const substitutes = yield* substitutesOf(sql, ids)
  const eraser = makeEraser(sought, substitutes)
  const held = yield* heldByPartners(sql, ids, eraser)
  yield* cancelPending(sql, sql`order_id = any(${of})`)
  yield* rewriteTables(sql, orderTables, of, eraser)
  yield* sql`with p as (update process_keys set key = erased_key(key) where order_id = any(${of}))
    update orders set external_id = erased_key(external_id), external_key = erased_key(external_key),
    idempotency_key = erased_key(idempotency_key) where id = any(${of})`
  const runs = yield* sql<{ readonly id: string }>`select id from runs where order_id = any(${of})`
  return runs.toSorted(byId).map(({ id }): ErasedRun => ({ runId: id, held: held.get(id) }))
})

/** Erases events that belong to no order. Their keys stay in force. */
export const eraseEvents = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  ids: ReadonlyArray<string>,
  eraser: Eraser
) {
  const of = texts(ids)
  yield* cancelPending(sql, sql`message_id = any(${of}::uuid[])`)
  yield* rewriteTables(sql, eventTables, of, eraser)
  yield* sql`update event_keys set key = erased_key(key) where event_id = any(${of}::uuid[])`
})
