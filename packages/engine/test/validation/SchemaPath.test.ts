import { assert, describe, it } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { explanation } from "@sluice/engine/internal/expressions/MissingMember"
import { verdictOf } from "@sluice/engine/internal/validation/SchemaPath"

const closed = (properties: Json): Json => ({ type: "object", properties, additionalProperties: false })
const open = (properties: Json): Json => ({ type: "object", properties })

describe("what a schema says of a path", () => {
  it.each<[string, Json, string, string]>([
    [
      "a misspelt member",
      closed({ accountId: {} }),
      "acountId",
      "Excluded: body has no acountId: did you mean accountId?"
    ],
    ["one that nothing is near", closed({ accountId: {} }), "total", "Excluded: body has no total: it has accountId"],
    ["a declared one", closed({ accountId: {} }), "accountId", "Unknown"],
    [
      "one below another",
      open({ a: closed({ id: {} }) }),
      "a.name",
      "Excluded: body.a has no name: it has id"
    ],
    [
      "a member of a text",
      open({ id: { type: "string" } }),
      "id.value",
      "Excluded: body.id is string, and has no value"
    ],
    ["one that an open object misses", open({ accountId: {} }), "status", "Unknown"],
    [
      "one that an open object has almost",
      open({ accountId: {} }),
      "accountID",
      "Suspicious: body declares no accountID: did you mean accountId?"
    ],
    [
      "a list that is looked through",
      { type: "array", items: closed({ id: {} }) },
      "ids",
      "Excluded: body[] has no ids: did you mean id?"
    ],
    ["names that are listed", { propertyNames: { enum: ["id"] } }, "di", "Excluded: body has no di: did you mean id?"],
    ["a pattern", { type: "object", patternProperties: { "^x": {} }, additionalProperties: false }, "y", "Unknown"],
    ["another form", { anyOf: [closed({ id: {} }), { type: "object" }] }, "name", "Unknown"],
    ["no form", { oneOf: [closed({ id: {} }), closed({ key: {} })] }, "name", "Excluded: body has no name: it has id"],
    [
      "what one part excludes",
      { allOf: [open({ id: {} }), closed({ id: {} })] },
      "name",
      "Excluded: body has no name: it has id"
    ],
    [
      "a reference",
      { $ref: "#/$defs/a", $defs: { a: closed({ id: {} }) } },
      "name",
      "Excluded: body has no name: it has id"
    ],
    [
      "a member that another part declares",
      { properties: { ids: {} }, allOf: [open({ id: {} })] },
      "ids",
      "Unknown"
    ],
    [
      "other members' own schema",
      { additionalProperties: closed({ id: {} }) },
      "x.name",
      "Excluded: body.x has no name: it has id"
    ],
    ["anything", true, "x", "Unknown"]
  ])("%s", (_, schema, path, expected) => {
    const verdict = verdictOf(schema, path.split("."), "body")
    assert.strictEqual(verdict._tag === "Unknown" ? "Unknown" : `${verdict._tag}: ${verdict.message}`, expected)
  })
})

describe("why an expression found nothing", () => {
  it.each<[string, Json, ReadonlyArray<string>, string]>([
    [
      "a member that is not there",
      { status: 200, body: { accountId: 1 } },
      ["body", "acountId"],
      ": callouts.a.body has no acountId: did you mean accountId?"
    ],
    ["text", { status: 200, body: "hello" }, ["body", "id"], ": callouts.a.body is text, not JSON"],
    ["null", { status: 200, body: { id: null } }, ["body", "id"], ": callouts.a.body.id is null"],
    ["no answer", { outcome: "timed-out" }, ["body", "id"], ": step a got no answer (timed-out)"],
    [
      "an empty list",
      { status: 200, body: { items: [] } },
      ["body", "items", "id"],
      ": callouts.a.body.items is an empty list"
    ],
    ["everything is there", { status: 200, body: { id: 1 } }, ["body", "id"], ""]
  ])("%s", (_, record, members, expected) => {
    const scope = { order: {}, callouts: { a: record }, steps: { a: { state: "succeeded" } }, processEvent: {} }
    assert.strictEqual(explanation([{ stepId: "a", members }], scope), expected)
  })

  it("a step without a callout", () => {
    const scope = { order: {}, callouts: {}, steps: { a: { state: "failed" } }, processEvent: {} }
    assert.strictEqual(explanation([{ stepId: "a", members: ["body"] }], scope), ": step a made no callout (failed)")
  })
})
