import { assert, layer } from "@effect/vitest"
import { examples } from "@sluice/api/reference/ApiReference"
import { createClient } from "@sluice/client"
import { Problem } from "@sluice/client/Problem"
import { Effect } from "effect"
import { Sluice } from "../support/Sluice.ts"

const first = {
  match: { orderTypes: ["NEW_ORDER"] },
  completedStatus: "Active",
  steps: []
}

layer(Sluice.layer({ SLUICE_API_KEYS: "ops=0123456789abcdef0123456789abcdef" }), { excludeTestServices: true })(
  "the client for TypeScript",
  (it) => {
    it.effect("submits an order, waits for the end of its run, and reads lists page by page", () =>
      Effect.gen(function*() {
        const { url } = yield* Sluice
        const sluice = createClient({ baseUrl: url, apiKey: "0123456789abcdef0123456789abcdef" })
        yield* Effect.promise(async () => {
          const stored = await sluice.PUT("/v1/pipelines/{id}", { params: { path: { id: "first" } }, body: first })
          assert.strictEqual(stored.version, 1)
          for (const externalId of ["web-1", "web-2", "web-3"]) {
            const answer = await sluice.POST("/v1/orders", {
              params: { header: { "idempotency-key": externalId } },
              body: { orderType: "NEW_ORDER", externalId }
            })
            assert.isTrue("processEventId" in answer)
            if ("processEventId" in answer) {
              assert.strictEqual((await sluice.waitFor(answer.processEventId)).state, "completed")
            }
          }
          const seen: Array<unknown> = []
          for await (const order of sluice.items("/v1/orders", { status: "Active", limit: 2 })) {
            seen.push(order["externalId"])
          }
          assert.deepStrictEqual(seen, ["web-3", "web-2", "web-1"])
          assert.isUndefined(
            await sluice.DELETE("/v1/pipelines/{id}", { params: { path: { id: "first" } } })
          )
        })
      }))

    it.effect("throws problems, by type, with the faults of the input", () =>
      Effect.gen(function*() {
        const { url } = yield* Sluice
        const refused = (key: string) => {
          const sluice = createClient({ baseUrl: url, apiKey: key })
          return Effect.promise(() =>
            sluice.POST("/v1/events", { body: { type: "nonsense" as "address.added", data: {} } })
              .then(() => undefined, (error: unknown) => error)
          )
        }
        const invalid = yield* refused("0123456789abcdef0123456789abcdef")
        assert.instanceOf(invalid, Problem)
        assert.strictEqual(invalid.type, "urn:sluice:problem:invalid-request")
        assert.deepStrictEqual(invalid.errors.map(({ path }) => path), ["type"])
        const unauthorized = yield* refused("wrong")
        assert.instanceOf(unauthorized, Problem)
        assert.strictEqual(unauthorized.type, "urn:sluice:problem:unauthorized")
      }))

    it.effect("the examples of the API reference are accepted by the server", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        for (const operation of ["pipelines", "connectors", "authProviders", "webhookEndpoints"]) {
          const { parameters, requests } = examples[`${operation}.put`]!
          const path = operation.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
          const answer = yield* ask("PUT", `/v1/${path}/${parameters?.["id"]}`, {
            headers: { authorization: "Bearer 0123456789abcdef0123456789abcdef" },
            body: requests?.["example"]
          })
          assert.strictEqual(answer.status, 201, answer.text)
        }
      }))
  }
)
