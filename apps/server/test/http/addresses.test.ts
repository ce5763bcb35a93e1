/** Ids in paths: what is accepted as one can be asked for with `fetch`, which resolves `.` and `..`; they are refused. */
import { assert, layer } from "@effect/vitest"
import { ApiClient } from "@sluice/api/ApiClient"
import { createClient } from "@sluice/client"
import { Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { Sluice } from "../support/Sluice.ts"

const reachable = [
  "...",
  ".hidden",
  "a/b",
  "a//b",
  "../x",
  "a%2Fb",
  "%2e%2e",
  "100 %",
  "a?b#c",
  "a;b=c",
  "a\\b",
  "a+b",
  "ä €",
  ":id",
  "*",
  "__proto__",
  "constructor",
  "toString",
  "versions",
  "x".repeat(128)
]
const refused = [".", ".."]

const settings: Readonly<Record<string, object>> = {
  "pipelines": { steps: [] },
  "connectors": { Name: "Webhook", Host: "https://example.com/validate" },
  "auth-providers": { domain: "example.com", type: "bearer", token: "t" },
  "webhook-endpoints": { url: "https://example.com/hook", types: ["error"] }
}

layer(Sluice.layer(), { excludeTestServices: true })("ids in paths", (it) => {
  it.effect("an accepted id is found, changed and deleted under its own path", () =>
    Effect.gen(function*() {
      const { url } = yield* Sluice
      const send = (method: string, path: string, body?: object) =>
        Effect.promise(() =>
          globalThis.fetch(`${url}${path}`, {
            method,
            ...(body !== undefined && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
          })
        )
      for (const id of reachable) {
        const segment = encodeURIComponent(id)
        for (const [kind, document] of Object.entries(settings)) {
          const put = yield* send("PUT", `/v1/${kind}/${segment}`, document)
          const said = yield* Effect.promise(() => put.text())
          assert.strictEqual(put.status, 201, `${kind} ${id} ${said}`)
          const got = yield* send("GET", `/v1/${kind}/${segment}`)
          const stored = (yield* Effect.promise(() => got.json())) as { readonly id?: string; readonly name?: string }
          assert.strictEqual(stored.id ?? stored.name, id, kind)
          if (kind !== "pipelines") assert.strictEqual((yield* send("DELETE", `/v1/${kind}/${segment}`)).status, 204)
        }
        const order = yield* send("POST", "/v1/orders", { orderType: "A", id })
        assert.strictEqual(order.status, 202, id)
        const patched = yield* send("PATCH", `/v1/orders/${segment}`, { salesPersonId: "s" })
        assert.strictEqual(patched.status, 200, id)
        assert.strictEqual(((yield* Effect.promise(() => patched.json())) as { readonly id: string }).id, id)
        yield* Effect.promise(() => order.arrayBuffer())
        yield* send("DELETE", `/v1/pipelines/${segment}`)
      }
    }))

  it.effect("an id that no URL can contain is refused when it would be stored, with the member's name", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      yield* ask("PUT", "/v1/pipelines/all", { body: { steps: [] } })
      yield* ask("POST", "/v1/orders", { body: { orderType: "A", id: "known" } })
      for (const id of refused) {
        for (const [kind, document] of Object.entries(settings)) {
          for (const segment of [id, id.replaceAll(".", "%2e")]) {
            const answer = yield* ask("PUT", `/v1/${kind}/${segment}`, { body: document as never })
            assert.strictEqual(answer.status, 400, `${kind} ${segment} ${answer.text}`)
            assert.match(answer.json.errors[0].path, /^(?:id|name)$/)
          }
        }
        for (
          const [method, path, body, member] of [
            ["POST", "/v1/orders", { orderType: "A", id }, "id"],
            ["POST", "/v1/orders", { orderType: "A", customerId: id }, "customerId"],
            ["PATCH", "/v1/orders/known", { customerId: id }, "customerId"],
            ["POST", "/v1/webhook-endpoints", { ...settings["webhook-endpoints"], id }, "id"]
          ] as const
        ) {
          const answer = yield* ask(method, path, { body: body as never })
          assert.strictEqual(answer.status, 400, `${method} ${path} ${answer.text}`)
          assert.strictEqual(answer.json.errors[0].path, member)
          assert.include(answer.json.detail, "no URL can name it")
        }
      }
    }))

  it.effect("clients refuse such an id instead of requesting another path", () =>
    Effect.gen(function*() {
      const { url } = yield* Sluice
      const sent: Array<string> = []
      const client = createClient({
        baseUrl: url,
        fetch: (request) => {
          sent.push(request.url)
          return globalThis.fetch(request)
        }
      })
      const api = yield* ApiClient.pipe(
        Effect.provide(Layer.provide(ApiClient.layer({ baseUrl: url }), FetchHttpClient.layer)),
        Effect.provideService(FetchHttpClient.Fetch, (input, init) => {
          sent.push(String(input))
          return globalThis.fetch(input, init)
        })
      )
      for (const id of refused) {
        const call = client.POST("/v1/process-events/{id}/retry", { params: { path: { id } }, body: {} })
        assert.match(yield* Effect.promise(() => call.then(() => "", String)), /No URL can name the id/)
        const failed = yield* Effect.exit(api.retries.retry({ params: { id }, headers: {}, payload: {} }))
        assert.match(String(failed), /Invalid path parameter: id/)
      }
      assert.deepStrictEqual(sent, [])
    }))
})
