/**
 * The guard at the moment of sending: settings that were stored before an address was forbidden, and expressions that
 * lead to one, are never connected to, in any member that takes an address. Contract: section 5.
 */
import { assert, layer } from "@effect/vitest"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

/** Stored with the settings, and then turned into an address that is forbidden. */
const placeholder = "https://forbidden.example.com"
const forbidden = "http://[::ffff:10.0.0.1]:8080"

const tables = ["pipelines", "pipeline_versions", "connectors", "auth_providers", "webhook_endpoints"]

const put = Effect.fnUntraced(function*(path: string, body: Json) {
  const { ask } = yield* Sluice
  const answer = yield* ask("PUT", path, { body })
  assert.isBelow(answer.status, 300, answer.text)
})

const oauth = (tokenUrl: string) => ({
  type: "oauth2ClientCredentials",
  tokenUrl,
  clientId: "sluice",
  clientSecret: "a-secret-of-the-test"
})

let changes = 0

/** Puts the forbidden address in the place of the stored ones, and makes the process read its settings again. */
const forbid = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  for (const table of tables) {
    yield* sql`UPDATE ${sql(table)} SET document = replace(document, ${placeholder}, ${forbidden})`
  }
  yield* put(`/v1/pipelines/change-${++changes}`, { match: { orderTypes: ["NONE"] }, steps: [] })
})

const eventually = Effect.fnUntraced(function*<A, R>(look: Effect.Effect<A | undefined, never, R>) {
  for (let tries = 0; tries < 400; tries++) {
    const found = yield* look
    if (found !== undefined) return found
    yield* Effect.sleep("25 millis")
  }
  return yield* Effect.die("it did not come")
})

/** The first attempt of the first delivery that the filter finds. */
const attempted = (filter: string) =>
  eventually(Effect.gen(function*() {
    const { ask } = yield* Sluice
    const [found] = (yield* ask("GET", `/v1/deliveries?${filter}`)).json.items
    return found === undefined ? undefined : (yield* ask("GET", `/v1/deliveries/${found.id}`)).json.attempts[0]
  }))

/** The steps by which each kind of address is reached, by name. */
const steps = (url: string): Readonly<Record<string, JsonObject>> => ({
  callout: { name: "calloutPlugin", options: { endpoint: url } },
  host: { name: "WebhookWorkflowStep", Properties: [{ Key: "Host", Value: url }] },
  salesforce: { name: "salesforceV3", options: { instanceUrl: url, orderTypes: ["ADDRESSES"] } },
  zuora: {
    name: "zuora",
    critical: false,
    options: { baseUrl: url, accountNumber: "A1", account: {}, subscriptions: [{ productRatePlanId: "1" }] }
  }
})

/** Stored, and of an expression. */
const ways = [
  ["stored before they were forbidden", placeholder],
  ["of expressions", "{% order.customFields.address %}"]
] as const

layer(Sluice.layer().pipe(Layer.provideMerge(Partner.layer)), { excludeTestServices: true })(
  "forbidden addresses at the moment of sending",
  (it) => {
    it.effect.each(ways)("no step connects to the addresses %s", ([, url]) =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        yield* put("/v1/pipelines/addresses", {
          match: { orderTypes: ["ADDRESSES"] },
          steps: Object.entries(steps(url)).map(([id, step]) => ({ id, ...step }))
        })
        yield* forbid
        const { json, text } = yield* ask("POST", "/v1/orders", {
          headers: { prefer: "wait=30" },
          body: { orderType: "ADDRESSES", customFields: { address: forbidden } }
        })
        assert.lengthOf(json?.processEvent?.steps ?? [], 4, text)
        for (const step of json.processEvent.steps) {
          // A blocked call is not repeated.
          assert.lengthOf(step.callouts, 1, step.id)
          const [record] = step.callouts
          assert.strictEqual(record.outcome, "unreachable", JSON.stringify(step))
          assert.strictEqual(record.error.code, "blocked", JSON.stringify(step))
          assert.include(record.error.message, "add 10.0.0.1/32 to SLUICE_ALLOW_NETWORKS")
          assert.isUndefined(record.unknown)
        }
      }))

    it.effect.each(ways)("no probe connects to the addresses %s", ([, url]) =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const partner = yield* Partner
        partner.answer("/hangs", () => {})
        const options = { endpoint: `${partner.url}/hangs`, timeoutValue: 300, retry: { delaysMs: [0] } }
        yield* put("/v1/pipelines/probes", {
          match: { orderTypes: ["PROBES"] },
          steps: [{ id: "probed", name: "calloutPlugin", options, probe: { endpoint: url } }]
        })
        yield* forbid
        const { json } = yield* ask("POST", "/v1/orders", {
          body: { orderType: "PROBES", customFields: { address: forbidden } }
        })
        const path = `/v1/process-events/${json.processEventId}`
        const record = yield* eventually(Effect.map(ask("GET", path), ({ json }) =>
          json.steps[0]?.callouts.find((one: { readonly probe?: boolean }) =>
            one.probe === true
          )))
        assert.strictEqual(record.outcome, "unreachable")
        assert.strictEqual(record.error.code, "blocked")
        yield* ask("POST", `${path}/cancel`, { body: { reason: "seen" } })
      }))

    it.effect("no connector, token request or compensation connects to a refused address", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const { url } = yield* Partner
        yield* put("/v1/connectors/forbidden", { Name: "Webhook", ConnectorId: "forbidden", Host: placeholder })
        yield* put("/v1/auth-providers/forbidden", { domain: new URL(url).host, ...oauth(`${placeholder}/token`) })
        yield* put("/v1/pipelines/more", {
          match: { orderTypes: ["MORE"] },
          steps: [
            { id: "export", name: "ExportOrder", ConnectorId: "forbidden", compensate: { endpoint: placeholder } },
            { id: "connector", name: "WebhookWorkflowStep", ConnectorId: "forbidden" },
            { id: "token", name: "calloutPlugin", critical: true, options: { endpoint: `${url}/token-needed` } }
          ]
        })
        yield* forbid
        const { json, text } = yield* ask("POST", "/v1/orders", {
          headers: { prefer: "wait=30" },
          body: { orderType: "MORE" }
        })
        assert.strictEqual(json?.processEvent?.state, "compensation-failed", text)
        for (const step of json.processEvent.steps) {
          if (step.id === "export") continue
          assert.strictEqual(step.callouts.at(-1)?.error.code, "blocked", JSON.stringify(step))
        }
        assert.strictEqual((yield* attempted(`type=export&orderId=${json.order.id}`)).error.code, "blocked")
        yield* ask("DELETE", "/v1/auth-providers/forbidden")
      }))

    it.effect("no endpoint, token request, test or post-processing webhook connects to a refused address", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const { url } = yield* Partner
        const types = ["order.submitted"]
        yield* put("/v1/webhook-endpoints/url", { url: placeholder, types })
        yield* put("/v1/webhook-endpoints/token", { url: `${url}/hook`, types, auth: oauth(placeholder) })
        yield* put("/v1/pipelines/hooks", {
          match: { orderTypes: ["NEW_ORDER"] },
          steps: [],
          postProcessing: [{ name: "webhook", options: { endpoint: placeholder } }]
        })
        yield* forbid
        const { json } = yield* ask("POST", "/v1/orders", {
          headers: { prefer: "wait=30" },
          body: { orderType: "NEW_ORDER" }
        })
        const orderId = json.order.id
        for (
          const filter of [
            `endpointId=url&orderId=${orderId}`,
            `endpointId=token&orderId=${orderId}`,
            `type=postProcessing&orderId=${orderId}`
          ]
        ) {
          assert.strictEqual((yield* attempted(filter)).error?.code, "blocked", filter)
        }
        const { asked } = yield* Partner
        assert.deepStrictEqual(asked.filter(({ path }) => path !== "/hangs"), [])
      }))
  }
)
