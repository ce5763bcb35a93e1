import { assert, describe, it } from "vitest"
import { cursorPlace } from "../src/settings/CursorPlace.ts"
import { draftOf, placeOf } from "../src/settings/JsonOutline.ts"
import { membersAt, valuesAt } from "../src/settings/JsonSchema.ts"
import { sequenceOf } from "../src/settings/Sequence.ts"
import { pipelineSchema } from "../src/settings/SettingSchemas.ts"

const text = `{
  "Name": "x",
  "steps": [
    { "name": "calloutPlugin", "options": { "endpoint": "a\\"]}", "headers": { "x.api.key": "k" } } },
    { "name": "nope", "options": {} }
  ]
}`

describe("placeOf", () => {
  const table: ReadonlyArray<readonly [path: string, shown: string, exact: boolean]> = [
    ["name", "\"x\"", true],
    ["steps[0].options.endpoint", "\"a\\\"]}\"", true],
    ["steps[0].options.headers.x.api.key", "\"k\"", true],
    ["steps[1].name", "\"nope\"", true],
    ["steps[1]", "{", true],
    ["steps[1].options.endpoint", "\"options\"", false],
    ["steps[7].name", "\"steps\"", false],
    ["postProcessing[0]", "{", false],
    ["", "{", true]
  ]
  for (const [path, shown, exact] of table) {
    it(`shows ${path === "" ? "the whole" : path} at ${shown}`, () => {
      const place = placeOf(text, path)
      assert.deepStrictEqual([text.slice(place.from, place.to), place.exact], [shown, exact])
    })
  }
  it("reads an incomplete text up to the fault, and terminates on any text", () => {
    assert.deepStrictEqual(draftOf("{\"a\": 1, \"steps\": [{\"name\": \"zuora\", \"op"), {
      a: 1,
      steps: [{ name: "zuora", op: undefined }]
    })
    for (let cut = 0; cut <= text.length; cut++) draftOf(text.slice(0, cut))
    for (const broken of ["", "]", "{]", "[}", "{,}", "[,,]", "{\"a\" \"b\"}", "\u0000"]) draftOf(broken)
  })
})

const plugin = {
  name: "calloutPlugin",
  description: "",
  configuredIn: "options" as const,
  optionsSchema: { type: "object", required: ["endpoint"], properties: { timeoutValue: {}, endpoint: {} } }
}

/** The completions that are offered at the bar in the text. */
const offered = (marked: string): ReadonlyArray<string> => {
  const at = marked.indexOf("|")
  const source = marked.replace("|", "")
  const schema = pipelineSchema([plugin])
  const { path, writes, member } = cursorPlace(source, at)
  const here = path
  return writes === "name"
    ? membersAt(schema, here, draftOf(source)).map(({ name }) => name)
    : valuesAt(schema, member === undefined ? here : [...here, member], draftOf(source)).map(String)
}

describe("completion", () => {
  it("offers the members that a pipeline does not have yet, required ones first", () => {
    const names = offered("{ \"name\": \"x\", | }")
    assert.strictEqual(names[0], "steps")
    assert.isFalse(names.includes("name"))
  })
  it("offers the plugins as values of a step's name", () => {
    assert.deepStrictEqual(offered("{ \"steps\": [{ \"name\": \"| }] }"), ["calloutPlugin"])
  })
  it("offers the options of the plugin that the step names", () => {
    const names = offered("{ \"steps\": [{}, { \"name\": \"calloutPlugin\", \"options\": { \"|\" } }] }")
    assert.deepStrictEqual(names, ["endpoint", "timeoutValue"])
  })
  it("offers the values of a member, and of a list's items", () => {
    assert.deepStrictEqual(offered("{ \"steps\": [{ \"onUnavailable\": | }] }"), ["fail", "hold"])
    assert.isTrue(offered("{ \"match\": { \"orderTypes\": [\"REFUND\", \"|\"] } }").includes("NEW_ORDER"))
  })
})

describe("sequenceOf", () => {
  it("draws compensations in reverse order, and leaves out inactive steps", () => {
    const step = (id: string, more: object = {}) => ({
      name: "calloutPlugin",
      id,
      compensate: { endpoint: "u" },
      ...more
    })
    const { undone } = sequenceOf({ steps: [step("a"), step("b", { active: false }), step("c")] })
    assert.deepStrictEqual(undone, ["c", "a"])
  })
  it("treats stopOnError and zuora as critical, as a run does", () => {
    const { steps } = sequenceOf({
      steps: [
        { name: "WebhookWorkflowStep", connector: "Webhook", stopOnError: true },
        { name: "zuora", options: { baseUrl: "https://z" } },
        { name: "zuora", critical: false },
        { name: "calloutPlugin" }
      ]
    })
    assert.deepStrictEqual(steps.map(({ critical }) => critical), [true, true, false, false])
    assert.deepStrictEqual(steps.map(({ target }) => target), ["connector Webhook", "https://z", undefined, undefined])
  })
})
