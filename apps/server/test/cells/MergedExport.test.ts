import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { mergeExports } from "../../src/cells/MergedExport.ts"

const lists = ["orders", "processEvents", "deliveries", "subscriptions", "audit"] as const

const Export = Schema.Struct({
  customer: Schema.NullOr(Schema.Json),
  orders: Schema.Array(Schema.Json),
  processEvents: Schema.Array(Schema.Json),
  deliveries: Schema.Array(Schema.Json),
  subscriptions: Schema.Array(Schema.Json),
  audit: Schema.Array(Schema.Json)
})

/** A text in pieces of a few bytes, which end within characters, too. */
const inPieces = async function*(text: string, size: number) {
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

const merged = (documents: ReadonlyArray<typeof Export.Type>, size: number) =>
  Effect.promise(async () => {
    let text = ""
    const inOrder = documents.map(({ customer, ...rest }) =>
      JSON.stringify({ customer, ...Object.fromEntries(lists.map((name) => [name, rest[name]])) })
    )
    for await (const piece of mergeExports(inOrder.map((one) => inPieces(one, size)))) text += piece
    return JSON.parse(text)
  })

describe("MergedExport", () => {
  it.effect.prop(
    "the lists of all cells are joined in the order of the cells, whatever is in them and wherever pieces end",
    [Schema.Array(Export), Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 }))],
    ([documents, size]) =>
      Effect.gen(function*() {
        const { customer, customers, ...rest } = yield* merged(documents, size)
        // JSON has no negative zero.
        const plain = JSON.parse(JSON.stringify(documents)) as typeof documents
        assert.deepStrictEqual(rest, Object.fromEntries(lists.map((name) => [name, plain.flatMap((one) => one[name])])))
        const known = plain.map((one) => one.customer).filter((one) => one !== null)
        assert.deepStrictEqual(customer, known[0] ?? null)
        assert.deepStrictEqual(customers, known.length > 1 ? known : undefined)
      })
  )

  it.effect("quotes, escapes and brackets in texts end nothing", () =>
    Effect.gen(function*() {
      const hard = "]},\"\\\":[{é😀"
      const one = {
        customer: hard,
        orders: [hard, { [hard]: [hard] }],
        processEvents: [],
        deliveries: [],
        subscriptions: [],
        audit: []
      }
      for (const size of [1, 2, 3, 1000]) {
        const { orders } = yield* merged([one, one], size)
        assert.deepStrictEqual(orders, [...one.orders, ...one.orders])
      }
    }))
})
