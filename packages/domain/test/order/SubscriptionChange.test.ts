import { assert, describe, it } from "@effect/vitest"
import {
  namePrefix,
  type StoredSubscription,
  type SubscriptionChange,
  subscriptionChangeOf,
  subscriptionTargetOf,
  subscriptionText
} from "@sluice/domain/internal/order/SubscriptionChange"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import type { Order } from "@sluice/domain/order/Order"
import { orderWith } from "../Orders.ts"

let ids = 0
const newId = () => `00000000-0000-7000-8000-${String(++ids).padStart(12, "0")}`

const order = (orderType: string, members: JsonObject = {}): Order => orderWith({ orderType, ...members })

const stored: StoredSubscription = {
  id: "sub-1",
  isCancelled: false,
  subscription: { name: "Digital", offer: { name: "Digital" }, quantity: 1, price: 9, products: [], id: "sub-1" },
  entitlements: [
    { id: "e-web", product: { path: "/web", n: 1 }, status: "Active" },
    { id: "e-app", product: "/app", status: "Active" },
    { id: "e-old", product: "/old", status: "Inactive" }
  ]
}

const changeOf = (orderType: string, members: JsonObject = {}, of: StoredSubscription | undefined = stored) =>
  subscriptionChangeOf(order(orderType, members), { _tag: "Id", id: "sub-1" }, of, newId)

const item = (members: JsonObject): JsonObject => ({ orderItems: [members, { quantity: 77 }] })

/** The members that differ, by name. */
const changed = (change: SubscriptionChange): JsonObject => {
  if (change._tag !== "Changed") return assert.fail(`not changed: ${change._tag}`)
  const { subscription } = change
  return Object.fromEntries(Object.entries(subscription).filter(([name, value]) => value !== stored.subscription[name]))
}

describe("the subscription of an order", () => {
  const targets: ReadonlyArray<readonly [string, string, Json, unknown]> = [
    ["is the one with the id", "CANCEL_REQUEST", "sub-1", { _tag: "Id", id: "sub-1" }],
    ["is the one with an object's id", "ADD_OFFER", { id: "sub-1", name: "x" }, { _tag: "Id", id: "sub-1" }],
    ["is else the one of the object's name", "CHANGE_OFFER", { name: "x" }, { _tag: "Name", name: "x" }],
    ["is none where the object names none", "CHANGE_OFFER", { offer: 1 }, undefined],
    ["is none where nothing is named", "CHANGE_OFFER", null, undefined],
    ["is none where the order type changes none", "REFUND", "sub-1", undefined],
    ["is none for a new order", "NEW_ORDER", "sub-1", undefined]
  ]
  for (const [what, orderType, forSubscription, target] of targets) {
    it(`${what}`, () => {
      assert.deepStrictEqual(subscriptionTargetOf(order(orderType, { forSubscription })) as unknown, target)
    })
  }
})

describe("the change of a subscription", () => {
  const changes: ReadonlyArray<readonly [string, string, JsonObject, JsonObject]> = [
    [
      "takes the address of a delivery",
      "CHANGED_DELIVERY_ADDRESS",
      { deliveryDetails: { city: "Oslo" }, shippingAddress: { city: "Rome" } },
      { deliveryDetails: { city: "Oslo" } }
    ],
    [
      "takes the shipping address where there is no other",
      "CHANGED_DELIVERY_ADDRESS",
      { shippingAddress: { city: "Rome" }, billingAddress: { city: "Bonn" } },
      { deliveryDetails: { city: "Rome" } }
    ],
    ["takes billing details", "CHANGED_BILLING_ADDRESS", { billingDetails: { a: 1 } }, { billingDetails: { a: 1 } }],
    [
      "takes the billing address where there are none",
      "CHANGED_BILLING_ADDRESS",
      { billingAddress: { city: "Bonn" } },
      { billingDetails: { city: "Bonn" } }
    ],
    ["takes a payment's reference", "CHANGE_PAYMENT_REQUEST", { payment_reference: "P" }, { payment_reference: "P" }],
    [
      "takes members of the first item, but those that are the subscription's own",
      "UPDATE_SUBSCRIPTION",
      item({
        quantity: 3,
        termEndDate: null,
        extra: { a: 1 },
        id: "x",
        offer: {},
        tracking: {},
        status: "x",
        version: 9,
        customerId: "x",
        cancelledAt: "x",
        parentSubscriptionId: "x",
        entitlements: []
      }),
      { quantity: 3, termEndDate: null, extra: { a: 1 } }
    ],
    ["renews with the members of the first item", "REQUEST_RENEWAL", item({ price: 12 }), { price: 12 }],
    [
      "takes the first item's offer, with what the offer says where the item is silent",
      "CHANGE_OFFER",
      item({ offer: { name: "Print", products: ["/app"] }, price: 20, extra: 1 }),
      { offer: { name: "Print", products: ["/app"] }, name: "Print", price: 20 }
    ]
  ]
  for (const [what, orderType, members, expected] of changes) {
    it(`${what} (${orderType})`, () => {
      const { products: _, ...found } = changed(changeOf(orderType, members))
      assert.deepStrictEqual(found as unknown, expected)
    })
  }

  const nothing: ReadonlyArray<readonly [string, string, JsonObject]> = [
    ["has no items", "CHANGE_OFFER", {}],
    ["has no items", "ADD_OFFER", { orderItems: [] }],
    ["says what is so already", "UPDATE_SUBSCRIPTION", item({ quantity: 1 })],
    ["has no address", "CHANGED_DELIVERY_ADDRESS", { deliveryDetails: null }]
  ]
  for (const [what, orderType, members] of nothing) {
    it(`is none where an order of type ${orderType} ${what}`, () => {
      assert.deepStrictEqual(changeOf(orderType, members), { _tag: "Unchanged" })
    })
  }

  it("ends every entitlement with the subscription", () => {
    const change = changeOf("CANCEL_REQUEST")
    if (change._tag !== "Cancelled") return assert.fail(change._tag)
    assert.deepStrictEqual(change.entitlements.map(({ status }) => status), ["Inactive", "Inactive", "Inactive"])
    assert.isTrue(change.entitles)
  })

  it("ends the entitlements of products that an offer no longer has, and makes or revives those of its new ones", () => {
    const products = [{ n: 1, path: "/web" }, "/old", "/new"]
    const change = changeOf("CHANGE_OFFER", item({ offer: { data: { products } } }))
    if (change._tag !== "Changed") return assert.fail(change._tag)
    assert.deepStrictEqual(change.entitlements.map(({ product, status }) => [product, status]), [
      [{ path: "/web", n: 1 }, "Active"],
      ["/app", "Inactive"],
      ["/old", "Active"],
      ["/new", "Active"]
    ])
    assert.strictEqual(change.entitlements[0]?.id, "e-web")
    const again = changeOf("CHANGE_OFFER", item({ offer: { products: [{ path: "/web", n: 1 }, "/app"] } }))
    assert.isTrue(again._tag === "Changed" && !again.entitles)
  })

  it("adds a subscription for each item of a further offer", () => {
    const change = changeOf("ADD_OFFER", { orderItems: [{ name: "A" }, { name: "B" }] })
    if (change._tag !== "Added") return assert.fail(change._tag)
    assert.deepStrictEqual(change.subscriptions.map(({ itemIndex, subscription: { name } }) => [itemIndex, name]), [
      [0, "A"],
      [1, "B"]
    ])
  })

  it("is refused where the subscription is not stored, or is cancelled, whatever the order wants", () => {
    for (const orderType of ["CANCEL_REQUEST", "CHANGE_OFFER", "ADD_OFFER", "UPDATE_SUBSCRIPTION"]) {
      const members = item({ quantity: 3 })
      const isMissing = subscriptionChangeOf(order(orderType, members), { _tag: "Name", name: "x" }, undefined, newId)
      const isCancelled = changeOf(orderType, members, { ...stored, isCancelled: true })
      assert.deepStrictEqual([isMissing, isCancelled], [
        { _tag: "Refused", reason: "subscription named \"x\" is not stored: nothing was changed" },
        { _tag: "Refused", reason: "subscription sub-1 is cancelled: nothing was changed" }
      ])
    }
  })

  it("keeps the name at the beginning of the text, whatever members there are", () => {
    const text = subscriptionText({ "1": 1, name: "a\"b", z: 2 })
    assert.isTrue(text.startsWith(namePrefix("a\"b")))
    assert.deepStrictEqual(JSON.parse(text), { "1": 1, name: "a\"b", z: 2 })
  })
})
