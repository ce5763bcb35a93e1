import { assert, describe, it } from "@effect/vitest"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { decodePipeline } from "@sluice/domain/settings/PipelineDocument"
import {
  keepStored,
  pathText,
  redactDocument,
  secretPaths,
  type SettingsKind
} from "@sluice/domain/settings/SettingsDocument"
import { decodeSettingsFile } from "@sluice/domain/settings/SettingsFile"

const secretsOf = (kind: SettingsKind, document: JsonObject) => secretPaths(kind, document).map(pathText)

const pipeline: JsonObject = {
  name: "p",
  match: { token: "no" },
  steps: [
    {
      id: "a",
      name: "calloutPlugin",
      responseSchema: { properties: { password: { type: "string" } }, token: "no" },
      options: {
        headers: {
          "X-Api-Key": "k",
          Accept: "no",
          Authorization: "{% callouts.b.body.token %}",
          "x-auth": "Bearer {% no %}"
        },
        account: { Password: "p", name: "no" }
      },
      compensate: {
        endpoint: "e",
        headers: { Cookie: "c" },
        body: { token: "{% order.id %}", deep: [{ clientSecret: "s" }] }
      },
      probe: { endpoint: "e", headers: { "X-Signature": "g" } }
    },
    {
      id: "w",
      name: "WebhookWorkflowStep",
      properties: [
        { key: "Host", value: "no" },
        { key: "MyToken", value: "no" },
        { key: "Authorization", value: "Bearer t", keyGroup: "RequestHeaders" },
        { key: "X-Trace", value: "no", keyGroup: "RequestHeaders" },
        { key: "X-Secret", value: "x", keyGroup: "requestheaders" }
      ]
    }
  ]
}

const pipelineSecrets = [
  "steps[0].options.headers.X-Api-Key",
  "steps[0].options.headers.x-auth",
  "steps[0].options.account.Password",
  "steps[0].compensate.headers.Cookie",
  "steps[0].compensate.body.deep[0].clientSecret",
  "steps[0].probe.headers.X-Signature",
  "steps[1].properties[2].value",
  "steps[1].properties[4].value"
]

const kept = (kind: SettingsKind, document: JsonObject, stored?: JsonObject) => {
  const result = keepStored(kind, document, stored)
  return "faults" in result ? result.faults.map(({ path }) => path) : result.document
}

const step = (id: string, key: string) => ({ id, options: { headers: { "X-Key": key } } })
const connector = (name: string, connectorId?: string) => ({
  name,
  host: "http://x",
  ...(connectorId && { connectorId })
})

describe("SettingsDocument", () => {
  it("finds a pipeline's secrets wherever they stand, and neither expressions nor descriptions", () => {
    assert.deepStrictEqual(secretsOf("pipeline", pipeline), pipelineSecrets)
  })

  it.each<[SettingsKind, JsonObject, ReadonlyArray<string>]>([
    ["connector", {
      host: "no",
      bearerToken: "t",
      username: "no",
      password: "p",
      customHeaders: { "X-Key": "k", Accept: "no" }
    }, ["bearerToken", "password", "customHeaders.X-Key"]],
    ["authProvider", { type: "bearer", token: "t", username: "no", clientId: "no", clientSecret: "s", password: "p" }, [
      "token",
      "clientSecret",
      "password"
    ]],
    ["webhookEndpoint", {
      url: "no",
      secret: "whsec_x",
      headers: { authorization: "a" },
      auth: { type: "basic", password: "p" }
    }, ["secret", "headers.authorization", "auth.password"]]
  ])("finds the secrets of a %s", (kind, document, paths) => {
    assert.deepStrictEqual(secretsOf(kind, document), paths)
  })

  it("hides every secret and changes nothing else", () => {
    const shown = redactDocument("pipeline", pipeline)
    assert.strictEqual(JSON.stringify(shown).match(/\[redacted\]/g)?.length, pipelineSecrets.length)
    assert.deepStrictEqual(keepStored("pipeline", shown, pipeline), { document: pipeline })
    assert.deepStrictEqual(secretsOf("pipeline", shown), pipelineSecrets)
  })

  it("keeps the stored secrets of steps that moved, and of headers written in another case", () => {
    const stored = {
      steps: [
        { id: "a", options: { headers: { "X-Key": "ka" } } },
        { id: "b", properties: [{ key: "X-Key", value: "kb", keyGroup: "RequestHeaders" }] }
      ]
    }
    const written = {
      steps: [{
        id: "b",
        properties: [{ key: "new", value: "1" }, { key: "x-key", value: "[redacted]", keyGroup: "RequestHeaders" }]
      }],
      postProcessing: [{ id: "a", options: { headers: { "x-key": "[redacted]" } } }]
    }
    assert.deepStrictEqual(kept("pipeline", written, stored), {
      steps: [{
        id: "b",
        properties: [{ key: "new", value: "1" }, { key: "x-key", value: "kb", keyGroup: "RequestHeaders" }]
      }],
      postProcessing: [{ id: "a", options: { headers: { "x-key": "ka" } } }]
    })
  })

  it.each<[JsonObject, JsonObject | undefined, Json]>([
    [{ bearerToken: "[redacted]" }, { bearerToken: "t" }, { bearerToken: "t" }],
    [{ bearerToken: "new" }, { bearerToken: "t" }, { bearerToken: "new" }],
    [{}, { bearerToken: "t" }, {}],
    [{ displayName: "[redacted]" }, undefined, { displayName: "[redacted]" }],
    [{ bearerToken: "[redacted]" }, undefined, ["bearerToken"]],
    [{ bearerToken: "[redacted]" }, { password: "p" }, ["bearerToken"]],
    [{ customHeaders: { "X-Key": "[redacted]" } }, { customHeaders: { "X-Token": "t" } }, ["customHeaders.X-Key"]]
  ])("written %j over %j gives %j", (written, stored, expected) => {
    assert.deepStrictEqual(kept("connector", written, stored), expected)
  })

  it("never gives a step the secret of another", () => {
    assert.deepStrictEqual(kept("pipeline", { steps: [step("b", "[redacted]")] }, { steps: [step("a", "ka")] }), [
      "steps[0].options.headers.X-Key"
    ])
  })
})

describe("SettingsFile", () => {
  const example = {
    "pipelines": [{
      "name": "new-order",
      "match": { "orderTypes": ["NEW_ORDER"] },
      "steps": [
        {
          "name": "calloutPlugin",
          "service": "limio",
          "id": "provision",
          "critical": true,
          "options": {
            "endpoint": "https://example.com/api/provision",
            "timeoutValue": 5000,
            "shouldRejectOn": { "status": [400, 404, 500] }
          }
        },
        {
          "name": "WebhookWorkflowStep",
          "active": true,
          "Connector": "Webhook",
          "ConnectorId": "my-validation-service",
          "StopOnError": true,
          "Properties": [{ "Key": "ErrorStatus", "Value": "ValidationFailed" }]
        },
        {
          "name": "zuora",
          "options": {
            "baseUrl": "https://rest.zuora.com",
            "accountNumber": "{% callouts.provision.body.accountId %}",
            "subscriptions": [{ "productRatePlanId": "8ad0…" }]
          }
        }
      ]
    }],
    "connectors": [{
      "Name": "Webhook",
      "ConnectorId": "my-validation-service",
      "Host": "https://validation.example.com/api/validate",
      "BearerToken": { "env": "VALIDATION_TOKEN" }
    }]
  }

  it("reads the example of the contract, secrets from the environment", () => {
    const decoded = decodeSettingsFile(example, (name) => name === "VALIDATION_TOKEN" ? "a-token" : undefined)
    if ("faults" in decoded) throw new Error(JSON.stringify(decoded.faults))
    const { authProviders, connectors, pipelines, webhookEndpoints } = decoded.settings
    assert.deepStrictEqual(pipelines[0]?.pipeline.steps.map(({ id }) => id), [
      "provision",
      "WebhookWorkflowStep",
      "zuora"
    ])
    assert.strictEqual(connectors[0]?.id, "my-validation-service")
    assert.strictEqual(connectors[0]?.document.bearerToken, "a-token")
    assert.deepStrictEqual([authProviders, webhookEndpoints], [[], []])
  })

  it("names the variable that is not set", () => {
    assert.deepStrictEqual(decodeSettingsFile(example, () => undefined), {
      faults: [{ path: "connectors[0].bearerToken", message: "the environment variable VALIDATION_TOKEN is not set" }]
    })
  })

  it("addresses connectors by ConnectorId, else by name, each differently", () => {
    const decoded = decodeSettingsFile(
      { connectors: [connector("Webhook"), connector("Webhook"), connector("Webhook", "Webhook_2")] },
      () => undefined
    )
    assert.deepStrictEqual("settings" in decoded && decoded.settings.connectors.map(({ id }) => id), [
      "Webhook",
      "Webhook_3",
      "Webhook_2"
    ])
  })

  it("finds a webhook endpoint again by its id, else by its address", () => {
    const secret = `whsec_${btoa("a secret of at least 24 bytes")}`
    const endpoints = [{ Url: "http://x", types: ["*"], Secret: { env: "S" } }, {
      Id: "a",
      Url: "http://x",
      types: ["*"]
    }]
    const decoded = decodeSettingsFile({ WebhookEndpoints: endpoints }, () => secret)
    assert.isTrue("settings" in decoded)
    if (!("settings" in decoded)) return
    assert.deepStrictEqual(decoded.settings.webhookEndpoints.map(({ endpoint }) => endpoint.id), ["http://x", "a"])
    assert.deepInclude(decoded.settings.webhookEndpoints[0]?.document, { url: "http://x", secret })
  })

  it.each<[Json, ReadonlyArray<string>]>([
    [[], [""]],
    [{ pipeline: [] }, ["pipeline"]],
    [{ pipelines: {}, webhookEndpoints: [1] }, ["pipelines", "webhookEndpoints[0]"]],
    [{ pipelines: [{ name: "p", steps: [{ name: "a", options: { headers: { a: 1 } } }] }] }, [
      "pipelines[0].steps[0].options.headers.a"
    ]],
    [{ pipelines: [{ name: "p", steps: [] }, { name: "p", steps: [] }] }, ["pipelines[1]"]],
    [{
      authProviders: [{ name: "a", domain: "x", type: "bearer", token: "t" }, {
        name: "a",
        domain: "y",
        type: "bearer",
        token: "t"
      }]
    }, ["authProviders[1]"]]
  ])("refuses %j at %j", (json, paths) => {
    const decoded = decodeSettingsFile(json, () => undefined)
    assert.deepStrictEqual("faults" in decoded ? decoded.faults.map(({ path }) => path) : [], paths)
  })

  it("stores what was decoded in a form whose secrets can be found", () => {
    const decoded = decodePipeline({
      name: "p",
      steps: [{ name: "a", Options: { CustomHeaders: [{ Key: "X-Key", Value: "k" }] } }]
    }, 1)
    assert.deepStrictEqual("document" in decoded && secretsOf("pipeline", decoded.document), [
      "steps[0].options.customHeaders.X-Key"
    ])
  })
})
