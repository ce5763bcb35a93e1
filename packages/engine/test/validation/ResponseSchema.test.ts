import { assert, describe, it } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { Intake } from "@sluice/engine/commands/Intake"
import { maxSchemaLength } from "@sluice/engine/internal/schemas/SchemaCompiler"
import { responseSchemaFaults } from "@sluice/engine/internal/validation/ResponseSchema"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { OutboundMemory } from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { callout, partners, pipeline, process, respond } from "../Harness.ts"

const schema: Json = {
  type: "object",
  required: ["accounts"],
  properties: {
    accounts: { type: "array", uniqueItems: true, items: { $ref: "#/$defs/account" } },
    code: { type: "string", pattern: "^(a+)+$" }
  },
  additionalProperties: false,
  $defs: { account: { type: "object", properties: { id: { type: "integer" } } } }
}

const text = (body: string) => respond(200, body)

describe("an answer", () => {
  for (
    const [what, body, fault] of [
      ["that fits is a success", { accounts: [{ id: 1 }, { id: 2 }], code: "aaa" }, undefined],
      ["that lacks a member", {}, /the body must have required property 'accounts'/],
      [
        "with a wrong value names its place",
        { accounts: [{ id: 1 }, { id: "2" }] },
        /accounts\[1\]\.id must be integer/
      ],
      ["with one member too many names it", { accounts: [], other: 1 }, /must NOT have additional properties: other/],
      ["with a duplicate", { accounts: [{ id: 1 }, { id: 1 }] }, /accounts must NOT have duplicate items/],
      [
        "that a pattern would never be done with",
        { accounts: [], code: `${"a".repeat(5000)}!` },
        /code must match pattern/
      ],
      ["that is not JSON", "<html>", /is not JSON/]
    ] as const
  ) {
    it.effect(`${what}${fault === undefined ? "" : " is invalid-response"}`, () =>
      Effect.gen(function*() {
        const { submit } = yield* Intake
        yield* submit({ body: { id: "o-1", orderType: "NEW_ORDER" } })
        yield* TestClock.adjust("10 seconds")
        const { runs } = yield* JournalStore
        const [run] = runs.values()
        const [record] = run!.callouts
        assert.strictEqual(record!.record.outcome, fault === undefined ? "succeeded" : "invalid-response")
        assert.strictEqual(run!.state, fault === undefined ? "completed" : "failed")
        if (fault !== undefined) assert.match(record!.record.error?.message ?? "", fault)
        assert.strictEqual((yield* OutboundMemory).requests.length, 1)
      }).pipe(
        Effect.provide(
          process({ pipelines: [pipeline([callout("a", {}, { critical: true, responseSchema: schema })])] }).pipe(
            Layer.provideMerge(JournalStore.layer),
            Layer.provideMerge(partners(() => typeof body === "string" ? text(body) : respond(200, body)))
          )
        )
      ))
  }
})

describe("a schema is refused when it", () => {
  const doubling = Object.fromEntries(
    Array.from(
      { length: 30 },
      (_, i) => [`d${i}`, { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] }]
    )
  )
  for (
    const [what, schema, fault] of [
      ["is no schema", 3, /must be a JSON Schema/],
      ["says what no schema says", { type: "objekt" }, /no valid JSON Schema.*type/],
      ["has a pattern that is none", { pattern: "(" }, /no valid JSON Schema.*regular expression/i],
      ["needs backtracking", { properties: { a: { pattern: "(a)\\1" } } }, /has a pattern that uses a back reference/],
      ["refers to elsewhere", { $ref: "https://example.com/schema" }, /only references into the schema itself/],
      ["refers to nothing", { $ref: "#/$defs/x" }, /which is not there/],
      ["recurses", { $defs: { a: { items: { $ref: "#/$defs/a" } } }, $ref: "#/$defs/a" }, /must not recurse/],
      ["multiplies itself", { $ref: "#/$defs/d0", $defs: { ...doubling, d30: true } }, /more than 2000 parts/],
      ["is huge", { description: "x".repeat(maxSchemaLength) }, /longer than/]
    ] as const
  ) {
    it(`${what}`, () => {
      const [found] = responseSchemaFaults(schema as Json)
      assert.match(found?.message ?? "", fault)
    })
  }

  it("a schema of draft 7, or with unknown keywords, is accepted", () => {
    assert.deepStrictEqual(
      responseSchemaFaults({
        $schema: "http://json-schema.org/draft-07/schema#",
        definitions: { a: { type: "string", format: "email", "x-note": 1 } },
        items: [{ $ref: "#/definitions/a" }]
      }),
      []
    )
  })
})
