/**
 * The person that a request to export or erase names, and the orders that are theirs. Contract: section 7,
 * `/v1/customers/{id}/{export,erase}`: orders with the customer's `customerId`, by e-mail address only where an order has
 * no `customerId`.
 */
import { readOwnJson } from "@sluice/domain/internal/json/JsonInTurns"
import { isObject } from "@sluice/domain/json/Json"
import { customerOf } from "@sluice/domain/order/Customer"
import { isStorable, type Order } from "@sluice/domain/order/Order"
import { Effect, Schema } from "effect"
import type { SqlClient, Statement } from "effect/sql"

/** The values by which a customer's data is found, as JSON: an erasure that is under way is stored. */
export interface CustomerSubject {
  /** As the request names it: a customer's id, or an e-mail address. */
  readonly name: string
  /** The stored customer. */
  readonly stored?: { readonly key: string; readonly id: string }
  /** The `customerId` of their orders. */
  readonly customerId?: string
  /** The address of their orders without a `customerId`, in lower case. */
  readonly email?: string
}

/** Several stored customers have the address that the request names. */
export class CustomerAmbiguous extends Schema.TaggedError<CustomerAmbiguous>()("CustomerAmbiguous", {
  ids: Schema.Array(Schema.String)
}) {}

interface Row {
  readonly key: string
  readonly id: string
  readonly email: string | null
}

/** The subject of a name; nothing of them need be stored here. */
export const findSubject = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, name: string) {
  if (!isStorable(name)) return { name } satisfies CustomerSubject
  const [byId] = yield* sql<Row>`select key, id, email from customers where id = ${name}`
  const isAddress = name.includes("@")
  const byEmail = byId === undefined && isAddress
    ? yield* sql<Row>`select key, id, email from customers where email = ${name.toLowerCase()} order by seq limit 20`
    : []
  if (byEmail.length > 1) return yield* new CustomerAmbiguous({ ids: byEmail.map(({ id }) => id) })
  const stored = byId ?? byEmail[0]
  if (stored === undefined) {
    return { name, customerId: name, ...(isAddress && { email: name.toLowerCase() }) } satisfies CustomerSubject
  }
  const subject: CustomerSubject = {
    name,
    stored: { key: stored.key, id: stored.id },
    ...(stored.key.startsWith("id:") && { customerId: stored.id }),
    ...(stored.email !== null && { email: stored.email })
  }
  return subject
})

/** True if the order, a document as JSON, is the subject's. */
export const isTheirs = Effect.fnUntraced(function*({ customerId, email }: CustomerSubject, doc: string) {
  const order = yield* readOwnJson(doc)
  const customer = isObject(order) ? customerOf(order as unknown as Order) : undefined
  if (customer === undefined) return false
  return customer.customerId === undefined
    ? customer.email !== undefined && customer.email === email
    : customer.customerId === customerId
})

const written = (text: string): string => JSON.stringify(text).slice(1, -1)

/** A condition that is true of every JSON text in the column that may name the subject, and of few others. */
export const mayName = (
  sql: SqlClient.SqlClient,
  { customerId, email }: CustomerSubject,
  column: string
): Statement.Fragment => {
  const text = sql.literal(column)
  const clauses = [
    ...(customerId === undefined ? [] : [sql`strpos(${text}, ${`"${written(customerId)}"`}) > 0`]),
    ...(email === undefined ? [] : [sql`strpos(lower(${text}), ${written(email).toLowerCase()}) > 0`])
  ]
  return clauses.length === 0 ? sql`false` : sql.or(clauses)
}
