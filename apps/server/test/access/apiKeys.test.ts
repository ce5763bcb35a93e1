/** Contract: section 2, "Keys can also be managed". */
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { answersWith } from "../support/Promised.ts"
import { Sluice } from "../support/Sluice.ts"

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const environmentKey = "key-of-the-environment"
const administrator = bearer(environmentKey)

describe("stored API keys", () => {
  layer(Sluice.layer({ SLUICE_API_KEYS: `root=${environmentKey}` }), { excludeTestServices: true })((it) => {
    it.effect("a key is shown once, kept as its digest, used with its roles, and gone when it is deleted", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const sql = yield* SqlClient.SqlClient
        const first = yield* ask("POST", "/v1/api-keys", {
          headers: administrator,
          body: { name: "a", roles: ["admin"] }
        })
        assert.strictEqual(first.status, 201, first.text)
        const made = yield* ask("POST", "/v1/api-keys", {
          headers: administrator,
          body: { name: "shop", roles: ["submit", "read"], expiresAt: "2100-01-01T00:00:00Z" }
        })
        const { id, key, ...shown } = made.json
        assert.match(id, /^api_key-[0-9a-f]{32}$/)
        assert.match(key, /^sluice_[\w-]{43}$/)
        assert.deepInclude(shown, { name: "shop", roles: ["read", "submit"], expiresAt: "2100-01-01T00:00:00.000Z" })
        assert.strictEqual((yield* ask("GET", "/v1/orders", { headers: bearer(key) })).status, 200)
        assert.strictEqual((yield* ask("PUT", "/v1/pipelines/p", { headers: bearer(key), raw: "{}" })).status, 403)

        const rows = JSON.stringify(yield* sql`select k::text from api_keys k`)
        assert.notInclude(rows, key)
        // It is written in the background, once a minute.
        const used = Effect.map(ask("GET", "/v1/api-keys", { headers: administrator }), ({ json }) => json.items[0])
        let listed = yield* used
        while (listed.lastUsedAt === undefined) listed = yield* used
        assert.match(listed.lastUsedAt, /T\d\d:\d\d:00\.000Z$/)
        assert.deepStrictEqual({ ...listed, lastUsedAt: undefined }, { id, ...shown, lastUsedAt: undefined })

        assert.strictEqual((yield* ask("DELETE", `/v1/api-keys/${id}`, { headers: administrator })).status, 204)
        assert.strictEqual((yield* ask("GET", "/v1/orders", { headers: bearer(key) })).status, 401)
        assert.strictEqual((yield* ask("DELETE", `/v1/api-keys/${id}`, { headers: administrator })).status, 404)
      }))

    it.effect("names are unique, those of the environment included; bad input names the member", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const create = (body: object) => ask("POST", "/v1/api-keys", { headers: administrator, body: body as never })
        for (const name of ["a", "root"]) {
          assert.strictEqual((yield* create({ name, roles: ["read"] })).status, 409, name)
        }
        for (
          const [body, path] of [
            [{ roles: ["read"] }, "name"],
            [{ name: "b", roles: ["cook"] }, "roles[0]"],
            [{ name: "b", roles: [] }, "roles"],
            [{ name: "b", roles: ["read"], expiresAt: "2020-01-01" }, "expiresAt"],
            [{ name: "b", roles: ["read"], tenant: "acme" }, "tenant"],
            [{ name: "b", roles: ["read"], key: "mine" }, "key"]
          ] as const
        ) {
          const answer = yield* create(body)
          assert.strictEqual(answer.status, 400, answer.text)
          assert.strictEqual(answer.json.errors[0].path, path)
        }
      }))

    it.effect("the last administrator may be deleted where the environment has another", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const { json } = yield* ask("GET", "/v1/api-keys", { headers: administrator })
        for (const { id } of json.items) {
          assert.strictEqual((yield* ask("DELETE", `/v1/api-keys/${id}`, { headers: administrator })).status, 204)
        }
      }))

    it.effect("an expired key is refused with its name, and is no guess", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const sql = yield* SqlClient.SqlClient
        yield* ask("POST", "/v1/api-keys", { headers: administrator, body: { name: "a", roles: ["admin"] } })
        const { json } = yield* ask("POST", "/v1/api-keys", {
          headers: administrator,
          body: { name: "old", roles: ["read"], expiresAt: "2100-01-01" }
        })
        yield* sql`update api_keys set expires_at = clock_timestamp() - interval '1 second' where name = 'old'`
        // Any change of the keys has all of them read anew.
        yield* ask("POST", "/v1/api-keys", { headers: administrator, body: { name: "c", roles: ["read"] } })
        for (let tries = 0; tries < 30; tries++) {
          const answer = yield* ask("GET", "/v1/orders", { headers: bearer(json.key) })
          assert.strictEqual(answer.status, 401)
          assert.match(answer.json.detail, /"old" expired at/)
        }
      }))
  })

  layer(Sluice.layer(), { excludeTestServices: true })((it) => {
    it.effect("the first key ends open access, and has to be a permanent administrator", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const create = (body: object, headers = {}) => ask("POST", "/v1/api-keys", { headers, body: body as never })
        for (
          const body of [{ name: "x", roles: ["operate"] }, { name: "x", roles: ["admin"], expiresAt: "2100-01-01" }]
        ) {
          assert.strictEqual((yield* create(body)).status, 400)
        }
        assert.strictEqual((yield* ask("GET", "/v1/orders")).status, 200)
        const { json: { id, key } } = yield* create({ name: "root", roles: ["admin"] })
        assert.strictEqual((yield* ask("GET", "/v1/orders")).status, 401)
        // A server with keys serves any Host.
        const host = { host: "sluice.example.com" }
        assert.strictEqual((yield* ask("GET", "/v1/orders", { headers: { ...bearer(key), ...host } })).status, 200)
        const last = yield* ask("DELETE", `/v1/api-keys/${id}`, { headers: bearer(key) })
        assert.strictEqual(last.status, 409)
        assert.include(last.json.detail, "\"root\" is the last")
        const { json: second } = yield* create({ name: "second", roles: ["admin"] }, bearer(key))
        assert.strictEqual((yield* ask("DELETE", `/v1/api-keys/${id}`, { headers: bearer(second.key) })).status, 204)
        assert.strictEqual((yield* ask("GET", "/v1/orders", { headers: bearer(key) })).status, 401)
      }))

    it.effect("of two concurrent deletions, one fails, so that an administrator remains", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const sql = yield* SqlClient.SqlClient
        yield* sql`delete from api_keys`
        yield* sql`update settings_revision set revision = revision + 1`
        yield* sql`select pg_notify('sluice_settings', '')`
        yield* answersWith(ask("GET", "/v1/orders"), 200)
        const { json: one } = yield* ask("POST", "/v1/api-keys", { body: { name: "one", roles: ["admin"] } })
        const { json: two } = yield* ask("POST", "/v1/api-keys", {
          headers: bearer(one.key),
          body: { name: "two", roles: ["admin"] }
        })
        const answers = yield* Effect.all([
          ask("DELETE", `/v1/api-keys/${one.id}`, { headers: bearer(one.key) }),
          ask("DELETE", `/v1/api-keys/${two.id}`, { headers: bearer(one.key) })
        ], { concurrency: "unbounded" })
        assert.deepStrictEqual(answers.map(({ status }) => status).toSorted(), [204, 409])
      }))
  })
})
