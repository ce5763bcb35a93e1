import { assert, describe, it } from "@effect/vitest"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { decodePipeline } from "@sluice/domain/settings/PipelineDocument"
import {
  keepStored,
  redactDocument,
  secretsIn,
  secretTexts,
  type SettingsKind,
  slotText
} from "@sluice/domain/settings/SettingsDocument"
import { decodeSettingsFile } from "@sluice/domain/settings/SettingsFile"

const secretsOf = (kind: SettingsKind, document: JsonObject) => secretsIn(kind, document).map(slotText)

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
  it("finds a pipeline's secrets at any place, and ignores expressions and descriptions", () => {
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

  it("never moves a secret to another step", () => {
    assert.deepStrictEqual(kept("pipeline", { steps: [step("b", "[redacted]")] }, { steps: [step("a", "ka")] }), [
      "steps[0].options.headers.X-Key"
    ])
  })
})

describe("secrets in URLs", () => {
  const endpoint = "https://a.example/x?id=1&api_key=k%2B1&Signature=s+2#token=no"
  const document: JsonObject = {
    name: "p",
    steps: [
      { id: "a", options: { endpoint, headers: { Referer: "https://r.example/?token=t" }, note: "?token=no" } },
      { id: "b", properties: [{ key: "Host", value: "https://b.example?auth=b" }] },
      { id: "c", options: { endpoint: "{% \"https://c.example?token=no\" %}" } }
    ]
  }

  it("are the values of query parameters with secret names, and nothing else is hidden", () => {
    assert.deepStrictEqual(secretsOf("pipeline", document), [
      "steps[0].options.endpoint?api_key",
      "steps[0].options.endpoint?Signature",
      "steps[0].options.headers.Referer?token",
      "steps[1].properties[0].value?auth"
    ])
    const shown = redactDocument("pipeline", document)
    const [first, second, third] = shown["steps"] as ReadonlyArray<JsonObject>
    assert.deepInclude(first?.["options"], {
      endpoint: "https://a.example/x?id=1&api_key=[redacted]&Signature=[redacted]#token=no",
      note: "?token=no"
    })
    assert.deepStrictEqual(second?.["properties"], [{ key: "Host", value: "https://b.example?auth=[redacted]" }])
    assert.deepStrictEqual(third, (document["steps"] as ReadonlyArray<JsonObject>)[2])
    assert.deepStrictEqual(keepStored("pipeline", shown, document), { document })
  })

  it("are kept by name, however a client re-encodes the URL", () => {
    const written = "https://a.example/other?api_key=%5Bredacted%5D&new=1"
    const kept = keepStored("pipeline", { steps: [{ id: "a", options: { endpoint: written } }] }, document)
    assert.deepStrictEqual(kept, {
      document: { steps: [{ id: "a", options: { endpoint: "https://a.example/other?api_key=k%2B1&new=1" } }] }
    })
  })

  it("are searched both as written and as the receiver decodes them", () => {
    const url = "https://a.example/x?api_key=long%2Benough"
    assert.deepStrictEqual(secretTexts("connector", { host: url }), ["long%2Benough", "long+enough"])
  })
})

describe("a stored secret stays with its address", () => {
  const connector = { name: "Webhook", host: "https://a.example/x", bearerToken: "token" }
  const provider = { name: "a", domain: "a.example", type: "oauth2ClientCredentials", clientSecret: "s" }
  const tokenUrl = "https://t.example/token"
  const endpoint = { url: "https://a.example/x", types: ["*"], secret: "s", headers: { "X-Key": "k" } }
  const callout = (endpoint: string) => ({ steps: [{ id: "a", options: { endpoint, headers: { "X-Key": "k" } } }] })
  const base = (name: string, url: string) => ({
    steps: [{ id: "a", options: { [name]: url, account: { token: "t" } } }]
  })
  const side = (name: string, url: string) => ({
    steps: [{
      id: "a",
      options: { endpoint: "https://a.example" },
      [name]: { endpoint: url, headers: { "X-Key": "k" } }
    }]
  })
  const workflow = (members: JsonObject, host?: string) => ({
    steps: [{
      id: "a",
      connector: "Webhook",
      ...members,
      properties: [
        ...(host === undefined ? [] : [{ key: "Host", value: host }]),
        { key: "X-Key", value: "k", keyGroup: "RequestHeaders" }
      ]
    }]
  })
  const [http, https, other] = ["http://a.example", "https://a.example", "https://b.example"]

  it.each<[SettingsKind, JsonObject, JsonObject, boolean]>([
    ["connector", connector, { ...connector, host: "https://a.example:443/other?x=1" }, true],
    ["connector", connector, { ...connector, host: "https://A.example/" }, true],
    ["connector", connector, { ...connector, host: "https://a.example:8443/x" }, false],
    ["connector", connector, { ...connector, host: "http://a.example/x" }, false],
    ["connector", connector, { ...connector, allowedHosts: [other] }, false],
    ["connector", { ...connector, allowedHosts: [other] }, { ...connector, host: `${other}/x` }, true],
    ["connector", { ...connector, allowedHosts: [other] }, connector, true],
    ["connector", connector, { ...connector, displayName: "new" }, true],
    ["authProvider", provider, { ...provider, domain: "A.EXAMPLE" }, true],
    ["authProvider", provider, { ...provider, domain: "a.example:443" }, false],
    ["authProvider", { ...provider, tokenUrl }, { ...provider, tokenUrl: "https://t.example/other" }, true],
    ["authProvider", { ...provider, tokenUrl }, { ...provider, tokenUrl: "https://u.example/token" }, false],
    ["webhookEndpoint", endpoint, { ...endpoint, url: "https://a.example/y" }, true],
    ["webhookEndpoint", endpoint, { ...endpoint, url: "https://b.example/x" }, false],
    ["webhookEndpoint", { ...endpoint, auth: { tokenUrl, clientSecret: "s" } }, {
      ...endpoint,
      auth: { tokenUrl: "https://u.example", clientSecret: "s" }
    }, false],
    ["pipeline", callout(https), callout(`${https}/other`), true],
    ["pipeline", callout(https), callout(http), false],
    ["pipeline", callout("{% order.a %}"), callout("{% order.b %}"), false],
    ["pipeline", callout(`${https}?api_key=k`), callout(`${other}?api_key=k`), false],
    ["pipeline", base("baseUrl", https), base("baseUrl", other), false],
    ["pipeline", base("instanceUrl", https), base("instanceUrl", other), false],
    ["pipeline", base("site", https), base("site", other), false],
    ["pipeline", side("compensate", https), side("compensate", other), false],
    ["pipeline", side("probe", https), side("probe", `${https}/x`), true],
    ["pipeline", side("probe", https), side("probe", other), false],
    ["pipeline", workflow({}, https), workflow({}, `${https}/x`), true],
    ["pipeline", workflow({}, https), workflow({}, other), false],
    ["pipeline", workflow({ connectorId: "c" }), workflow({ connectorId: "c" }), true],
    ["pipeline", workflow({ connectorId: "c" }), workflow({ connectorId: "d" }), false]
  ])("%s %j written as %j keeps it: %s", (kind, stored, next, keeps) => {
    const result = keepStored(kind, redactDocument(kind, next), stored)
    if (keeps) assert.deepStrictEqual(result, { document: next })
    else {
      const faults = "faults" in result ? result.faults : []
      assert.isNotEmpty(faults)
      for (const { message } of faults) {
        assert.match(message, /the stored secret is for .* write the secret again to send/)
      }
    }
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

  it("names an unset variable", () => {
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

  it("identifies a webhook endpoint by its id, else by its address", () => {
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
