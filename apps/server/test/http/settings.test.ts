import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { Sluice } from "../support/Sluice.ts"

const secret = "s3cret-s3cret"
const connector = {
  Name: "Webhook",
  ConnectorId: "validation",
  Host: "https://validation.example.com/api",
  BearerToken: secret,
  Timeout: "00:00:10",
  CustomHeaders: [{ Key: "X-Api-Key", Value: secret }, { Key: "X-Shop", Value: "7" }]
}

layer(Sluice.layer(), { excludeTestServices: true })("settings", (it) => {
  it.effect("PUT answers 201, then 200, with the stored document and its version as ETag", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const first = yield* ask("PUT", "/v1/pipelines/p1", {
        body: { match: { orderTypes: ["P"] }, steps: [], completedStatus: "Done" }
      })
      assert.strictEqual(first.status, 201, first.text)
      assert.deepInclude(first.json, { name: "p1", version: 1, completedStatus: "Done", steps: [] })
      assert.strictEqual(first.headers["etag"], "\"1\"")
      const same = yield* ask("PUT", "/v1/pipelines/p1", { body: first.json })
      assert.strictEqual(same.status, 200)
      assert.deepInclude(same.json, { version: 1, updatedAt: first.json.updatedAt })
      const second = yield* ask("PUT", "/v1/pipelines/p1", { body: { ...first.json, completedStatus: "Finished" } })
      assert.deepInclude(second.json, { version: 2, completedStatus: "Finished" })
      assert.deepStrictEqual((yield* ask("GET", "/v1/pipelines/p1")).json, second.json)
      const versions = yield* ask("GET", "/v1/pipelines/p1/versions")
      assert.deepStrictEqual(versions.json.items.map((item: { readonly version: number }) => item.version), [2, 1])
    }))

  it.effect("If-Match guards a change and a deletion, and a deleted setting is 404", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      yield* ask("PUT", "/v1/connectors/c0", { body: connector })
      const stale = { headers: { "if-match": "\"7\"" } }
      assert.strictEqual((yield* ask("PUT", "/v1/connectors/c0", { ...stale, body: connector })).status, 412)
      assert.strictEqual((yield* ask("DELETE", "/v1/connectors/c0", stale)).status, 412)
      const removed = yield* ask("DELETE", "/v1/connectors/c0", { headers: { "if-match": "\"1\"" } })
      assert.strictEqual(removed.status, 204)
      assert.strictEqual(removed.text, "")
      assert.strictEqual((yield* ask("GET", "/v1/connectors/c0")).status, 404)
      assert.strictEqual((yield* ask("DELETE", "/v1/connectors/c0")).status, 404)
    }))

  it.effect("of several POST with one id at once one creates the endpoint, and the others change nothing", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const create = (n: number) =>
        ask("POST", "/v1/webhook-endpoints", {
          body: { id: "once", url: `https://example.com/${n}`, types: ["order.submitted"] }
        })
      const answers = yield* Effect.forEach([1, 2, 3, 4, 5], create, { concurrency: "unbounded" })
      assert.deepStrictEqual(answers.map(({ status }) => status).toSorted(), [201, 409, 409, 409, 409])
      const created = answers.find(({ status }) => status === 201)
      const stored = (yield* ask("GET", "/v1/webhook-endpoints/once")).json
      assert.deepInclude(stored, { url: created?.json.url, version: 1 })
      const again = yield* create(1)
      assert.strictEqual(again.status, 409)
      assert.match(again.json.detail, /There is a webhook endpoint "once" already: PUT changes it/)
    }))

  it.effect("the seeds' spelling is accepted, the answer is in camelCase, and no secret is shown or stored in plain text", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const sql = yield* SqlClient.SqlClient
      const put = yield* ask("PUT", "/v1/connectors/c1", { body: connector })
      assert.strictEqual(put.status, 201, put.text)
      assert.deepInclude(put.json, { id: "c1", name: "Webhook", connectorId: "validation", bearerToken: "[redacted]" })
      assert.strictEqual(put.json.customHeaders["X-Api-Key"], "[redacted]")
      assert.strictEqual(put.json.customHeaders["X-Shop"], "7")
      for (const path of ["/v1/connectors", "/v1/connectors/c1"]) {
        assert.notInclude((yield* ask("GET", path)).text, secret)
      }
      assert.notInclude(JSON.stringify(yield* sql`SELECT document FROM connectors`), secret)
    }))

  it.effect("writing back a setting as it was read keeps its secret and changes nothing", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const put = yield* ask("PUT", "/v1/auth-providers/a1", {
        body: { domain: "example.com", type: "basic", username: "u", password: secret }
      })
      const again = yield* ask("PUT", "/v1/auth-providers/a1", { body: put.json })
      assert.strictEqual(again.json.version, 1, again.text)
      const renamed = yield* ask("PUT", "/v1/auth-providers/a1", { body: { ...put.json, username: "v" } })
      assert.deepInclude(renamed.json, { version: 2, username: "v", password: "[redacted]" })
    }))

  it.effect("a pipeline takes effect when it is saved or deleted, and one with open runs cannot be deleted", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const order = { body: { orderType: "LIVE" } }
      assert.strictEqual((yield* ask("POST", "/v1/orders", order)).json.type, "urn:sluice:problem:no-pipeline")
      yield* ask("PUT", "/v1/pipelines/live", { body: { match: { orderTypes: ["LIVE"] }, steps: [] } })
      assert.strictEqual((yield* ask("POST", "/v1/orders", { ...order, headers: { prefer: "wait=60" } })).status, 200)
      assert.strictEqual((yield* ask("DELETE", "/v1/pipelines/live")).status, 204)
      assert.strictEqual((yield* ask("POST", "/v1/orders", order)).status, 422)
    }))

  it.effect("members that are allowed but probably not meant are answered with warnings", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const steps = [{ name: "calloutPlugin", critical: true, options: { endpoint: "https://example.com" } }]
      const put = yield* ask("PUT", "/v1/pipelines/warned", { body: { match: { orderTypes: ["W"] }, steps } })
      assert.strictEqual(put.status, 201)
      assert.match(put.json.warnings[0], /calloutPlugin: /)
    }))

  it.effect("lists are paged", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      for (const id of ["l1", "l2", "l3"]) yield* ask("PUT", `/v1/connectors/${id}`, { body: connector })
      const page = yield* ask("GET", "/v1/connectors?limit=2")
      assert.deepStrictEqual(page.json.items.map(({ id }: { readonly id: string }) => id), ["l3", "l2"])
      const rest = yield* ask("GET", `/v1/connectors?limit=2&cursor=${page.json.nextCursor}`)
      assert.strictEqual(rest.json.items[0].id, "l1")
      const plugins = yield* ask("GET", "/v1/plugins?limit=1")
      assert.deepInclude(plugins.json.items[0], { name: "ExportOrder", configuredIn: "step" })
      const next = yield* ask("GET", `/v1/plugins?cursor=${plugins.json.nextCursor}`)
      const callout = next.json.items.find(({ name }: { readonly name: string }) => name === "calloutPlugin")
      assert.isObject(callout.optionsSchema.properties.endpoint)
      assert.isNull(next.json.nextCursor)
    }))
})
