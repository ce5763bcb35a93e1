import { assert, layer } from "@effect/vitest"
import type { JsonObject } from "@sluice/domain/json/Json"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

const secret = "s3cret-s3cret"

const workflow = (members: JsonObject): JsonObject => ({
  name: "WebhookWorkflowStep",
  Connector: "Webhook",
  ...members
})
const at = (host: string, members: JsonObject = {}) =>
  workflow({ Properties: [{ Key: "Host", Value: host }], ...members })
const connector = (id: string, host: string): JsonObject => ({
  Name: id,
  ConnectorId: id,
  Host: host,
  BearerToken: secret
})

/** Puts a pipeline of its own for the step, submits an order to it, and answers with the step as it ended. */
const run = Effect.fnUntraced(function*(name: string, step: JsonObject) {
  const { ask } = yield* Sluice
  const put = yield* ask("PUT", `/v1/pipelines/${name}`, { body: { match: { orderTypes: [name] }, steps: [step] } })
  assert.include([200, 201], put.status, put.text)
  return yield* submit(name)
})

const submit = Effect.fnUntraced(function*(name: string) {
  const { ask } = yield* Sluice
  const answer = yield* ask("POST", "/v1/orders", { body: { orderType: name }, headers: { prefer: "wait=60" } })
  assert.strictEqual(answer.status, 200, answer.text)
  return answer.json.processEvent.steps[0]
})

/** Changes a stored setting as the API would not allow; completes when `path` shows the change. */
const tamper = Effect.fnUntraced(function*(
  table: string,
  id: string,
  [pattern, replacement]: readonly [string, string],
  [path, seen]: readonly [path: string, seen: string]
) {
  const { ask } = yield* Sluice
  const sql = yield* SqlClient.SqlClient
  yield* sql`UPDATE ${sql(table)} SET document = regexp_replace(document, ${pattern}, ${replacement}) WHERE id = ${id}`
  yield* sql`UPDATE settings_revision SET revision = revision + 1`
  yield* sql`SELECT pg_notify('sluice_settings', '')`
  yield* Effect.repeat(ask("GET", path), { until: ({ text }) => text.includes(seen) })
})

/** Changes a sealed value so that no key opens it. */
const damage = ["(sealed:[^\"]{20}).{4}", "\\1AAAA"] as const

const shared = Partner.layer.pipe(Layer.provideMerge(Sluice.layer()))

layer(shared, { excludeTestServices: true })("settings and their secrets", (it) => {
  it.effect("a misspelt member is a 400 that names the nearest; with lenient it is stored with a lasting warning", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const body = {
        match: { orderTypes: ["T"] },
        steps: [{ name: "calloutPlugin", Critcal: true, options: { endpoint: "https://a.example" } }]
      }
      const message = "steps[0].critcal is not known: did you mean critical?"
      const refused = yield* ask("PUT", "/v1/pipelines/typo", { body })
      assert.strictEqual(refused.status, 400)
      assert.deepInclude(refused.json, { detail: message, errors: [{ path: "steps[0].critcal", message }] })
      const stored = yield* ask("PUT", "/v1/pipelines/typo?lenient=true", { body })
      assert.strictEqual(stored.status, 201, stored.text)
      assert.deepInclude(stored.json, { warnings: [message] })
      const read = yield* ask("GET", "/v1/pipelines/typo")
      assert.deepInclude(read.json, { warnings: [message] })
      assert.strictEqual(read.json.steps[0].critcal, true)
      const again = yield* ask("PUT", "/v1/pipelines/typo", { body: { ...read.json, priority: 1 } })
      assert.strictEqual(again.status, 200, again.text)
      assert.deepInclude(again.json, { version: 2, warnings: [message] })
      const simulated = yield* ask("POST", "/v1/pipelines/other/simulate", { body: { definition: body } })
      assert.strictEqual(simulated.json.errors?.[0]?.message, `definition.${message}`, simulated.text)
      assert.strictEqual((yield* ask("PUT", "/v1/pipelines/typo?lenient=yes", { body })).status, 400)
      const created = yield* ask("POST", "/v1/webhook-endpoints?lenient=true", {
        body: { url: "https://a.example", types: ["*"], fliter: "x" }
      })
      assert.deepInclude(created.json, { warnings: ["fliter is not known: did you mean filter?"] })
    }))

  it.effect("an undefined connector is a warning until it is defined", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const put = yield* ask("PUT", "/v1/pipelines/early", {
        body: { match: { orderTypes: ["E"] }, steps: [workflow({ ConnectorId: "late" })] }
      })
      assert.match(put.json.warnings[0], /no connector has the ConnectorId late/)
      yield* ask("PUT", "/v1/connectors/late", { body: connector("late", "https://a.example") })
      assert.notProperty((yield* ask("GET", "/v1/pipelines/early")).json, "warnings")
      yield* ask("DELETE", "/v1/connectors/late")
      assert.match((yield* ask("GET", "/v1/pipelines")).text, /no connector has the ConnectorId late/)
    }))

  it.effect("a changed address requires its secret to be entered again, by name", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const put = yield* ask("PUT", "/v1/connectors/moved", { body: connector("moved", "https://a.example/x") })
      const moved = yield* ask("PUT", "/v1/connectors/moved", { body: { ...put.json, host: "https://b.example/x" } })
      assert.strictEqual(moved.status, 400)
      assert.strictEqual(moved.json.errors[0].path, "bearerToken")
      assert.match(
        moved.json.errors[0].message,
        /https:\/\/a\.example: write the secret again to send it to https:\/\/b\.example/
      )
      const same = yield* ask("PUT", "/v1/connectors/moved", { body: { ...put.json, host: "https://a.example/y" } })
      assert.strictEqual(same.status, 200, same.text)
      const given = yield* ask("PUT", "/v1/connectors/moved", {
        body: { ...put.json, host: "https://b.example/x", bearerToken: "n3w-n3w-n3w" }
      })
      assert.strictEqual(given.status, 200, given.text)
    }))

  it.effect("a step with a Host of another origin sends no connector credentials, and fails if it names a ConnectorId", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      const other = partner.url.replace("127.0.0.1", "localhost")
      yield* ask("PUT", "/v1/connectors/shop", { body: connector("shop", `${partner.url}/shop`) })
      const own = yield* run("OWN", { ...at(`${partner.url}/own`), Connector: "shop" })
      assert.strictEqual(own.state, "succeeded")
      assert.strictEqual(partner.asked.at(-1)?.headers.authorization, `Bearer ${secret}`)
      const inline = yield* run("INLINE", { ...at(`${other}/inline`), Connector: "shop" })
      assert.strictEqual(inline.state, "succeeded", JSON.stringify(inline))
      assert.strictEqual(partner.asked.at(-1)?.path, "/inline")
      assert.notProperty(partner.asked.at(-1)?.headers, "authorization")

      const step = at(`${partner.url}/strict`, { ConnectorId: "shop" })
      assert.strictEqual((yield* run("STRICT", step)).state, "succeeded")
      const refused = yield* ask("PUT", "/v1/connectors/shop", { body: connector("shop", `${other}/shop`) })
      assert.match(refused.json.errors?.[0]?.message ?? refused.text, /step WebhookWorkflowStep of pipeline STRICT/)
      const before = partner.asked.length
      yield* tamper("connectors", "shop", ["http://127.0.0.1", "http://localhost"], [
        "/v1/pipelines/STRICT",
        "could not be saved"
      ])
      const late = yield* submit("STRICT")
      assert.deepInclude(late, { state: "failed", callouts: [] })
      assert.match(late.error.message, /AllowedHosts/)
      assert.lengthOf(partner.asked, before)
    }))

  it.effect("a secret that cannot be decrypted disables its setting alone, is reported everywhere, and is repaired by a PUT", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      for (const id of ["broken", "sound"]) {
        yield* ask("PUT", `/v1/connectors/${id}`, { body: connector(id, `${partner.url}/${id}`) })
      }
      assert.notProperty((yield* ask("GET", "/health/ready")).json, "warnings")
      yield* tamper("connectors", "broken", damage, ["/health/ready", "connector broken"])
      const ready = yield* ask("GET", "/health/ready")
      assert.strictEqual(ready.status, 200)
      assert.match(ready.json.warnings[0], /^connector broken: bearerToken cannot be opened/)
      assert.match((yield* ask("GET", "/metrics")).text, /^sluice_settings_unreadable 1$/m)
      const read = yield* ask("GET", "/v1/connectors/broken")
      assert.match(read.json.warnings[0], /bearerToken cannot be opened/)

      const before = partner.asked.length
      for (const step of [workflow({ ConnectorId: "broken" }), { ...workflow({}), Connector: "broken" }]) {
        const failed = yield* run("BROKEN", step)
        assert.deepInclude(failed, { state: "failed", callouts: [] })
        assert.match(failed.error.message, /connector broken: bearerToken cannot be opened/)
      }
      assert.lengthOf(partner.asked, before)
      assert.strictEqual((yield* run("SOUND", workflow({ ConnectorId: "sound" }))).state, "succeeded")

      const kept = yield* ask("PUT", "/v1/connectors/broken", { body: read.json })
      assert.strictEqual(kept.status, 400)
      const mended = yield* ask("PUT", "/v1/connectors/broken", { body: { ...read.json, bearerToken: "n3w-n3w-n3w" } })
      assert.strictEqual(mended.status, 200, mended.text)
      assert.notProperty(mended.json, "warnings")
      assert.notProperty((yield* ask("GET", "/health/ready")).json, "warnings")
      assert.strictEqual((yield* submit("BROKEN")).state, "succeeded")
      assert.strictEqual(partner.asked.at(-1)?.headers.authorization, "Bearer n3w-n3w-n3w")
    }))

  it.effect("an auth provider and a pipeline whose secret cannot be decrypted send nothing either", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      const domain = new URL(partner.url).host
      yield* ask("PUT", "/v1/auth-providers/desk", { body: { domain, type: "bearer", token: secret } })
      const callout = { name: "calloutPlugin", options: { endpoint: `${partner.url}/callout` } }
      assert.strictEqual((yield* run("DESK", callout)).state, "succeeded")
      const keyed = {
        name: "calloutPlugin",
        options: { endpoint: `${partner.url}/keyed`, headers: { "X-Key": secret, Authorization: "none at all" } }
      }
      assert.strictEqual((yield* run("KEYED", keyed)).state, "succeeded")
      yield* tamper("auth_providers", "desk", damage, ["/health/ready", "auth provider desk"])
      yield* tamper("pipelines", "KEYED", damage, ["/health/ready", "pipeline KEYED"])
      const before = partner.asked.length
      assert.strictEqual((yield* submit("DESK")).state, "failed")
      assert.deepInclude(yield* submit("KEYED"), { state: "failed", callouts: [] })
      assert.lengthOf(partner.asked, before)
      yield* ask("DELETE", "/v1/auth-providers/desk")
      yield* ask("DELETE", "/v1/pipelines/KEYED")
    }))

  it.effect("a secret in a URL's query is sent as written, stored encrypted, and shown as [redacted]", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      const sql = yield* SqlClient.SqlClient
      const step = yield* run("QUERY", {
        name: "calloutPlugin",
        options: { endpoint: `${partner.url}/q?a=1&api_key=k%2By&token=${secret}` }
      })
      assert.strictEqual(partner.asked.at(-1)?.path, `/q?a=1&api_key=k%2By&token=${secret}`)
      assert.strictEqual(step.callouts[0].endpoint, `${partner.url}/q?a=1&api_key=[redacted]&token=[redacted]`)
      const read = yield* ask("GET", "/v1/pipelines/QUERY")
      assert.strictEqual(
        read.json.steps[0].options.endpoint,
        `${partner.url}/q?a=1&api_key=[redacted]&token=[redacted]`
      )
      assert.strictEqual((yield* ask("PUT", "/v1/pipelines/QUERY", { body: read.json })).json.version, 1)
      assert.strictEqual((yield* submit("QUERY")).state, "succeeded")
      assert.strictEqual(partner.asked.at(-1)?.path, `/q?a=1&api_key=k%2By&token=${secret}`)
      const [row] = yield* sql<{ readonly document: string }>`SELECT document FROM pipelines WHERE id = 'QUERY'`
      assert.notInclude(row?.document, secret)
      assert.notInclude(row?.document, "k%2By")
    }))
})
