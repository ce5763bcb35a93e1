import { assert, describe, it } from "@effect/vitest"
import { zuoraCredentials } from "@sluice/partners/partner/zuora/Zuora"
import { Partners } from "@sluice/partners/Partners"
import { Effect } from "effect"
import { bench, run, scripted, seen, step } from "./Bench.ts"

const zuora = (options: object = {}) =>
  bench(({ zuora }) => [
    step("zuora", "billing", {
      baseUrl: `${zuora}/`,
      accountNumber: "ACC-12345",
      subscriptions: [{ productRatePlanId: "8ad08d29" }],
      retry: { delaysMs: [5, 5] },
      ...options
    })
  ])

const keys = (requests: ReadonlyArray<{ readonly headers: Readonly<Record<string, string>> }>) =>
  requests.map(({ headers }) => headers["idempotency-key"])

describe("zuora, over a socket", () => {
  it.live("asks for a token, creates the account and then the order, and leaves their numbers behind", () =>
    Effect.gen(function*() {
      const ended = yield* run()
      assert.strictEqual(ended.state, "completed")
      const requests = yield* seen("zuora")
      assert.deepStrictEqual(
        requests.map(({ method, path, body }) => `${method} ${path} ${body}`),
        [
          `POST /oauth/token grant_type=client_credentials&client_id=${zuoraCredentials.clientId}`
          + `&client_secret=${zuoraCredentials.clientSecret}`,
          `POST /v1/accounts {"name":"Ada Lovelace","currency":"USD","autoPay":false,"billToContact":{"firstName":"Ada",`
          + `"lastName":"Lovelace","address1":"1 Main Street","zipCode":"62701","country":"US"},"accountNumber":"ACC-12345"}`,
          `POST /v1/orders {"description":"Order o-1","existingAccountNumber":"ACC-12345","orderDate":"2026-03-01",`
          + `"subscriptions":[{"orderActions":[{"type":"CreateSubscription",`
          + `"triggerDates":[{"name":"ContractEffective","triggerDate":"2026-03-01"}],"createSubscription":{"terms":`
          + `{"initialTerm":{"termType":"EVERGREEN"}},"subscribeToRatePlans":[{"productRatePlanId":"8ad08d29"}]}}]}]}`
        ]
      )
      const [token, account, order] = requests
      assert.strictEqual(token?.headers["content-type"], "application/x-www-form-urlencoded")
      assert.notProperty(token?.headers, "authorization")
      for (const { headers } of [account!, order!]) {
        assert.strictEqual(headers["authorization"], "Bearer c652cbc0ea384b9f0000000000000001")
        assert.strictEqual(headers["content-type"], "application/json")
        assert.match(headers["zuora-track-id"]!, /^process_event-[0-9a-f]{32}$/)
      }
      assert.notStrictEqual(account?.headers["idempotency-key"], order?.headers["idempotency-key"])
      assert.strictEqual(ended.records[0]?.headers["authorization"], "[redacted]")
      assert.deepStrictEqual(ended.steps[0]?.output, {
        accountNumber: "ACC-12345",
        subscriptionNumbers: ["A-S00000001"],
        orderNumber: "O-00000001"
      })
      assert.deepStrictEqual(ended.order["externalIds"], [
        { providerName: "ZuoraAccount", id: "ACC-12345" },
        { providerName: "ZuoraSubscription", id: "A-S00000001" },
        { providerName: "ZuoraOrder", id: "O-00000001" }
      ])
    }).pipe(zuora()))

  it.live("makes one token request for 64 runs at once, and the next run uses the same token", () =>
    Effect.gen(function*() {
      const ended = yield* Effect.forEach(Array.from({ length: 64 }, (_, i) => i), (i) => run({ id: `o-${i}` }), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(new Set(ended.map(({ state }) => state)), new Set(["completed"]))
      yield* run({ id: "o-later" })
      assert.strictEqual((yield* seen("zuora", "/oauth/token")).length, 1)
      assert.strictEqual((yield* seen("zuora", "/v1/orders")).length, 65)
    }).pipe(bench(({ zuora }) => [
      step("zuora", "billing", {
        baseUrl: zuora!,
        accountNumber: "{% order.id %}",
        subscriptions: [{ productRatePlanId: "8ad08d29" }]
      })
    ])))

  // A 429 of the kit asks for ten minutes (RateLimit-Reset: 600), as the vendor's does; ZuoraJudgement.test.ts has its key.
  it.live.each(["lock", "limit"])(
    "retries after %s under a new key, because the old one would return the same refusal",
    (word) =>
      Effect.gen(function*() {
        yield* scripted("zuora", ["ok", word])
        const ended = yield* run()
        assert.strictEqual(ended.state, "completed")
        assert.deepStrictEqual(ended.records.map(({ outcome }) => outcome), ["succeeded", "rejected", "succeeded"])
        const orders = yield* seen("zuora", "/v1/orders")
        assert.strictEqual(new Set(keys(orders)).size, 2)
        assert.strictEqual(orders[0]?.body, orders[1]?.body)
      }).pipe(zuora())
  )

  it.live.each(["lost", "503"])(
    "retries after %s, whose outcome is unknown, under the same key",
    (word) =>
      Effect.gen(function*() {
        yield* scripted("zuora", ["ok", word])
        const ended = yield* run()
        assert.strictEqual(ended.state, "completed")
        const orders = yield* seen("zuora", "/v1/orders")
        assert.strictEqual(orders.length, 2)
        assert.strictEqual(new Set(keys(orders)).size, 1)
        // One order was created, however often it was asked for.
        assert.deepInclude(ended.steps[0]?.output, { orderNumber: "O-00000001" })
      }).pipe(zuora())
  )

  it.live("does not create an order twice when the answer takes longer than the step waits", () =>
    Effect.gen(function*() {
      yield* scripted("zuora", ["ok", "slow"])
      const ended = yield* run()
      assert.strictEqual(ended.state, "failed")
      assert.deepStrictEqual(ended.records.map(({ outcome }) => outcome), [
        "succeeded",
        "timed-out",
        "rejected",
        "rejected"
      ])
      assert.include(ended.records.at(-1)?.error?.message, "an earlier request with the same idempotency-key")
      assert.strictEqual(new Set(keys(yield* seen("zuora", "/v1/orders"))).size, 1)
    }).pipe(zuora({ timeoutValue: 300 })))

  it.live("fetches a new token once when the old one is rejected", () =>
    Effect.gen(function*() {
      yield* scripted("zuora", ["expire"])
      const ended = yield* run()
      assert.strictEqual(ended.state, "completed")
      assert.strictEqual((yield* seen("zuora", "/oauth/token")).length, 2)
    }).pipe(zuora()))

  it.live("fails on success: false with the reasons, asks once, and ends the run, because it is critical by default", () =>
    Effect.gen(function*() {
      const ended = yield* run()
      assert.strictEqual(ended.state, "failed")
      assert.strictEqual(ended.order.status, "Failed")
      assert.strictEqual(ended.records.length, 2)
      assert.deepInclude(ended.records[1], { outcome: "rejected" })
      assert.strictEqual(
        ended.steps[0]?.error?.message,
        "Zuora answered 200: [53100320] 'termType' value should be one of: TERMED, EVERGREEN"
      )
    }).pipe(zuora({ subscriptions: [{ productRatePlanId: "p", terms: { initialTerm: { termType: "WRONG" } } }] })))
})

const provisioned = (accountNumber: string) =>
  bench(({ provisioning, zuora }) => [
    step("calloutPlugin", "provision", { endpoint: `${provisioning}/api/provision` }),
    step("zuora", "billing", {
      baseUrl: zuora!,
      accountNumber,
      subscriptions: [{ productRatePlanId: "8ad08d29" }]
    })
  ])

describe("provisioning, then zuora", () => {
  it.live("bills the account that the provisioning system answered with", () =>
    Effect.gen(function*() {
      const ended = yield* run()
      assert.strictEqual(ended.state, "completed")
      const [account] = yield* seen("zuora", "/v1/accounts")
      assert.strictEqual(JSON.parse(account!.body).accountNumber, "ACC-12345")
      const [order] = yield* seen("zuora", "/v1/orders")
      assert.strictEqual(JSON.parse(order!.body).existingAccountNumber, "ACC-12345")
    }).pipe(provisioned("{% callouts.provision.body.accountId %}")))

  it.live("an expression that yields nothing because the answer lacks a member is named, and Zuora is not called", () =>
    Effect.gen(function*() {
      const ended = yield* run()
      assert.strictEqual(ended.state, "failed")
      assert.strictEqual(
        ended.steps[1]?.error?.message,
        "accountNumber: the expression {% callouts.provision.body.account_id %} yields nothing, and a value is needed"
          + ": callouts.provision.body has no account_id: did you mean accountId?"
      )
      assert.deepStrictEqual(yield* seen("zuora"), [])
    }).pipe(provisioned("{% callouts.provision.body.account_id %}")))
})

it.live("the local Zuora repeats answers by key, and refuses a key that is used for another request", () =>
  Effect.gen(function*() {
    const { origins } = yield* Partners
    const post = (path: string, body: string, headers: Record<string, string>) =>
      Effect.promise(async () => {
        // The test's own client: what a customer's program would be.
        // oxlint-disable-next-line no-restricted-globals
        const response = await fetch(origins["zuora"] + path, { method: "POST", body, headers })
        return {
          status: response.status,
          json: await response.json() as any,
          track: response.headers.get("zuora-track-id")
        }
      })
    const form = { "content-type": "application/x-www-form-urlencoded" }
    const wrong = yield* post("/oauth/token", "grant_type=client_credentials&client_id=a&client_secret=b", form)
    assert.strictEqual(wrong.status, 401)
    const { clientId, clientSecret } = zuoraCredentials
    const token = yield* post(
      "/oauth/token",
      `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`,
      form
    )
    assert.strictEqual(token.json.expires_in, 3599)
    const headers = {
      authorization: `Bearer ${token.json.access_token}`,
      "idempotency-key": "k",
      "zuora-track-id": "t-1",
      "content-type": "application/json"
    }
    const refused = yield* post("/v1/accounts", "{}", headers)
    assert.strictEqual(refused.status, 200)
    assert.deepStrictEqual(refused.json.reasons.map(({ code }: { code: number }) => code % 100), [22, 22, 22, 22])
    assert.strictEqual(refused.track, "t-1")
    const good = `{"name":"A","currency":"EUR","billToContact":{"firstName":"A","lastName":"B"}}`
    assert.deepStrictEqual((yield* post("/v1/accounts", good, headers)).json, refused.json, "failures are kept too")
    assert.strictEqual((yield* post("/v1/orders", good, headers)).status, 422)
    assert.isTrue((yield* post("/v1/accounts", good, { ...headers, "idempotency-key": "l" })).json.success)
    assert.strictEqual((yield* post("/v1/accounts", good, {})).status, 401)
  }).pipe(zuora()))
