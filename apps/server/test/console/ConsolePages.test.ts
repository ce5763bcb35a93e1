import { assert, describe, it } from "@effect/vitest"
import type { BuiltConsole, ConsoleFile } from "../../src/console/ConsoleFiles.ts"
import { answer } from "../../src/console/ConsolePages.ts"
import * as Answer from "../../src/wire/Answer.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
const script = { contentType: "text/javascript", bytes: bytes("plain"), br: bytes("br"), gzip: bytes("gzip") }
const built: BuiltConsole = {
  page: "<script nonce=\"__NONCE__\"></script>",
  files: new Map<string, ConsoleFile>([["/assets/main-1a.js", script], ["/favicon.svg", {
    contentType: "image/svg+xml",
    bytes: bytes("<svg/>")
  }]])
}
const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" }

const ask = (url: string, headers: Record<string, string> = {}, method: "GET" | "POST" | "HEAD" = "GET") =>
  // Of a request's headers only what is looked up by name counts here.
  answer(built, { method, url, headers: headers as never })

describe("ConsolePages", () => {
  it.each(["/", "/?a=b", "/orders", "/orders/a%2Fb?tab=history", "/process-events/x", "/V1/orders", "/%761/orders"])(
    "serves the page to a browser on %s",
    (url) => assert.strictEqual(ask(url, html)?.headers["content-type"], "text/html; charset=utf-8")
  )

  it.each([
    "/v1/orders",
    "/v1",
    "/v1/nowhere",
    "/health/live",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/docs/x",
    "/assets/gone-2b.js"
  ])("does not answer %s, even if a page is requested", (url) => assert.isUndefined(ask(url, html)))

  it("serves a page only to a client that requests one, or requests /", () => {
    assert.isUndefined(ask("/orders", { accept: "*/*" }))
    assert.isUndefined(ask("/orders", html, "POST"))
    assert.isDefined(ask("/"))
    assert.isDefined(ask("/", {}, "HEAD"))
  })

  it("names a fresh nonce in the page and in its policy, and allows nothing from elsewhere", () => {
    const nonces = [ask("/"), ask("/")].map((response) => {
      const policy = response?.headers["content-security-policy"] ?? ""
      const nonce = /'nonce-([0-9a-f]{32})'/.exec(policy)?.[1] ?? ""
      const body = response === undefined ? "" : Answer.textOf(response)
      assert.include(body, `nonce="${nonce}"`)
      assert.notMatch(policy, /unsafe|https?:|\*/)
      return nonce
    })
    assert.strictEqual(new Set(nonces).size, 2)
  })

  it.each([
    ["br, gzip", "br"],
    ["gzip;q=0.8", "gzip"],
    ["br;q=0, gzip", "gzip"],
    ["identity", undefined],
    ["", undefined]
  ])("sends assets as %j allows, and lets them be cached for ever", (accepted, encoding) => {
    const response = ask("/assets/main-1a.js", { "accept-encoding": accepted })
    assert.strictEqual(response?.headers["content-encoding"], encoding)
    assert.include(response?.headers["cache-control"], "immutable")
    assert.notInclude(ask("/favicon.svg")?.headers["cache-control"], "immutable")
  })
})
