import { assert, describe, it } from "@effect/vitest"
import { equals, type Json, type JsonObject, parse } from "@sluice/domain/json/Json"
import type { Order } from "@sluice/domain/order/Order"
import { decodePatch, isBlocked, mergePatch } from "@sluice/domain/order/OrderPatch"
import { Schema } from "effect"

const order = (members: JsonObject = {}): Order => ({
  id: "o",
  orderType: "NEW_ORDER",
  status: "New",
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  version: 3,
  ...members
})

const patchOf = (json: Json, mode: "api" | "partner" = "api"): JsonObject => {
  const decoded = decodePatch(json, mode)
  if ("faults" in decoded) throw new Error(JSON.stringify(decoded.faults))
  return decoded.patch
}

const faultsOf = (json: Json, mode: "api" | "partner" = "api") => {
  const decoded = decodePatch(json, mode)
  return "faults" in decoded ? decoded.faults.map(({ path }) => path) : []
}

/** The members that a patch changes, as they are afterwards. */
const changed = (members: JsonObject, patch: JsonObject): JsonObject =>
  Object.fromEntries(
    mergePatch(order(members), patchOf(patch)).changes.map(({ path, after = null }) => [path.slice(1), after])
  )

/** A generated value as it arrives after serialisation and parsing. */
const travelled = (value: unknown): JsonObject => parse(JSON.stringify(value)) as JsonObject

describe("OrderPatch", () => {
  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    ["only members present change", { customerName: "A" }, { status: "Validated" }, { status: "Validated" }],
    ["the same value is no change", { tags: ["a"] }, { status: "New", tags: ["a"] }, {}],
    ["null changes nothing", { customerName: "A" }, { customerName: null, status: null }, {}],
    ["null counts where it is forced", { customerName: "A" }, { customerName: null, forceUpdate: ["CustomerName"] }, {
      customerName: null
    }],
    ["forcing alone changes nothing", { customerName: "A" }, { forceUpdate: ["customerName"] }, {}],
    ["null can be forced below an object", { shippingAddress: { line1: "x", line2: "y" } }, {
      shippingAddress: { line1: null, line2: null },
      forceUpdate: ["shippingAddress.line2"]
    }, { shippingAddress: { line1: "x", line2: null } }],
    ["a forced name is no name in a list", { source: "s", errors: [{ source: "a" }] }, {
      errors: [{ source: null, message: "m" }],
      forceUpdate: ["source"]
    }, { errors: [{ source: "a" }, { message: "m" }] }],
    // properties
    ["properties merge by key", { properties: [{ key: "a", value: "1", valueType: "String" }] }, {
      properties: [{ key: "a", value: "2" }, { key: "b", value: "3" }]
    }, { properties: [{ key: "a", value: "2", valueType: "String" }, { key: "b", value: "3" }] }],
    ["and by key group", { properties: [{ key: "a", value: "1" }] }, {
      properties: [{ key: "a", value: "2", keyGroup: "g" }]
    }, { properties: [{ key: "a", value: "1" }, { key: "a", value: "2", keyGroup: "g" }] }],
    ["an empty key group is none", { properties: [{ key: "a", value: "1", keyGroup: "" }] }, {
      properties: [{ key: "a", value: "2" }]
    }, { properties: [{ key: "a", value: "2", keyGroup: "" }] }],
    ["keys are compared exactly", { properties: [{ key: "a", value: "1" }] }, {
      properties: [{ key: "A", value: "2" }]
    }, { properties: [{ key: "a", value: "1" }, { key: "A", value: "2" }] }],
    ["properties are replaced on demand", { properties: [{ key: "a", value: "1" }], tags: ["x"] }, {
      properties: [{ key: "b", value: "2" }],
      tags: ["y"],
      keepExistingCustomProperties: false
    }, { properties: [{ key: "b", value: "2" }], tags: ["x", "y"] }],
    ["without properties there is nothing to replace", { properties: [{ key: "a", value: "1" }] }, {
      keepExistingCustomProperties: false
    }, {}],
    ["removal goes first", { properties: [{ key: "a", value: "1", b: 1 }, { key: "c", value: "1" }] }, {
      propertiesRemovalConditions: [{ key: "a" }],
      properties: [{ key: "a", value: "2" }]
    }, { properties: [{ key: "a", value: "2" }, { key: "c", value: "1" }] }],
    [
      "removal by all that is named",
      { properties: [{ key: "a", value: "1" }, { key: "a", value: "2", keyGroup: "g" }, { key: "b", value: "2" }] },
      { propertiesRemovalConditions: [{ key: "a", keyGroup: "g" }, { value: "1", key: "b" }] },
      { properties: [{ key: "a", value: "1" }, { key: "b", value: "2" }] }
    ],
    ["removal of none changes nothing", { properties: [{ key: "a", value: "1" }] }, {
      propertiesRemovalConditions: [{ key: "z" }]
    }, {}],
    // lists
    ["tags merge without duplicates", { tags: ["a", "b"] }, { tags: ["b", "c", "c"] }, { tags: ["a", "b", "c"] }],
    ["tags are replaced on demand", { tags: ["a"], properties: [{ key: "a", value: "1" }] }, {
      tags: ["b"],
      properties: [{ key: "b", value: "1" }],
      keepExistingListItems: false
    }, { tags: ["b"], properties: [{ key: "a", value: "1" }, { key: "b", value: "1" }] }],
    ["an empty list replaces", { tags: ["a"] }, { tags: [], keepExistingListItems: false }, { tags: [] }],
    ["an empty list adds nothing", {}, { tags: [], shippingAddress: {}, orderForm: { lineItems: [] } }, {}],
    ["externalIds merge by provider and id", { externalIds: [{ providerName: "p", id: "1" }] }, {
      externalIds: [{ providerName: "p", id: "1" }, { providerName: "p", id: "2" }]
    }, { externalIds: [{ providerName: "p", id: "1" }, { providerName: "p", id: "2" }] }],
    ["notes merge by id", { orderNotes: [{ id: "1", title: "t", detail: "d" }] }, {
      orderNotes: [{ id: "1", detail: "e" }, { id: "2" }]
    }, { orderNotes: [{ id: "1", title: "t", detail: "e" }, { id: "2" }] }],
    ["assets merge by id, whatever type it has", { assets: [{ id: 1, a: 1 }] }, { assets: [{ id: "1", a: 2 }] }, {
      assets: [{ id: "1", a: 2 }]
    }],
    ["errors that are there are not added again", { errors: [{ message: "m", at: null }] }, {
      errors: [{ message: "m", at: null }, { message: "n" }]
    }, { errors: [{ message: "m", at: null }, { message: "n" }] }],
    ["order items with ids merge", { orderItems: [{ id: "1", quantity: 1, name: "n" }, { id: "2" }] }, {
      orderItems: [{ id: "1", quantity: 2 }]
    }, { orderItems: [{ id: "1", quantity: 2, name: "n" }, { id: "2" }] }],
    ["order items without are replaced", { orderItems: [{ name: "n", quantity: 1 }] }, {
      orderItems: [{ name: "n", quantity: 2 }]
    }, { orderItems: [{ name: "n", quantity: 2 }] }],
    // the order form
    [
      "line items merge by lineItemId, an unknown one is added",
      { orderForm: { total: 1, lineItems: [{ lineItemId: "1", quantity: 1, code: "c" }] } },
      { orderForm: { lineItems: [{ lineItemId: "1", quantity: 2 }, { lineItemId: "9", quantity: 1 }] } },
      {
        orderForm: {
          total: 1,
          lineItems: [{ lineItemId: "1", quantity: 2, code: "c" }, { lineItemId: "9", quantity: 1 }]
        }
      }
    ],
    ["line items stay although list items are replaced", { orderForm: { lineItems: [{ lineItemId: "1" }] } }, {
      orderForm: { lineItems: [{ lineItemId: "2" }] },
      keepExistingListItems: false
    }, { orderForm: { lineItems: [{ lineItemId: "1" }, { lineItemId: "2" }] } }],
    [
      "a line's properties merge too",
      { orderForm: { lineItems: [{ lineItemId: "1", properties: [{ key: "a", value: "1" }] }] } },
      { orderForm: { lineItems: [{ lineItemId: "1", properties: [{ key: "b", value: "2" }] }] } },
      {
        orderForm: {
          lineItems: [{ lineItemId: "1", properties: [{ key: "a", value: "1" }, { key: "b", value: "2" }] }]
        }
      }
    ],
    ["and are replaced by the line's own word, which is not stored", {
      orderForm: { lineItems: [{ lineItemId: "1", properties: [{ key: "a", value: "1" }] }] }
    }, {
      orderForm: {
        lineItems: [{ lineItemId: "1", properties: [{ key: "b", value: "2" }], keepExistingCustomProperties: false }]
      }
    }, { orderForm: { lineItems: [{ lineItemId: "1", properties: [{ key: "b", value: "2" }] }] } }],
    [
      "shipments merge by shipmentId",
      { orderForm: { shipments: [{ shipmentId: "1", a: 1, address: { city: "x" } }] } },
      { orderForm: { shipments: [{ shipmentId: "1", address: { line1: "y" } }] } },
      { orderForm: { shipments: [{ shipmentId: "1", a: 1, address: { city: "x", line1: "y" } }] } }
    ],
    // objects
    ["addresses merge per field", { billingAddress: { line1: "a", city: "b" } }, {
      billingAddress: { city: "c", line1: null }
    }, { billingAddress: { line1: "a", city: "c" } }],
    ["the order's spelling of a field wins", { billingAddress: { PoBox: "1" } }, { billingAddress: { poBox: "2" } }, {
      billingAddress: { PoBox: "2" }
    }],
    ["below customFields spelling counts", { customFields: { Size: 1, deep: { A: 1 } } }, {
      customFields: { size: 2, deep: { a: 2 } }
    }, { customFields: { Size: 1, size: 2, deep: { A: 1, a: 2 } } }],
    ["an object takes the place of what is none", { shippingAddress: null }, {
      shippingAddress: { line1: "a", line2: null }
    }, { shippingAddress: { line1: "a" } }],
    ["lists below objects are replaced", { tracking: { offers: ["a"], tag: "t" } }, { tracking: { offers: ["b"] } }, {
      tracking: { offers: ["b"], tag: "t" }
    }],
    ["names may come in PascalCase", { tags: ["a"] }, {
      Status: "S",
      Tags: ["b"],
      Properties: [{ Key: "k", Value: "v" }]
    }, { status: "S", tags: ["a", "b"], properties: [{ key: "k", value: "v" }] }],
    ["a patch may make the order read-only", {}, { isReadOnly: true }, { isReadOnly: true }]
  ])("%s", (_, members, patch, expected) => {
    assert.deepStrictEqual(changed(members, patch), expected)
  })

  it.each<["api" | "partner", Json, ReadonlyArray<string>]>([
    ["api", [], [""]],
    ["api", { mine: 1 }, ["mine"]],
    ["api", { STATUS: "x" }, ["STATUS"]],
    ["partner", { STATUS: "x", mine: 1 }, []],
    ["api", { id: "x", createdAt: "x", version: 1, updatedAt: "x" }, ["id", "createdAt", "updatedAt", "version"]],
    ["partner", { Id: "x", Version: 1 }, ["Id", "Version"]],
    ["partner", { Id: null, CreatedAt: null }, []],
    ["api", { Tags: "x" }, ["Tags"]],
    ["api", { tags: ["x", 1] }, ["tags"]],
    ["api", { isReadOnly: "true" }, ["isReadOnly"]],
    ["api", { orderForm: { lineItems: {} } }, ["orderForm.lineItems"]],
    ["partner", { OrderForm: { LINEITEMS: {} } }, ["OrderForm.lineItems"]],
    ["api", { properties: [{ key: 1 }, { key: {} }] }, ["properties[1].key"]],
    ["api", { orderForm: { lineItems: [{ lineItemId: true }] } }, ["orderForm.lineItems[0].lineItemId"]],
    ["api", { orderForm: { lineItems: [{ keepExistingCustomProperties: 1 }] } }, [
      "orderForm.lineItems[0].keepExistingCustomProperties"
    ]],
    ["api", { keepExistingListItems: "no" }, ["keepExistingListItems"]],
    ["api", { propertiesRemovalConditions: ["a"] }, ["propertiesRemovalConditions"]],
    ["api", { propertiesRemovalConditions: [{ key: "a" }, {}] }, ["propertiesRemovalConditions[1]"]],
    ["api", { OrderType: "" }, ["OrderType"]],
    ["partner", { OrderType: "" }, []],
    ["api", { forceUpdate: "status" }, ["forceUpdate"]],
    ["api", { forceUpdate: [-1] }, ["forceUpdate"]],
    ["partner", { forceUpdate: [null] }, ["forceUpdate"]],
    ["api", { forceUpdate: ["followUpDate", "status", "id", "mine"] }, [
      "forceUpdate[1]",
      "forceUpdate[2]",
      "forceUpdate[3]"
    ]],
    ["partner", { forceUpdate: ["FOLLOWUPDATE", "Mine"] }, []],
    ["api", { status: "a\0" }, ["status"]],
    ["api", { customerEmail: "\ud800" }, ["customerEmail"]]
  ])("as %s patch %j has faults at %j", (mode, json, paths) => {
    assert.deepStrictEqual(faultsOf(json, mode), paths)
  })

  it("compares a partner's names regardless of case at every depth, and the last of two wins", () => {
    const decoded = decodePatch({
      STATUS: "a",
      Status: "b",
      ORDERFORM: { LineItems: [{ LINEITEMID: "1", SKU: 2, Attributes: { Colour: 1 } }] },
      CustomFields: { Keep: 1 },
      Strange: { Thing: 1 }
    }, "partner")
    assert.deepStrictEqual(decoded, {
      patch: {
        status: "b",
        orderForm: { lineItems: [{ lineItemId: "1", sKU: 2, attributes: { Colour: 1 } }] },
        customFields: { Keep: 1 }
      },
      unknown: { Strange: { Thing: 1 } }
    })
  })

  it("maps a partner's name in any case to the order's own field", () => {
    const before = order({ orderForm: { lineItems: [{ lineItemId: "1", SKU: 1 }] } })
    const { order: after } = mergePatch(
      before,
      patchOf({ OrderForm: { LineItems: [{ LineItemId: "1", SKU: 2 }] } }, "partner")
    )
    assert.deepStrictEqual(after.orderForm, { lineItems: [{ lineItemId: "1", SKU: 2 }] })
  })

  it("records each changed member with its value before and after", () => {
    const before = order({ tags: ["a"] })
    assert.deepStrictEqual(mergePatch(before, patchOf({ tags: ["b"], customerName: "n", status: "New" })).changes, [
      { path: "/tags", before: ["a"], after: ["a", "b"] },
      { path: "/customerName", after: "n" }
    ])
  })

  it("leaves a read-only order unchanged, with a warning that names what was not applied", () => {
    const before = order({ isReadOnly: true })
    const patch = patchOf({ status: "x", tags: ["a"], isReadOnly: false, keepExistingListItems: true })
    const blocked = mergePatch(before, patch)
    assert.strictEqual(blocked.order, before)
    assert.deepStrictEqual(blocked.changes, [])
    assert.include(blocked.warning, "read-only")
    assert.include(blocked.warning, "(status, tags, isReadOnly)")
    assert.deepStrictEqual(mergePatch(before, patch, { ignoreReadOnly: true }).changes.map(({ path }) => path), [
      "/status",
      "/isReadOnly",
      "/tags"
    ])
  })

  it.each<[JsonObject, JsonObject, boolean]>([
    [{ isReadOnly: true }, { status: "x" }, true],
    [{ isReadOnly: true }, { isReadOnly: true }, true],
    [{ isReadOnly: true }, { isReadOnly: false, status: "x" }, false],
    [{ isReadOnly: false }, { status: "x" }, false],
    [{}, { status: "x" }, false]
  ])("an order with %j blocks %j: %s", (members, patch, expected) => {
    assert.strictEqual(isBlocked(order(members), patch), expected)
  })

  it("keeps the digits of numbers and members named __proto__", () => {
    const before = {
      ...order(),
      ...parse("{\"__proto__\":{\"a\":1},\"total\":{\"n\":12345678901234567890}}") as JsonObject
    }
    const patch = patchOf(parse("{\"total\":{\"m\":0.10000000000000000001},\"customFields\":{\"__proto__\":1}}"))
    const { order: after } = mergePatch(before, patch)
    assert.strictEqual(JSON.stringify(after.total), "{\"n\":12345678901234567890,\"m\":0.10000000000000000001}")
    assert.strictEqual(JSON.stringify(after.customFields), "{\"__proto__\":1}")
    assert.deepStrictEqual(Object.getOwnPropertyDescriptor(after, "__proto__")?.value, { a: 1 })
  })

  const Short = Schema.Literals(["a", "b", "c"])
  const Maybe = Schema.NullOr(Short)
  const Item = <Key extends string>(...keys: ReadonlyArray<Key>) =>
    Schema.Array(Schema.Struct({
      ...Object.fromEntries(keys.map((key) => [key, Schema.optionalKey(Maybe)])),
      value: Schema.optionalKey(Schema.Json)
    }))
  const Fields = Schema.Record(Short, Schema.Json)
  const groups = {
    scalars: Schema.Struct({
      status: Short,
      customerName: Schema.optionalKey(Maybe),
      isNotificationsDisabled: Schema.NullOr(Schema.Boolean)
    }),
    tags: Schema.Struct({ tags: Schema.Array(Short), relatedOrders: Schema.Array(Short) }),
    properties: Schema.Struct({
      properties: Item("key", "keyGroup"),
      keepExistingCustomProperties: Schema.Boolean,
      propertiesRemovalConditions: Schema.Array(Schema.Struct({ key: Short }))
    }),
    keyed: Schema.Struct({
      externalIds: Item("providerName", "id"),
      orderNotes: Item("id"),
      orderItems: Item("id"),
      errors: Item("message")
    }),
    form: Schema.Struct({
      orderForm: Schema.Struct({ lineItems: Item("lineItemId"), shipments: Item("shipmentId"), other: Schema.Json })
    }),
    objects: Schema.Struct({ shippingAddress: Fields, customFields: Fields, payment: Fields })
  }
  const Members = Schema.Struct({
    ...groups.scalars.fields,
    ...groups.tags.fields,
    ...groups.keyed.fields,
    ...groups.form.fields,
    ...groups.objects.fields,
    ...groups.properties.fields,
    mine: Schema.Json
  })
  it.prop("merging a patch twice is merging it once", [Members, Members], ([members, json]) => {
    const { mine: _, ...patch } = travelled(json)
    const once = mergePatch(order(travelled(members)), patchOf(patch)).order as Order
    const twice = mergePatch(once, patchOf(patch))
    assert.deepStrictEqual(twice.changes, [])
    assert.strictEqual(twice.order, once)
  })

  it.prop(
    "members that a patch does not name are kept by reference, and the changes list all others",
    [Members, groups.keyed],
    ([members, json]) => {
      const before = order(travelled(members))
      const { changes, order: after } = mergePatch(before, patchOf(travelled(json)))
      const changedNames = changes.map(({ path }) => path.slice(1))
      for (const name of Object.keys(before)) {
        if (changedNames.includes(name)) {
          assert.isFalse(equals(before[name], after[name]), name)
          assert.isTrue(Object.hasOwn(json, name), name)
        } else assert.strictEqual(after[name], before[name], name)
      }
    }
  )

  it.prop(
    "patches of different members commute",
    [Members, groups.tags, groups.properties, groups.form],
    ([members, ...patches]) => {
      const before = order(travelled(members))
      const apply = (start: Order, list: ReadonlyArray<unknown>) =>
        list.reduce((current: Order, json) => mergePatch(current, patchOf(travelled(json))).order as Order, start)
      assert.isTrue(equals(apply(before, patches), apply(before, patches.toReversed())))
    }
  )
})
