/** A person who is planted into everything that holds customers' data, and a search for them in the whole database. */
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Strings that stand nowhere else. */
export const person = {
  id: "Kunde-90817263",
  email: "ylva.plantet@example.org",
  name: "Ylva Plantet-Person",
  phone: "+47 90 81 72 63",
  street: "Plantegata 17b",
  city: "Plantevåg",
  first: "Ylvaplant",
  last: "Plantetsen",
  card: "4111-plant-1111",
  externalId: "ordre-plantet-77",
  key: "nøkkel-plantet-78"
} as const

/** Parts by which each string is found, whatever its escapes and encodings are. */
const parts = [
  person.id,
  "ylva.plantet",
  "Plantet-Person",
  "90 81 72 63",
  "Plantegata",
  "Plantev",
  "Ylvaplant",
  "Plantetsen",
  "4111-plant",
  "ordre-plantet",
  "plantet-78"
]

export const order = (more: JsonObject = {}): JsonObject => ({
  orderType: "NEW_ORDER",
  marketId: "NO",
  customerId: person.id,
  customerEmail: person.email,
  customerName: person.name,
  customerPhone: person.phone,
  customerDetails: { firstName: person.first, lastName: person.last, email: person.email },
  billingAddress: { street: person.street, city: person.city, country: "NO" },
  deliveryDetails: { addressLine1: person.street },
  payment: { holder: person.name, card: person.card, amount: 12.5 },
  orderForm: {
    total: 99.9,
    currency: "NOK",
    lineItems: [{ lineItemId: "1", quantity: 2, price: 49.95, comment: `Leave at ${person.street}` }],
    shipments: [{ address: { city: person.city } }]
  },
  orderItems: [{ name: "Paper", offer: { id: "paper", products: ["/p"] }, quantity: 2 }],
  orderNotes: [{ id: "n", text: `Call ${person.name} at ${person.phone} or write to ${person.email}` }],
  properties: [{ key: "town", value: person.city }, { key: "gift", value: "yes" }],
  ...more
})

/** Values of every text, json and bytea column of every table that hold a part of the person: `table.column: part`. */
export const found = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const columns = yield* sql<{ readonly table: string; readonly column: string; readonly type: string }>`
    select table_name as "table", column_name as "column", data_type as type from information_schema.columns
    where table_schema = 'public' and data_type in ('text', 'json', 'jsonb', 'bytea', 'ARRAY', 'character varying')`
  const places: Array<string> = []
  for (const { column, table, type } of columns) {
    const text = type === "bytea" ? `encode("${column}", 'escape')` : `"${column}"::text`
    for (const part of parts) {
      const [row] = yield* sql.unsafe<{ readonly n: number }>(
        `select count(*)::int4 as n from "${table}" where strpos(lower(${text}), lower($1)) > 0`,
        [part]
      )
      if ((row?.n ?? 0) > 0) places.push(`${table}.${column}: ${part}`)
    }
  }
  return places.toSorted()
})

/** True if the text holds a part of the person. */
export const names = (text: string): boolean => parts.some((part) => text.toLowerCase().includes(part.toLowerCase()))

/** A document without its strings: what an erasure must not change. */
export const shape = (value: Json): Json =>
  typeof value === "string"
    ? "string"
    : Array.isArray(value)
    ? value.map(shape)
    : typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shape(one)]))
    : value
