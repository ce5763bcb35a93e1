import { execFileSync } from "node:child_process"
import { assert, describe, it } from "vitest"
import { target } from "../src/api/Api.ts"
import { curl, shellWord } from "../src/api/Curl.ts"
import { routes } from "../src/api/Routes.ts"

const origin = "http://127.0.0.1:8080"

describe("curl", () => {
  it("a GET is written with its query, without empty parameters", () => {
    const parts = { query: { state: "failed", cursor: undefined, pipeline: "" } }
    assert.strictEqual(
      curl(origin, { route: routes.processEvents.list, parts }, false),
      "curl \\\n  'http://127.0.0.1:8080/v1/process-events?state=failed'"
    )
  })

  it("a POST is written with its body, and with the key as a shell variable", () => {
    const parts = { params: { id: "a/b" }, payload: { reason: "it's late" } }
    assert.strictEqual(
      curl(origin, { route: routes.processEvents.cancel, parts }, true),
      [
        "curl",
        "http://127.0.0.1:8080/v1/process-events/a%2Fb/cancel",
        "-H \"authorization: Bearer $SLUICE_KEY\"",
        "-H 'content-type: application/json'",
        "-d '{\"reason\":\"it'\\''s late\"}'"
      ].join(" \\\n  ")
    )
  })

  it("the method is named where curl would infer another one", () => {
    assert.include(curl(origin, { route: routes.pipelines.remove, parts: { params: { id: "x" } } }, false), "-X DELETE")
    assert.include(
      curl(origin, { route: routes.deliveries.redeliver, parts: { params: { id: "x" } } }, false),
      "-X POST"
    )
  })

  it.each(["plain", "it's", "a b", "$HOME `id` \"q\" \\", "line\nbreak", "*?[x]!"])(
    "%j is quoted as one shell word",
    (text) => {
      assert.strictEqual(execFileSync("/bin/sh", ["-c", `printf %s ${shellWord(text)}`], { encoding: "utf8" }), text)
    }
  )
})

describe("target", () => {
  it("path segments and query parameters are escaped", () => {
    assert.strictEqual(
      target(routes.orders.get, { params: { id: "ä/ö?#" }, query: { a: "b&c" } }),
      "/v1/orders/%C3%A4%2F%C3%B6%3F%23?a=b%26c"
    )
  })
})
