/** Data that flows from partner to partner through the whole server: the seed's provisioning case, and what is said of it. */
import { assert, layer } from "@effect/vitest"
import type { JsonObject } from "@sluice/domain/json/Json"
import { Effect, Layer } from "effect"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

const answers: ReadonlyArray<readonly [prefix: string, status: number, body: unknown]> = [
  ["/oauth/token", 200, { access_token: "the-token-of-the-test", expires_in: 3599, token_type: "bearer" }],
  ["/api/provision", 200, { accountId: "ACC-12345" }],
  ["/v1/accounts", 200, { success: true, accountId: "4028", accountNumber: "ACC-12345" }],
  ["/v1/orders", 200, { success: true, orderNumber: "O-1", subscriptionNumbers: ["A-S1"] }],
  ["/services/data", 201, {
    id: "e01",
    success: true,
    errors: [{ statusCode: "OPERATION_ENQUEUED", message: "232f", fields: [] }]
  }]
]

const steps = (url: string, accountNumber = "{% callouts.provision.body.accountId %}") => [
  { name: "calloutPlugin", id: "provision", critical: true, options: { endpoint: `${url}/api/provision` } },
  { name: "zuora", options: { baseUrl: url, accountNumber, subscriptions: [{ productRatePlanId: "8ad0" }] } },
  {
    name: "salesforceV3",
    options: { instanceUrl: url, fields: { InitiatedByExternalId: "{% steps.zuora.output.orderNumber %}" } }
  }
]

const zuora = (options: JsonObject) => ({ body: { steps: [{ name: "zuora", options }] } })

layer(Layer.merge(Sluice.layer(), Partner.layer), { excludeTestServices: true })("vendors", (it) => {
  const setUp = Effect.gen(function*() {
    const { ask } = yield* Sluice
    const partner = yield* Partner
    for (const [prefix, status, body] of answers) {
      partner.answer(
        prefix,
        (_, response) =>
          void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
      )
    }
    yield* ask("PUT", "/v1/auth-providers/vendors", {
      body: {
        type: "oauth2ClientCredentials",
        domain: new URL(partner.url).host,
        tokenUrl: `${partner.url}/oauth/token`,
        clientId: "id",
        clientSecret: "a-secret-of-the-test"
      }
    })
    return { ask, partner }
  })

  it.effect("the provisioning system's accountId is Zuora's account number, and Zuora's numbers reach Salesforce", () =>
    Effect.gen(function*() {
      const { ask, partner } = yield* setUp
      const saved = yield* ask("PUT", "/v1/pipelines/sale", {
        body: { match: { orderTypes: ["NEW_ORDER"] }, steps: steps(partner.url) }
      })
      assert.strictEqual(saved.status, 201, saved.text)
      const { json } = yield* ask("POST", "/v1/orders", {
        headers: { prefer: "wait=60" },
        body: { orderType: "NEW_ORDER", id: "sale-1", customerName: "Ada Lovelace" }
      })
      assert.strictEqual(json.processEvent.state, "completed")
      const [provision, billing, crm] = json.processEvent.steps
      assert.deepStrictEqual([provision.state, billing.state, crm.state], ["succeeded", "succeeded", "succeeded"])
      assert.isTrue(billing.critical)
      assert.deepStrictEqual(billing.output, {
        accountNumber: "ACC-12345",
        subscriptionNumbers: ["A-S1"],
        orderNumber: "O-1"
      })
      assert.strictEqual(billing.callouts[0].request.body.accountNumber, "ACC-12345")
      assert.strictEqual(new Set(billing.callouts.map((one: any) => one.idempotencyKey)).size, 2)
      assert.strictEqual(json.order.externalIds.length, 3)
      const event = JSON.parse(partner.asked.find(({ path }) => path.startsWith("/services/data"))!.body)
      assert.deepInclude(event, { i42as__SubscriptionId__c: "A-S1", i42as__InitiatedByExternalId__c: "O-1" })
      const text = JSON.stringify(json)
      for (const secret of ["the-token-of-the-test", "a-secret-of-the-test"]) assert.notInclude(text, secret)
    }))

  it.effect("options that cannot work are refused when the pipeline is saved, with their place and the remedy", () =>
    Effect.gen(function*() {
      const { ask, partner } = yield* setUp
      const good = { baseUrl: partner.url, subscriptions: [{ productRatePlanId: "8ad0" }] }
      const refused = yield* Effect.forEach([
        zuora({ ...good, accountNumber: "{% callouts.provison.body.accountId %}" }),
        zuora({ ...good, accountNumber: "x".repeat(51) }),
        zuora({ ...good, subscriptions: [] }),
        zuora({ ...good, baseUrl: "http://10.0.0.1" }),
        {
          body: {
            steps: [{
              name: "salesforceV3",
              options: { instanceUrl: partner.url, fields: { Contact: "{% order.customerId %}" } }
            }]
          }
        }
      ], (put) => ask("PUT", "/v1/pipelines/refused", put))
      const said = refused.map(({ json, status }) => [status, json.errors[0].path, json.errors[0].message])
      assert.deepStrictEqual(said.map(([status, path]) => [status, path]), [
        [400, "steps[0].options.accountNumber"],
        [400, "steps[0].options.accountNumber"],
        [400, "steps[0].options.subscriptions"],
        [400, "steps[0].options.baseUrl"],
        [400, "steps[0].options.fields"]
      ])
      assert.include(said[0]![2], "provison, which is not in this pipeline")
      assert.include(said[3]![2], "SLUICE_ALLOW_NETWORKS")
      assert.include(said[4]![2], "Contact: no field of i42as__OrderEvent__e; write one of")
    }))

  it.effect("an answer without a member that a later step needs is explained, and no further partner is called", () =>
    Effect.gen(function*() {
      const { ask, partner } = yield* setUp
      yield* ask("PUT", "/v1/pipelines/lost", {
        body: {
          match: { orderTypes: ["LOST"] },
          steps: steps(partner.url, "{% callouts.provision.body.account.id %}")
        }
      })
      const before = partner.asked.length
      const { json } = yield* ask("POST", "/v1/orders", { headers: { prefer: "wait=60" }, body: { orderType: "LOST" } })
      assert.strictEqual(json.processEvent.state, "failed")
      assert.strictEqual(json.order.status, "Failed")
      assert.strictEqual(
        json.processEvent.steps[1].error.message,
        "accountNumber: the expression {% callouts.provision.body.account.id %} yields nothing, and a value is needed"
          + ": callouts.provision.body has no account: did you mean accountId?"
      )
      assert.deepStrictEqual(json.processEvent.steps[1].callouts, [])
      assert.deepStrictEqual(partner.asked.slice(before).map(({ path }) => path), ["/api/provision"])
    }))

  it.effect("a retry after Zuora refused the order creates it under a new key, and the account under the old one", () =>
    Effect.gen(function*() {
      const { ask, partner } = yield* setUp
      const refusal = { success: false, reasons: [{ code: 53100320, message: "'termType' value should be one of: …" }] }
      partner.answer("/v1/orders", (_, response) => void response.end(JSON.stringify(refusal)))
      yield* ask("PUT", "/v1/pipelines/refused", {
        body: { match: { orderTypes: ["REFUSED"] }, steps: steps(partner.url).slice(0, 2) }
      })
      const { json } = yield* ask("POST", "/v1/orders", {
        headers: { prefer: "wait=60" },
        body: { orderType: "REFUSED" }
      })
      assert.strictEqual(json.processEvent.state, "failed")
      partner.answer("/v1/orders", (_, response) => void response.end(JSON.stringify(answers[3]![2])))
      const retried = yield* ask("POST", `/v1/process-events/${json.processEvent.id}/retry`, {
        headers: { prefer: "wait=60" },
        body: { reason: "mended" }
      })
      assert.strictEqual(retried.json.processEvent?.state, "completed", retried.text)
      const keys = (event: any) => event.steps[1].callouts.map((one: any) => one.idempotencyKey)
      const [before, after] = [keys(json.processEvent), keys(retried.json.processEvent)]
      assert.strictEqual(after[0], before[0])
      assert.notStrictEqual(after[1], before[1])
    }))

  it.effect("the list of plugins describes the options of both", () =>
    Effect.gen(function*() {
      const { ask } = yield* setUp
      const { json } = yield* ask("GET", "/v1/plugins")
      const options = (name: string) => json.items.find((one: any) => one.name === name).optionsSchema
      assert.includeMembers(options("zuora").required, ["baseUrl", "subscriptions"])
      assert.includeMembers(Object.keys(options("salesforceV3").properties), [
        "instanceUrl",
        "apiVersion",
        "orderTypes",
        "sendWholeOrder",
        "orderDataOptions",
        "fields"
      ])
    }))
})
