/** Contract: section 2, "Keys can also be managed", over several processes. */
import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Redacted } from "effect"
import * as Process from "../support/Process.ts"
import { answersWith } from "../support/Promised.ts"
import { request } from "../support/Sluice.ts"

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

/** The environment of processes that share the test's database. */
const sharedDatabase = Effect.map(DatabaseTest, ({ url }) => ({
  DATABASE_URL: Redacted.value(url),
  SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64")
}))

describe("stored API keys in several processes", () => {
  it.live(
    "a key that is created or deleted takes effect on every process within a second",
    () =>
      Effect.gen(function*() {
        const environment = yield* sharedDatabase
        const [here, there] = yield* Effect.all([Process.start(environment), Process.start(environment)])
        const [a, b] = [yield* here.url, yield* there.url]
        const made = yield* request(a, "POST", "/v1/api-keys", { body: { name: "root", roles: ["admin"] } })
        const root = bearer(made.json.key)
        const closed = yield* answersWith(request(b, "GET", "/v1/orders"), 401)
        yield* answersWith(request(b, "GET", "/v1/orders", { headers: root }), 200)
        const { json } = yield* request(b, "POST", "/v1/api-keys", {
          headers: root,
          body: { name: "x", roles: ["read"] }
        })
        const opened = yield* answersWith(request(a, "GET", "/v1/orders", { headers: bearer(json.key) }), 200)
        yield* request(a, "DELETE", `/v1/api-keys/${json.id}`, { headers: root })
        const gone = yield* answersWith(request(b, "GET", "/v1/orders", { headers: bearer(json.key) }), 401)
        if (process.env["STRICT_TIMES"] === "1") { for (const ms of [closed, opened, gone]) assert.isBelow(ms, 1000) }

        // A stored key is a key for the rule on HOST.
        const reachable = yield* Process.start({ ...environment, HOST: "0.0.0.0" })
        const { port } = new URL(yield* reachable.url)
        assert.strictEqual(
          (yield* request(`http://127.0.0.1:${port}`, "GET", "/v1/orders", { headers: root })).status,
          200
        )
      }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)),
    600_000
  )

  it.live("without any key, a HOST that is reachable from outside ends the start with one line", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      for (
        const environment of [{ DATABASE_URL: Redacted.value(url) }, {
          SLUICE_DATA_DIR: "/tmp/sluice-that-is-not-there"
        }]
      ) {
        const refused = yield* Process.start({ ...environment, HOST: "0.0.0.0" })
        const { code, errors } = yield* refused.ended
        assert.strictEqual(code, 1)
        assert.match(
          errors,
          /^sluice: HOST 0\.0\.0\.0 can be reached .* SLUICE_API_KEYS to name=key, or HOST to 127\.0\.0\.1\n$/
        )
      }
    }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))

  it.live(
    "a key of the environment with the name of a stored key is warned of at the start",
    () =>
      Effect.gen(function*() {
        const environment = yield* sharedDatabase
        const first = yield* Process.start(environment)
        const made = yield* request(yield* first.url, "POST", "/v1/api-keys", {
          body: { name: "ops", roles: ["admin"] }
        })
        assert.strictEqual(made.status, 201, made.text)
        const named = yield* Process.start({ ...environment, SLUICE_API_KEYS: `ops=${"k".repeat(32)}` })
        yield* named.url
        assert.match(named.output(), /WARN.*SLUICE_API_KEYS names "ops", and a stored key has that name: /)
        const other = yield* Process.start({ ...environment, SLUICE_API_KEYS: `other=${"k".repeat(32)}` })
        const headers = bearer("k".repeat(32))
        const same = yield* request(yield* other.url, "POST", "/v1/api-keys", {
          headers,
          body: { name: "other", roles: ["read"] }
        })
        assert.strictEqual(same.status, 409, same.text)
      }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)),
    600_000
  )
})
