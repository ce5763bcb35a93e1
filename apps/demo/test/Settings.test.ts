import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { scenarios } from "../src/scenario/Scenarios.ts"
import { withPartners } from "../src/servers/Settings.ts"

const template = JSON.parse(readFileSync(new URL("../settings/seeds.json", import.meta.url), "utf8"))

const names = [
  "provisioning",
  "billing",
  "fulfilment",
  "validation",
  "nordic",
  "worldwide",
  "analytics",
  "slow",
  "flaky",
  "nonsense",
  "zuora",
  "crm",
  "warehouse"
]
const origins = Object.fromEntries(names.map((name, index) => [name, `http://127.0.0.1:${40_001 + index}`]))

const settings = withPartners(template, origins)
const text = JSON.stringify(settings)

describe("The demo's settings", () => {
  it("contain the seeds' examples unchanged except for the host", () => {
    assert.include(
      text,
      JSON.stringify({
        endpoint: "http://127.0.0.1:40001/api/provision",
        timeoutValue: 5000,
        shouldRejectOn: { status: [400, 404, 500] }
      })
    )
    assert.include(
      text,
      JSON.stringify({
        name: "WebhookWorkflowStep",
        active: true,
        Connector: "Webhook",
        Properties: [
          { Key: "Host", Value: "http://127.0.0.1:40004/api/validate" },
          { Key: "Authorization", Value: "Bearer your-token", KeyGroup: "RequestHeaders" }
        ]
      })
    )
    assert.include(
      text,
      JSON.stringify({
        name: "WebhookWorkflowStep",
        active: true,
        Connector: "Webhook",
        ConnectorId: "my-validation-service",
        StopOnError: true,
        Properties: [{ Key: "ErrorStatus", Value: "ValidationFailed" }]
      })
    )
    assert.include(
      text,
      JSON.stringify({
        Name: "Webhook",
        ConnectorId: "my-validation-service",
        DisplayName: "Order Validation",
        Host: "http://127.0.0.1:40004/api/validate",
        BearerToken: "your-token-here"
      })
    )
  })

  it("reach partners inside expressions and as a domain too", () => {
    const expression = "{% 'https://billing.example.com/accounts/' & callouts.provision.body.accountId %}"
    assert.strictEqual(
      withPartners(expression, origins),
      "{% 'http://127.0.0.1:40002/accounts/' & callouts.provision.body.accountId %}"
    )
    assert.include(text, `"domain":"127.0.0.1:40001"`)
    assert.include(text, `"domain":"127.0.0.1:40011"`)
  })

  it("name no host that a partner does not play", () => {
    assert.notInclude(text, "example.com")
    assert.throws(() => withPartners({ Host: "https://nobody.example.com/" }, origins), "No partner plays")
  })

  it("leave an e-mail address and a foreign host unchanged", () => {
    const others = { email: "ada@example.com", host: "https://example.org/api", text: "see example.com for more" }
    assert.deepStrictEqual(withPartners(others, origins), others)
  })

  it("have a pipeline for every order", () => {
    const pipelines = template.pipelines.map(({ match, name }: { name: string; match: { when: string } }) => {
      assert.strictEqual(match.when, `order.orderOrigin = '${name}'`)
      return name
    })
    const needed = [...new Set(scenarios.map(({ order }) => order["orderOrigin"]))]
    assert.sameMembers(pipelines, needed)
  })
})
