import { assert, describe, it } from "@effect/vitest"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { decodePipeline } from "@sluice/domain/settings/PipelineDocument"

const read = (json: Json, environment?: (name: string) => string | undefined) => {
  const decoded = decodePipeline(json, 1, environment)
  if ("faults" in decoded) throw new Error(JSON.stringify(decoded.faults))
  return decoded
}

const faultsOf = (json: Json) => {
  const decoded = decodePipeline(json, 1)
  return "faults" in decoded ? decoded.faults.map(({ path }) => path) : []
}

const pipeline = (...steps: ReadonlyArray<Json>): JsonObject => ({ name: "p", steps })
const stepOf = (step: Json) => read(pipeline(step)).pipeline.steps[0]!

describe("PipelineDocument", () => {
  it("reads the callout plugin of the first seed unchanged", () => {
    const { document, pipeline: { steps } } = read(pipeline({
      "name": "calloutPlugin",
      "service": "limio",
      "critical": true,
      "options": {
        "endpoint": "https://example.com/api/provision",
        "timeoutValue": 5000,
        "shouldRejectOn": {
          "status": [400, 404, 500]
        }
      }
    }))
    assert.deepStrictEqual(steps, [{
      name: "calloutPlugin",
      id: "calloutPlugin",
      active: true,
      scope: {},
      options: {
        endpoint: "https://example.com/api/provision",
        timeoutValue: 5000,
        shouldRejectOn: { status: [400, 404, 500] }
      },
      service: "limio",
      critical: true
    }])
    assert.deepStrictEqual(Object.keys((document.steps as ReadonlyArray<JsonObject>)[0]!), [
      "name",
      "id",
      "service",
      "critical",
      "options"
    ])
  })

  it("reads the workflow steps of the fourth seed unchanged", () => {
    const { document, pipeline: { steps } } = read(pipeline(
      {
        "name": "WebhookWorkflowStep",
        "active": true,
        "Connector": "Webhook",
        "StopOnError": true,
        "Properties": [
          { "Key": "Host", "Value": "https://validation.example.com/api/validate" },
          { "Key": "Authorization", "Value": "Bearer your-token", "KeyGroup": "RequestHeaders" },
          { "Key": "ErrorStatus", "Value": "ValidationFailed" }
        ]
      },
      {
        "name": "WebhookWorkflowStep",
        "active": true,
        "Connector": "Webhook",
        "ConnectorId": "my-validation-service"
      }
    ))
    assert.deepStrictEqual(steps[0], {
      name: "WebhookWorkflowStep",
      id: "WebhookWorkflowStep",
      active: true,
      critical: true,
      scope: {},
      options: {
        connector: "Webhook",
        stopOnError: true,
        properties: [
          { key: "Host", value: "https://validation.example.com/api/validate" },
          { key: "Authorization", value: "Bearer your-token", keyGroup: "RequestHeaders" },
          { key: "ErrorStatus", value: "ValidationFailed" }
        ]
      }
    })
    assert.deepStrictEqual(steps[1], {
      name: "WebhookWorkflowStep",
      id: "WebhookWorkflowStep_2",
      active: true,
      scope: {},
      options: { connector: "Webhook", connectorId: "my-validation-service" }
    })
    assert.deepStrictEqual((document.steps as ReadonlyArray<Json>)[1], {
      name: "WebhookWorkflowStep",
      id: "WebhookWorkflowStep_2",
      active: true,
      connector: "Webhook",
      connectorId: "my-validation-service"
    })
  })

  it("produces a document that reads back as the same pipeline", () => {
    const first = read({
      Name: "p",
      Match: { OrderTypes: ["NEW_ORDER"], When: "true" },
      Priority: 3,
      CompletedStatus: "Done",
      DeadlineMs: 1000,
      Mine: { Keep: 1 },
      Steps: [
        { Name: "calloutPlugin", Compensate: { Endpoint: "http://a", Headers: [{ Key: "X-Key", Value: "v" }] } },
        {
          Name: "calloutPlugin",
          EnabledForMarkets: ["NOR"],
          Options: { Headers: { "X-A": "b" }, Retry: { DelaysMs: [1] } }
        },
        { Name: "SomeWorkflowStep", Properties: { Host: "http://b" }, Critical: false }
      ],
      PostProcessing: [{ Name: "webhook", Options: { Endpoint: "http://c" } }]
    })
    assert.deepStrictEqual(read({ ...first.document, version: 7, createdAt: "x", warnings: [] }), first)
    assert.deepStrictEqual(first.document.mine, { Keep: 1 })
    assert.deepStrictEqual(first.pipeline.match, { orderTypes: ["NEW_ORDER"], when: "true" })
    assert.deepStrictEqual(first.pipeline.steps[0]?.compensate, { endpoint: "http://a", headers: { "X-Key": "v" } })
    assert.deepStrictEqual(first.pipeline.steps[1]?.options, { headers: { "X-A": "b" }, retry: { delaysMs: [1] } })
    assert.deepStrictEqual(first.pipeline.steps[2]?.options, {
      properties: [{ key: "Host", value: "http://b" }],
      stopOnError: false
    })
  })

  it("leaves the partner's own names inside options unchanged", () => {
    const account = { Name: "n", Custom__c: 1 }
    assert.deepStrictEqual(
      stepOf({ name: "zuora", Options: { Account: account, Subscriptions: [{ ProductRatePlanId: "1" }] } }).options,
      {
        account,
        subscriptions: [{ productRatePlanId: "1" }]
      }
    )
  })

  it.each<[string, ReadonlyArray<JsonObject>, ReadonlyArray<string>]>([
    ["by the name, then numbered", [{ name: "a" }, { name: "a" }, { name: "a" }], ["a", "a_2", "a_3"]],
    ["never one that a later step has", [{ name: "a" }, { name: "b", id: "a" }], ["a_2", "a"]],
    ["as an identifier", [{ name: "my-plugin" }, { name: "3d" }], ["my_plugin", "_3d"]],
    ["never one whose compensation is taken", [{ name: "a", compensate: { endpoint: "x" } }, {
      name: "b",
      id: "a_compensation"
    }], ["a_2", "a_compensation"]]
  ])("gives ids %s", (_, steps, ids) => {
    assert.deepStrictEqual(read(pipeline(...steps)).pipeline.steps.map(({ id }) => id), ids)
  })

  it.each<[JsonObject, boolean | undefined, Json | undefined]>([
    [{ name: "calloutPlugin", critical: true }, true, undefined],
    [{ name: "calloutPlugin" }, undefined, undefined],
    [{ name: "XWorkflowStep" }, undefined, undefined],
    [{ name: "XWorkflowStep", critical: true }, true, true],
    [{ name: "XWorkflowStep", StopOnError: true }, true, true],
    [{ name: "XWorkflowStep", StopOnError: false, critical: false }, false, false],
    [{ name: "ExportOrder", StopOnError: true }, true, true],
    [{ name: "mine", Connector: "Webhook", StopOnError: true }, true, true]
  ])("of %j critical is %s and stopOnError %s", (step, critical, stopOnError) => {
    assert.strictEqual(stepOf(step).critical, critical)
    assert.strictEqual(stepOf(step).options.stopOnError, stopOnError)
  })

  it.each<[Json, ReadonlyArray<string>]>([
    [[], [""]],
    [{ steps: [] }, ["name"]],
    [{ name: "", steps: [] }, ["name"]],
    [{ name: "p" }, ["steps"]],
    [{ name: "p", steps: {} }, ["steps"]],
    [{ name: "p", steps: [], postProcessing: 1 }, ["postProcessing"]],
    [{ name: "p", steps: [], match: [] }, ["match"]],
    [{ name: "p", steps: [], match: { orderTypes: "X", marketIds: [1], when: 5 } }, [
      "match.orderTypes",
      "match.marketIds",
      "match.when"
    ]],
    [{ name: "p", steps: [], priority: "1", failedStatus: "", completedStatus: 1, deadlineMs: 0 }, [
      "failedStatus",
      "priority",
      "completedStatus",
      "deadlineMs"
    ]],
    [{ name: "p\0", steps: [] }, ["name"]],
    [pipeline("x"), ["steps[0]", "steps[0].name"]],
    [pipeline({}), ["steps[0].name"]],
    [pipeline({ name: "a", id: "1a" }), ["steps[0].id"]],
    [pipeline({ name: "a", id: "x" }, { name: "b", id: "x" }), ["steps[1].id"]],
    [{ ...pipeline({ name: "a", id: "x" }), postProcessing: [{ name: "b", id: "x" }] }, ["postProcessing[0].id"]],
    [pipeline({ name: "a", id: "x", compensate: { endpoint: "e" } }, { name: "b", id: "x_compensation" }), [
      "steps[0].id"
    ]],
    [pipeline({ name: "a", active: "yes", critical: 1, when: true, onUnavailable: "wait" }), [
      "steps[0].critical",
      "steps[0].active",
      "steps[0].when",
      "steps[0].onUnavailable"
    ]],
    [pipeline({ name: "a", enabledForStores: "x" }), ["steps[0].enabledForStores"]],
    [pipeline({ name: "a", options: [] }), ["steps[0].options"]],
    [pipeline({ name: "a", compensate: {}, probe: { endpoint: "" } }), [
      "steps[0].compensate.endpoint",
      "steps[0].probe.endpoint"
    ]],
    [
      pipeline({
        name: "a",
        compensate: { endpoint: "e", timeoutValue: -1, method: "G T", shouldRejectOn: { status: [99] } }
      }),
      [
        "steps[0].compensate.method",
        "steps[0].compensate.timeoutValue",
        "steps[0].compensate.shouldRejectOn.status"
      ]
    ],
    [pipeline({ name: "a", options: { headers: { "X A": "b", "X-B": 1, "X-C": "a\r\nb" } } }), [
      "steps[0].options.headers.X A",
      "steps[0].options.headers.X-B",
      "steps[0].options.headers.X-C"
    ]],
    [pipeline({ name: "a", options: { headers: { "X-Key": { env: "K" } } } }), ["steps[0].options.headers.X-Key"]],
    [pipeline({ name: "XWorkflowStep", connector: 1, properties: ["x", { value: 1 }, { key: "k", keyGroup: 2 }] }), [
      "steps[0].properties[0]",
      "steps[0].properties[1].key",
      "steps[0].properties[2].keyGroup",
      "steps[0].connector"
    ]],
    [pipeline({ name: "XWorkflowStep", properties: [{ key: "a b", value: "x", keyGroup: "RequestHeaders" }] }), [
      "steps[0].properties[0].value"
    ]],
    [pipeline({ name: "XWorkflowStep", critical: false, stopOnError: true }), ["steps[0].stopOnError"]]
  ])("refuses %j at %j", (json, paths) => {
    assert.deepStrictEqual(faultsOf(json), paths)
  })

  it("takes secrets from the environment if the settings file says so, and names an unset variable", () => {
    const json = pipeline(
      {
        name: "calloutPlugin",
        options: { headers: { "X-Key": { env: "KEY" }, "X-Tenant": { Env: "TENANT" } }, body: { env: "stays" } }
      },
      {
        name: "XWorkflowStep",
        Properties: [{ Key: "Authorization", Value: { env: "AUTH" }, KeyGroup: "RequestHeaders" }]
      }
    )
    const { document, pipeline: { steps } } = read(json, (name) => `<${name}>`)
    assert.deepStrictEqual(steps[0]?.options, {
      headers: { "X-Key": "<KEY>", "X-Tenant": "<TENANT>" },
      body: { env: "stays" }
    })
    assert.deepStrictEqual(steps[1]?.options.properties, [{
      key: "Authorization",
      value: "<AUTH>",
      keyGroup: "RequestHeaders"
    }])
    assert.include(JSON.stringify(document), "<AUTH>")
    const missing = decodePipeline(json, 1, (name) => name === "AUTH" ? undefined : name)
    assert.deepStrictEqual("faults" in missing && missing.faults, [
      { path: "steps[1].properties[0].value", message: "the environment variable AUTH is not set" }
    ])
  })
})
