import { assert, describe, it } from "@effect/vitest"
import { completionFault, completionOf } from "@sluice/domain/internal/order/Completion"
import type { Json } from "@sluice/domain/json/Json"
import type { Order } from "@sluice/domain/order/Order"
import { orderWith } from "../Orders.ts"

let ids = 0
const newId = () => `00000000-0000-7000-8000-${String(++ids).padStart(12, "0")}`

const order = (orderType: string, members: Readonly<Record<string, Json>> = {}): Order =>
  orderWith({ orderType, ...members })

const of = (members: Readonly<Record<string, Json>>) => completionOf(order("UPDATE_CUSTOMER", members), newId)

describe("Completion", () => {
  it("creates one subscription per item, with defaults from the order and the offer", () => {
    const completion = completionOf(
      order("NEW_ORDER", {
        tracking: { tag: "/t" },
        billingDetails: { country: "NO" },
        deliveryDetails: { country: "SE" },
        orderItems: [
          { offer: { name: "Digital", data: { products: ["/p/web", "/p/app"] } }, price: { amount: 9 } },
          { name: "Print", quantity: 2, offer: { name: "Offer", products: [{ path: "/p/paper" }] } }
        ]
      }),
      newId
    )
    const [digital, print] = completion?.subscriptions ?? []
    assert.strictEqual(digital?.subscription["name"], "Digital")
    assert.strictEqual(digital?.subscription["quantity"], 1)
    assert.strictEqual(digital?.subscription["purchaseCountry"], "SE")
    assert.deepStrictEqual(digital?.subscription["tracking"], { tag: "/t" })
    assert.deepStrictEqual(digital?.entitlements.map(({ product, status }) => [product, status]), [
      ["/p/web", "Active"],
      ["/p/app", "Active"]
    ])
    assert.strictEqual(print?.subscription["name"], "Print")
    assert.strictEqual(print?.subscription["quantity"], 2)
    assert.match(print?.id ?? "", /^sub-[0-9a-f]{32}$/)
    assert.isUndefined(completion?.customer)
  })

  it("finds the customer by id, else by address regardless of case, and by nothing else", () => {
    assert.strictEqual(of({ customerId: "C1", customerEmail: "A@B.C" })?.customer?.customerId, "C1")
    assert.strictEqual(of({ customerEmail: "A@B.C" })?.customer?.email, "a@b.c")
    assert.isUndefined(of({ customerName: "Jane" }))
  })

  it("creates nothing for other order types", () => {
    for (const type of ["CHANGE_OFFER", "REFUND", "new_order"]) {
      assert.isUndefined(completionOf(order(type, { customerId: "C1", orderItems: [{}] }), newId))
    }
  })

  it.each<[string, Readonly<Record<string, Json>>, RegExp | undefined]>([
    ["five thousand items are not too many", { orderItems: Array.from({ length: 5000 }, () => ({})) }, undefined],
    ["one more is", { orderItems: Array.from({ length: 5001 }, () => ({})) }, /5001 items, more than 5000/],
    [
      "products of all items count together",
      { orderItems: Array.from({ length: 2 }, () => ({ offer: { products: Array.from({ length: 5001 }, () => 1) } })) },
      /10002 products/
    ],
    [
      "a long tracking is copied into a few subscriptions",
      { tracking: { tag: "x".repeat(1_000_000) }, orderItems: [{}, {}, {}, {}] },
      undefined
    ],
    [
      "and not into many",
      { tracking: { tag: "x".repeat(1_000_000) }, orderItems: Array.from({ length: 9 }, () => ({})) },
      /too long to be copied/
    ]
  ])("an order that asks for too much leaves its customer alone behind: %s", (_sentence, members, fault) => {
    const asked = order("NEW_ORDER", { customerId: "c", ...members })
    const { subscriptions = [], customer } = completionOf(asked, newId) ?? {}
    assert.isDefined(customer)
    if (fault === undefined) {
      assert.isUndefined(completionFault(asked))
      assert.strictEqual(subscriptions.length, (members["orderItems"] as ReadonlyArray<Json>).length)
    } else {
      assert.match(completionFault(asked) ?? "", fault)
      assert.deepStrictEqual(subscriptions, [])
    }
  })
})
