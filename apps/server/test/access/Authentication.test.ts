import { assert, describe, it } from "@effect/vitest"
import { admission } from "../../src/access/Authentication.ts"
import { fixedKeys } from "../../src/access/Caller.ts"
import { digestOf } from "../../src/config/ApiKeys.ts"

const ops = { name: "ops", roles: ["admin"] } as const
const shop = { name: "shop", roles: ["submit"] } as const
const keys = fixedKeys([{ ...ops, digest: digestOf("k1") }, { ...shop, digest: digestOf("k2") }])
const none = fixedKeys([])
const ask = {
  method: "GET",
  target: "/v1/orders",
  host: "localhost:8080",
  hostLines: 1,
  authorization: undefined,
  authorizationLines: 0,
  origin: undefined,
  site: undefined
}

describe("Authentication", () => {
  it.each([
    "localhost",
    "LOCALHOST:8080",
    "localhost.",
    "a.localhost:1",
    "127.0.0.1:8080",
    "127.1.2.3",
    "[::1]:8080",
    "[::ffff:127.0.0.1]"
  ])("without keys serves Host %s", (host) => {
    assert.strictEqual(admission(none)({ ...ask, host })._tag, "Admitted")
  })

  it.each([
    "evil.example.com",
    "localhost.evil.example.com",
    "127.0.0.1.evil.example.com",
    "127.0.0.1@evil.example.com",
    "evil.example.com#localhost",
    "192.168.0.1",
    "0.0.0.0",
    "[::]",
    "localhost localhost",
    "",
    undefined
  ])("without keys refuses Host %s on every path", (host) => {
    for (const target of ["/v1/orders", "/health/live", "/docs", "/", "/nowhere"]) {
      assert.strictEqual(admission(none)({ ...ask, target, host })._tag, "ForeignHost")
    }
  })

  it.each(["Bearer k1", "bearer k1", "BEARER  k1"])("accepts %s and identifies the key's owner", (authorization) => {
    assert.deepStrictEqual(admission(keys)({ ...ask, authorization }), { _tag: "Admitted", caller: ops })
  })

  it.each([undefined, "", "Bearer", "Bearer ", "Bearer k", "Bearer k11", "Basic k1", "k1", "Bearer k1 k2"])(
    "with keys refuses Authorization %s",
    (authorization) => {
      assert.strictEqual(admission(keys)({ ...ask, authorization })._tag, "Unauthorized")
    }
  )

  it("refuses a request with two Authorization lines where a key is asked for, and only there", () => {
    const two = { ...ask, authorization: "Bearer k1", authorizationLines: 2 }
    assert.deepStrictEqual(admission(keys)(two), { _tag: "Ambiguous", header: "Authorization" })
    assert.strictEqual(admission(keys)({ ...two, target: "/health/live" })._tag, "Admitted")
    assert.strictEqual(admission(none)(two)._tag, "Admitted")
  })

  it("requires the role read for the metrics", () => {
    const metrics = { ...ask, target: "/metrics" }
    assert.strictEqual(admission(keys)({ ...metrics, authorization: "Bearer k1" })._tag, "Admitted")
    assert.deepStrictEqual(admission(keys)({ ...metrics, authorization: "Bearer k2" }), {
      _tag: "Forbidden",
      caller: shop,
      need: "read"
    })
  })

  it.each(["/", "/docs", "/openapi.json", "/health/live", "/health/ready?x=1"])("requires no key for %s", (target) => {
    assert.strictEqual(admission(keys)({ ...ask, target, host: "any.example.com" })._tag, "Admitted")
  })

  it.each([
    "//v1/orders",
    "/%761/orders",
    "/V1/orders",
    "/v1/orders?/docs",
    "/docs/../v1/orders",
    "/metrics",
    "//docs"
  ])(
    "requires a key for %s, in any spelling",
    (target) => {
      assert.strictEqual(admission(keys)({ ...ask, target })._tag, "Unauthorized")
    }
  )

  it("a process with the role worker alone serves its health, and nothing of the API", () => {
    assert.strictEqual(admission(none, "pages")({ ...ask, target: "/health/ready" })._tag, "Admitted")
    assert.strictEqual(admission(none, "pages")(ask)._tag, "NotServed")
    assert.strictEqual(admission(none, "pages")({ ...ask, target: "/v1/callbacks/x" })._tag, "NotServed")
  })
})
