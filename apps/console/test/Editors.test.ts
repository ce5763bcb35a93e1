import { assert, describe, it } from "vitest"
import { remaining, renamed, suggestionOf } from "../src/settings/Mending.ts"
import { groupsOf, type SimulatedRun } from "../src/settings/SimulationGroups.ts"
import { usersOf } from "../src/settings/Usage.ts"

const refused =
  `{ "name": "x", "steps": [{ "name": "calloutPlugin", "critcal": true, "options": { "timeoutValue": -1 } }] }`
const unknown = { path: "steps[0].critcal", message: "steps[0].critcal is not known: did you mean critical?" }
const negative = { path: "steps[0].options.timeoutValue", message: "must be positive" }
const missing = { path: "steps[0].options.endpoint", message: "is missing" }
const all = [unknown, negative, missing]

describe("the faults of a refused draft", () => {
  const table: ReadonlyArray<readonly [name: string, text: string, left: ReadonlyArray<typeof unknown>]> = [
    ["stay where nothing was changed but spaces", refused.replaceAll(" ", "  "), all],
    ["vanish where the value was changed", refused.replace("-1", "1"), [unknown, missing]],
    ["vanish where the member was renamed", renamed(refused, unknown.path, "critical"), [negative, missing]],
    [
      "vanish where the missing member was added",
      refused.replace("\"timeoutValue\"", "\"endpoint\": \"https://a.example\", \"timeoutValue\""),
      [unknown, negative]
    ]
  ]
  it.each(table)("%s", (_, text, left) => assert.deepStrictEqual(remaining(all, refused, text), left))

  it("name the member that was meant", () => {
    assert.strictEqual(suggestionOf(unknown), "critical")
    assert.strictEqual(suggestionOf(negative), undefined)
    assert.include(renamed(refused, unknown.path, "critical"), `"critical": true`)
    assert.strictEqual(renamed(refused, "steps[3].x", "y"), refused)
  })
})

describe("simulated runs", () => {
  it("that differ in the same way are one group, the largest first", () => {
    const run = (orderId: string, kind: "added" | "outcome" | undefined): SimulatedRun => ({
      orderId,
      same: kind === undefined,
      before: { state: "failed" },
      after: { state: "completed" },
      differences: kind === undefined ? [] : [{ stepId: "pay", kind }],
      unanswered: []
    })
    const groups = groupsOf([run("a", "added"), run("b", "outcome"), run("c", undefined), run("d", "outcome")])
    assert.deepStrictEqual(
      groups.map(({ runs, steps }) => [steps, runs.map(({ orderId }) => orderId)]),
      [[["pay: another outcome"], ["b", "d"]], [["pay: a step more"], ["a"]]]
    )
  })
})

describe("the users of a setting", () => {
  const at = "2026-11-30T00:00:00Z"
  const stored = { version: 1, createdAt: at, updatedAt: at }
  const connector = { ...stored, id: "c", connectorId: "c", name: "Webhook", host: "https://partner.example/x" }
  const pipeline = (name: string, step: object) => ({ ...stored, name, steps: [{ id: "s", ...step }] })
  const pipelines = [
    pipeline("by-id", { connector: "Webhook", connectorId: "c" }),
    pipeline("by-name", { connector: "Webhook" }),
    pipeline("own-host", { connector: "Webhook", properties: [{ key: "Host", value: "https://partner.example/y" }] }),
    pipeline("other", { connectorId: "d", options: { endpoint: "https://other.example" } })
  ]
  it("are the steps that name a connector", () => {
    assert.deepStrictEqual(usersOf("connectors", connector, pipelines, []).map(({ id }) => id), ["by-id", "by-name"])
  })
  it("are the steps and connectors that call the host of an auth provider", () => {
    const provider = { ...stored, name: "p", domain: "partner.example" }
    assert.deepStrictEqual(
      usersOf("authProviders", provider, pipelines, [connector]).map(({ id }) => id),
      ["own-host", "c"]
    )
  })
})
