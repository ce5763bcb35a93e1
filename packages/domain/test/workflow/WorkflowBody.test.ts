import { assert, describe, it } from "@effect/vitest"
import { textMembers } from "@sluice/domain/internal/json/JsonText"
import { isObject, type Json, type JsonObject, parse } from "@sluice/domain/json/Json"
import { knownMembers } from "@sluice/domain/order/Order"
import type { Step } from "@sluice/domain/pipeline/Pipeline"
import { workflowBody, workflowTail } from "@sluice/domain/workflow/WorkflowBody"
import { Schema } from "effect"

const valueOf = (order: string): string => {
  const body = workflowBody(order, "\"WorkflowStep\":{}")
  const end = body.lastIndexOf(",\"WorkflowStep\":{}}")
  return body.slice("{\"Value\":".length, end)
}

const step = (options: Record<string, Json>, members: Partial<Step> = {}): Step => ({
  name: "WebhookWorkflowStep",
  id: "WebhookWorkflowStep",
  active: true,
  scope: {},
  options,
  ...members
})

/** The rule, over values instead of text. */
const opaque = ["customFields", "attributes", "selectedProducts"]
const cap = (name: string) => /^[a-z\u0080-\uffff]/.test(name) ? name.charAt(0).toUpperCase() + name.slice(1) : name
const expected = (value: Json, depth: number): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => expected(item, depth))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member = null]) =>
      depth === 0 && !Object.hasOwn(knownMembers, name)
        ? [name, member]
        : [cap(name), opaque.includes(name) ? member : expected(member, depth + 1)]
    )
  )
}

describe("WorkflowBody", () => {
  it.each([
    ["{}", "{\"OrderLines\":[]}"],
    [
      "{\"id\":\"1\",\"version\":3,\"createdAt\":\"x\"}",
      "{\"Id\":\"1\",\"Version\":3,\"CreatedAt\":\"x\",\"OrderLines\":[]}"
    ],
    ["{\"payment_reference\":\"p\"}", "{\"Payment_reference\":\"p\",\"OrderLines\":[]}"],
    ["{\"shippingAddress\":{\"line1\":\"x\"}}", "{\"ShippingAddress\":{\"Line1\":\"x\"},\"OrderLines\":[]}"],
    [
      "{\"orderForm\":{\"lineItems\":[{\"lineItemId\":\"1\"}]},\"orderItems\":[{\"id\":\"2\"}]}",
      "{\"OrderForm\":{\"LineItems\":[{\"LineItemId\":\"1\"}]},\"OrderItems\":[{\"Id\":\"2\"}],\"OrderLines\":[{\"LineItemId\":\"1\"}]}"
    ],
    [
      "{\"orderForm\":{\"lineItems\":null},\"orderItems\":[{\"id\":\"2\"}]}",
      "{\"OrderForm\":{\"LineItems\":null},\"OrderItems\":[{\"Id\":\"2\"}],\"OrderLines\":[{\"Id\":\"2\"}]}"
    ],
    ["{\"orderForm\":null}", "{\"OrderForm\":null,\"OrderLines\":[]}"],
    // opaque members: their own name changes, nothing below does
    ["{\"customFields\":{\"a\":{\"b\":1}}}", "{\"CustomFields\":{\"a\":{\"b\":1}},\"OrderLines\":[]}"],
    [
      "{\"originalOffer\":{\"data\":{\"attributes\":{\"a\":[{\"b\":1}]},\"selectedProducts\":{\"c\":2},\"tags\":[\"d\"]}}}",
      "{\"OriginalOffer\":{\"Data\":{\"Attributes\":{\"a\":[{\"b\":1}]},\"SelectedProducts\":{\"c\":2},\"Tags\":[\"d\"]}},\"OrderLines\":[]}"
    ],
    [
      "{\"tracking\":{\"customFields\":\"{\\\"a\\\":1}\",\"b\":1}}",
      "{\"Tracking\":{\"CustomFields\":\"{\\\"a\\\":1}\",\"B\":1},\"OrderLines\":[]}"
    ],
    // unknown members: neither they nor what is below them changes
    ["{\"mine\":{\"id\":1},\"Mine\":[{\"a\":1}]}", "{\"mine\":{\"id\":1},\"Mine\":[{\"a\":1}],\"OrderLines\":[]}"],
    ["{\"attributes\":{\"id\":1}}", "{\"attributes\":{\"id\":1},\"OrderLines\":[]}"],
    // an unknown member cannot stand in for one that Value has
    ["{\"status\":\"New\",\"Status\":\"x\",\"OrderLines\":7}", "{\"Status\":\"New\",\"OrderLines\":[]}"],
    // what a parser would lose
    [
      "{\"total\":{\"amount\":12345678901234567890.10},\"__proto__\":{\"a\":1},\"payment\":{\"__proto__\":{\"b\":1}}}",
      "{\"Total\":{\"Amount\":12345678901234567890.10},\"__proto__\":{\"a\":1},\"Payment\":{\"__proto__\":{\"B\":1}},\"OrderLines\":[]}"
    ],
    // strings that look like structure
    [
      "{\"tracking\":{\"a\":\"x\\\",\\\"b\\\":{\\\\\",\"c\":[\"d\",\"e:\"],\"\":1,\"é\":2}}",
      "{\"Tracking\":{\"A\":\"x\\\",\\\"b\\\":{\\\\\",\"C\":[\"d\",\"e:\"],\"\":1,\"É\":2},\"OrderLines\":[]}"
    ],
    [
      "{ \"tracking\" : { \"a\" : [ { \"b\" : 1 } , 2 ] } }",
      "{\"Tracking\": { \"A\" : [ { \"B\" : 1 } , 2 ] } ,\"OrderLines\":[]}"
    ]
  ])("%s is sent as %s", (order, value) => {
    assert.strictEqual(valueOf(order), value)
  })

  /** A name that the rule knows, or one that it must not touch, with any value: some with names below. */
  const Member = Schema.Tuple([
    Schema.Literals([
      "orderForm",
      "orderItems",
      "status",
      "payment",
      "customFields",
      "__proto__",
      "attributes",
      "\"\\",
      "x,{"
    ]),
    Schema.Union([Schema.Json, Schema.Array(Schema.Record(Schema.String, Schema.Json))])
  ])

  it.prop(
    "equals the result of parsing and rewriting, for any order",
    [Schema.Array(Member), Schema.Array(Member), Schema.Boolean],
    ([members, form, indented]) => {
      const text = JSON.stringify(
        Object.fromEntries([...members, ["orderForm", Object.fromEntries([...form, ["lineItems", form]])]]),
        null,
        indented ? 2 : 0
      )
      const order = parse(text) as JsonObject
      assert.deepStrictEqual(parse(valueOf(text)), {
        ...expected(order, 0) as JsonObject,
        OrderLines: expected((order.orderForm as JsonObject).lineItems!, 1)
      })
    }
  )

  it.prop("finds the members of any object text", [Schema.Record(Schema.String, Schema.Json)], ([object]) => {
    const members = textMembers(JSON.stringify(object, null, 1))
    assert.deepStrictEqual(
      Object.fromEntries(members.map(({ name, value }) => [JSON.parse(`"${name}"`) as string, JSON.parse(value)])),
      JSON.parse(JSON.stringify(object))
    )
  })

  it.prop("terminates on any text, JSON or not", [Schema.String, Schema.Json, Schema.Int], ([text, json, at]) => {
    assert.isString(workflowBody(text, ""))
    assert.isString(workflowBody("{\"a\"}, \"b\"" + text, ""))
    assert.isString(workflowBody(JSON.stringify({ payment: json }).slice(0, at), ""))
  })

  it("contains the step's configuration, its custom properties, and the shipment", () => {
    const options = {
      connector: "Webhook",
      connectorId: "my-validation-service",
      translateKey: "Validate",
      properties: [
        { key: "ErrorStatus", value: "ValidationFailed" },
        { key: "mode", value: "strict", keyGroup: "Custom" },
        { key: "Authorization", value: "Bearer your-token", keyGroup: "RequestHeaders" },
        { key: "X-Key", value: "k", keyGroup: "requestheaders" }
      ]
    }
    assert.deepStrictEqual(JSON.parse(`{${workflowTail(step(options, { critical: true }), "SHIP-67890")}}`), {
      WorkflowStep: {
        Name: "WebhookWorkflowStep",
        Active: true,
        Connector: "Webhook",
        ConnectorId: "my-validation-service",
        TranslateKey: "Validate",
        StopOnError: true,
        Properties: [
          { Key: "ErrorStatus", Value: "ValidationFailed" },
          { Key: "mode", Value: "strict", KeyGroup: "Custom" }
        ]
      },
      ShipmentId: "SHIP-67890"
    })
  })

  it("omits ShipmentId if the run is not for a shipment, and StopOnError is false by default", () => {
    assert.deepStrictEqual(JSON.parse(`{${workflowTail(step({}))}}`), {
      WorkflowStep: { Name: "WebhookWorkflowStep", Active: true, StopOnError: false, Properties: [] }
    })
  })
})
