/** The last step of an erasure: the stored customer, their subscriptions, and what operators wrote about them. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { customerId as newCustomerId } from "@sluice/domain/identity/Ids"
import type { Eraser } from "@sluice/domain/internal/erasure/Eraser"
import { erased, type PersonalValues } from "@sluice/domain/internal/erasure/PersonalValues"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { customerColumns } from "../schema/CustomerColumns.ts"
import type { CustomerSubject } from "./CustomerSubject.ts"

const texts = (value: ReadonlyArray<string>) => ({ ...PgTypes.text(null), oid: PgTypes.OID.textArray, value })

/**
 * Erases the person from the customer and their subscriptions. An id that Sluice did not make is replaced by a new
 * one.
 */
export const eraseStored = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  stored: NonNullable<CustomerSubject["stored"]>,
  eraser: Eraser
) {
  const id = stored.key.startsWith("id:") ? newCustomerId(yield* newUuid) : stored.id
  const members = Object.entries(customerColumns)
  const [row] = yield* sql<Readonly<Record<string, string | null>>>`select ${
    sql.literal(members.map(([, column]) => column).join(", "))
  } from customers where key = ${stored.key} for update`
  if (row !== undefined) {
    const next = Object.fromEntries(members.map(([member, column]) => {
      const value = row[column] ?? null
      return [column, value === null ? null : (eraser.text(`{"${member}":${value}}`)).slice(member.length + 4, -1)]
    }))
    yield* sql`update customers set ${sql.update({ ...next, key: `erased:${id}`, id, email: null })}
      where key = ${stored.key}`
  }
  const subscriptions = yield* sql<{ readonly id: string; readonly doc: string; readonly entitlements: string }>`
    select id, doc, entitlements from subscriptions where customer_id = ${stored.id}`
  for (const { doc, entitlements, id: subscriptionId } of subscriptions) {
    yield* sql`update subscriptions set doc = ${eraser.text(doc)}, entitlements = ${eraser.text(entitlements)},
      customer_id = ${id} where id = ${subscriptionId}`
    const changes = yield* sql<{ readonly order_id: string; readonly before: string }>`select order_id, before
      from subscription_changes where subscription_id = ${subscriptionId}`
    for (const { before, order_id } of changes) {
      yield* sql`update subscription_changes set before = ${eraser.text(before)} where order_id = ${order_id}`
    }
  }
})

const decodedName = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Erases the person from the audit of requests that named them, and from the texts of operators and jobs. */
export const eraseActs = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  sought: PersonalValues,
  eraser: Eraser
) {
  const named = yield* sql<{ readonly id: string; readonly resource: string; readonly reason: string | null }>`
    select id, resource, reason from audit
    where left(resource, 500) >= '/v1/customers/' and left(resource, 500) < '/v1/customers0'`
  for (const { id, reason, resource } of named) {
    const parts = resource.split("/")
    const name = decodedName(parts[3] ?? "")
    if (eraser.text(name) === name) continue
    parts[3] = erased
    yield* sql`update audit set resource = ${parts.join("/")},
      reason = ${reason === null ? null : eraser.text(reason)} where id = ${id}`
  }
  // Whole tables, read by their key: acts that name no order, and jobs, are few.
  const seeks = sought.within.slice(0, 50).map((value) => value.toLowerCase())
  const acts = yield* sql<{
    readonly id: string
    readonly before: string | null
    readonly after: string | null
    readonly reason: string | null
  }>`select id, before, after, reason from audit where at <= clock_timestamp() and order_id is null
    and exists (select from unnest(${texts(seeks)}) as s(sought)
      where strpos(lower(concat_ws(' ', before, after, reason)), s.sought) > 0)
    order by at`
  for (const { after, before, id, reason } of acts) {
    const [b, a, r] = [before, after, reason].map((text) => text === null ? null : eraser.text(text))
    yield* sql`update audit set before = ${b ?? null}, after = ${a ?? null}, reason = ${r ?? null} where id = ${id}`
  }
  for (const one of remarks) yield* eraseRemarks(sql, one, eraser)
})

/** Small tables, read whole, with texts that operators wrote, and those that answer them. */
const remarks = [
  { table: "jobs", key: "id", type: "uuid", texts: ["filter", "reason", "options"] },
  { table: "pipelines", key: "id", type: "text", texts: ["paused_reason"] },
  { table: "partner_limits", key: "host", type: "text", texts: ["reason"] },
  { table: "webhook_endpoints", key: "id", type: "text", texts: ["disabled_reason"] }
] as const

const eraseRemarks = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  { key, table, texts: names, type }: (typeof remarks)[number],
  eraser: Eraser
) {
  const rows = yield* sql.unsafe<{ readonly key: string; readonly texts: ReadonlyArray<string | null> }>(
    `select ${key}::text as key, array[${names.join(", ")}] as texts from ${table} order by ${key}`
  )
  for (const { key: of, texts: before } of rows) {
    const after = before.map((text) => text === null ? null : eraser.text(text))
    if (after.every((text, index) => text === before[index])) continue
    yield* sql.unsafe(
      `update ${table} set ${names.map((name, index) => `${name} = $${index + 2}`).join(", ")}
        where ${key} = $1::${type}`,
      [of, ...after]
    )
  }
})
