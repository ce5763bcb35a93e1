import { assert, describe, it } from "@effect/vitest"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { mergeOrder } from "../../src/order/OrderMerge.ts"
import { mergeOrder as naiveMergeOrder } from "./NaiveOrderMerge.ts"

/** A small linear congruential generator: the documents are the same in every run. */
const randomOf = (seed: number) => {
  let state = seed * 2654435761 >>> 0
  const below = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor(state / 2 ** 32 * n)
  }
  const one = <A>(of: ReadonlyArray<A>): A => of[below(of.length)] as A
  return { below, one }
}

type Random = ReturnType<typeof randomOf>

/** Few names and values, so that they meet often; among them what differs in case, and a number beyond a double. */
const names = [
  "key",
  "Key",
  "KEY",
  "value",
  "keyGroup",
  "id",
  "Id",
  "providerName",
  "a",
  "A",
  "b",
  "line1",
  "__proto__"
]
const values: ReadonlyArray<Json> = [
  null,
  "",
  "x",
  "X",
  0,
  1,
  "1",
  true,
  (JSON as unknown as { rawJSON(source: string): Json }).rawJSON("12345678901234567891")
]

const memberOf = (name: string, value: Json): JsonObject => Object.fromEntries([[name, value]])

const valueOf = (random: Random, depth: number): Json => {
  const kind = random.below(depth > 2 ? 4 : 8)
  if (kind < 4) return random.one(values)
  if (kind === 4) return Array.from({ length: random.below(4) }, () => valueOf(random, depth + 1))
  return objectOf(random, names, depth + 1)
}

const objectOf = (random: Random, among: ReadonlyArray<string>, depth = 1): JsonObject =>
  Object.assign(
    Object.create(null),
    ...Array.from({ length: random.below(5) }, () => memberOf(random.one(among), valueOf(random, depth)))
  ) as JsonObject

const listOf = (random: Random, item: () => Json): Json =>
  random.below(12) === 0 ? random.one(values) : Array.from({ length: random.below(6) }, item)

const property = (random: Random): Json => objectOf(random, ["key", "value", "keyGroup", "other"])

const partOf = (random: Random, id: string): JsonObject => ({
  ...objectOf(random, ["sku", "SKU", "Sku", "quantity", "attributes", "Attributes", "PROPERTIES"]),
  ...random.below(3) > 0 && { [id]: random.one(values) },
  ...random.below(2) > 0 && { properties: listOf(random, () => property(random)) },
  ...random.below(3) === 0 && { propertiesRemovalConditions: listOf(random, () => property(random)) },
  ...random.below(4) === 0 && { keepExistingCustomProperties: random.one([true, false]) }
})

const documentOf = (random: Random): JsonObject => {
  const members: JsonObject = {
    tags: listOf(random, () => random.one(values)),
    relatedOrders: listOf(random, () => random.one(values)),
    errors: listOf(random, () => property(random)),
    properties: listOf(random, () => property(random)),
    externalIds: listOf(random, () => objectOf(random, ["providerName", "id", "note"])),
    orderNotes: listOf(random, () => objectOf(random, ["id", "text", "Text"])),
    orderItems: listOf(random, () => objectOf(random, ["id", "name", "offer"])),
    shippingAddress: random.below(4) === 0 ? random.one(values) : objectOf(random, ["line1", "Line1", "LINE1", "city"]),
    customFields: objectOf(random, names),
    customerName: random.one(values),
    orderForm: {
      lineItems: listOf(random, () => partOf(random, "lineItemId")),
      shipments: listOf(random, () => ({
        ...partOf(random, "shipmentId"),
        lineItems: listOf(random, () => partOf(random, "lineItemId"))
      })),
      payments: listOf(random, () => partOf(random, "id")),
      total: random.one(values)
    }
  }
  return Object.fromEntries(Object.entries(members).filter(() => random.below(3) > 0))
}

const patchOf = (random: Random): JsonObject => ({
  ...documentOf(random),
  ...random.below(3) === 0 && { propertiesRemovalConditions: listOf(random, () => property(random)) },
  ...random.below(4) === 0 && { keepExistingCustomProperties: random.one([true, false]) },
  ...random.below(4) === 0 && { keepExistingListItems: random.one([true, false]) },
  ...random.below(3) === 0 && {
    forceUpdate: ["customerName", "shippingAddress.LINE1", "customFields.a", "[].key", "tags", "orderForm.total"]
  }
})

/** The text, where every member of every object counts, and its place. */
const written = (value: JsonObject): string => JSON.stringify(value)

describe("OrderMerge", () => {
  it("equals the naive merge, member by member and in the same order", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const random = randomOf(seed)
      const order = documentOf(random)
      const patch = patchOf(random)
      const merged = mergeOrder(order, patch)
      const expected = naiveMergeOrder(order, patch)
      assert.strictEqual(written(merged), written(expected), `seed ${seed}`)
      if (expected === order) assert.strictEqual(merged, order, `seed ${seed}`)
      for (const name of Object.keys(expected)) {
        if (expected[name] === order[name]) assert.strictEqual(merged[name], order[name], `seed ${seed}, ${name}`)
      }
    }
  })
})
