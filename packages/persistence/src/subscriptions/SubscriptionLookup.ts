/**
 * The stored subscription that an order names: found before the run's end is written, and looked up again by the
 * statement that writes it, which stores nothing if it finds another. Contract: section 9.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { readOwnJson } from "@sluice/domain/internal/json/JsonInTurns"
import {
  namePrefix,
  type StoredSubscription,
  type SubscriptionTarget,
  subscriptionTargetOf
} from "@sluice/domain/internal/order/SubscriptionChange"
import type { JsonObject } from "@sluice/domain/json/Json"
import { type CustomerChange, customerOf } from "@sluice/domain/order/Customer"
import { isStorable, type Order } from "@sluice/domain/order/Order"
import type { Entitlement } from "@sluice/domain/order/Subscription"
import type { Entry } from "@sluice/engine/journal/Journal"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"

export interface Sought {
  readonly target: SubscriptionTarget
  readonly order: Order
  /** The order's customer. */
  readonly customer: CustomerChange | undefined
  /** The end of the run, epoch milliseconds. */
  readonly at: number
}

export interface Found extends StoredSubscription {
  readonly version: number
}

/** The subscription that the entry changes if its run completes; `undefined` for nearly every entry. */
export const soughtOf = ({ finish }: Entry): Sought | undefined => {
  if (finish?.state !== "completed" || finish.order === undefined) return undefined
  const { at, order: { order } } = { ...finish, order: finish.order }
  const target = subscriptionTargetOf(order)
  return target && { target, order, customer: customerOf(order), at }
}

/** The columns by which a subscription is looked for. */
export const soughtColumns = { by_id: "text", by_name: "text", known_id: "text", email: "text" } as const

export const soughtRow = ({ customer, target }: Sought): Record<keyof typeof soughtColumns, string | null> => ({
  by_id: target._tag === "Id" && isStorable(target.id) ? target.id : null,
  by_name: target._tag === "Name" ? namePrefix(target.name) : null,
  known_id: customer?.customerId ?? null,
  email: customer?.email ?? null
})

/** SQL: the customer of row `x`; see `soughtColumns`. */
export const customerId = (x: string): string =>
  `case when ${x}.known_id is not null then (select k.id from customers k where k.id = ${x}.known_id)
    else (select k.id from customers k where k.email = ${x}.email order by k.seq limit 1) end`

/**
 * SQL: the id of the subscription that row `x` looks for. Of a customer's several, active ones come before cancelled
 * ones, then the newest.
 */
export const targetId = (x: string): string =>
  `case when ${x}.by_id is not null then (select s.id from subscriptions s where s.id = ${x}.by_id)
    when ${x}.by_name is not null then (select s.id from subscriptions s where s.customer_id = ${customerId(x)}
      and starts_with(s.doc, ${x}.by_name) order by s.cancelled_at is not null, s.seq desc limit 1) end`

const statement = `select s.id, s.version, s.cancelled_at is not null as is_cancelled, s.doc, s.entitlements
  from (select $1::text as by_id, $2::text as by_name, $3::text as known_id, $4::text as email) x
  join subscriptions s on s.id = ${targetId("x")}`

interface Row {
  readonly id: string
  readonly version: number
  readonly is_cancelled: boolean
  readonly doc: string
  readonly entitlements: string
}

const foundIn = Effect.fnUntraced(function*({ doc, entitlements, id, is_cancelled, version }: Row) {
  const found: Found = {
    id,
    version,
    isCancelled: is_cancelled,
    subscription: (yield* readOwnJson(doc)) as JsonObject,
    entitlements: (yield* readOwnJson(entitlements)) as unknown as ReadonlyArray<Entitlement>
  }
  return found
})

export const find = (sql: SqlClient.SqlClient, sought: Sought): Effect.Effect<Found | undefined, SqlError> => {
  const { by_id, by_name, email, known_id } = soughtRow(sought)
  return Effect.flatMap(
    sql.unsafe<Row>(statement, [by_id, by_name, known_id, email].map((text) => PgTypes.text(text))),
    ([row]) => row === undefined ? Effect.undefined : foundIn(row)
  )
}
