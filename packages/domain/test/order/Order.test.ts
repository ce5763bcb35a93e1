import { assert, describe, it } from "@effect/vitest"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { firstVersion, knownMembers, longestIndexed, submissionFaults } from "@sluice/domain/order/Order"
import { Schema } from "effect"

const order = (members: JsonObject): JsonObject => ({ orderType: "NEW_ORDER", ...members })

describe("a submitted document", () => {
  const refused: ReadonlyArray<readonly [string, Json, string]> = [
    ["is no object", [1], ""],
    ["has no orderType", {}, "orderType"],
    ["has an empty id", order({ id: "" }), "id"],
    ["has an id that is too long", order({ id: "x".repeat(129) }), "id"],
    ["has a NUL in an indexed member", order({ customerEmail: "a\0b" }), "customerEmail"],
    ["has half a surrogate pair in an indexed member", order({ externalId: "\ud800" }), "externalId"],
    ["has an indexed member that no index takes", order({ status: "x".repeat(longestIndexed + 1) }), "status"],
    ["has a list where a list of objects is meant", order({ orderForm: { lineItems: ["x"] } }), "orderForm.lineItems"]
  ]
  it.each(refused)("that %s is refused with the member's name", (_name, document, path) => {
    assert.deepStrictEqual(submissionFaults(document).map((fault) => fault.path), [path])
  })

  it.each(Object.keys(knownMembers))("whose %s is of the wrong type is refused with the member's name", (name) => {
    assert.include(submissionFaults(order({ [name]: 1 })).map(({ path }) => path), name)
  })

  it("may hold null in a known member, and anything in an unknown one", () => {
    assert.deepStrictEqual(submissionFaults(order({ tags: null, mine: [{ a: "\0" }] })), [])
  })
})

it.prop("version 1 has every submitted member, and the server's own members take precedence", [
  Schema.Record(Schema.String, Schema.Json)
], ([members]) => {
  const {
    id: _id,
    orderType: _type,
    status: _status,
    createdAt: _created,
    updatedAt: _updated,
    version: _version,
    ...rest
  } = members
  const document = firstVersion({ ...rest, orderType: "X", version: 9, createdAt: "then" }, "o-1", "now")
  assert.deepStrictEqual(document, {
    ...rest,
    orderType: "X",
    id: "o-1",
    status: "New",
    createdAt: "now",
    updatedAt: "now",
    version: 1
  })
})
