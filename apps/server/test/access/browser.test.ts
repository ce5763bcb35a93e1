/** Contract: section 2, "A browser is not a client unless it is ours", over every route of the API's own description. */
import { assert, describe, layer } from "@effect/vitest"
import { Api } from "@sluice/api/Api"
import { Effect } from "effect"
import { connect } from "node:net"
import { type Answer, type Ask, Sluice } from "../support/Sluice.ts"

interface Route {
  readonly method: string
  readonly path: string
  readonly takesBody: boolean
}

const routes: ReadonlyArray<Route> = Object.values(Api.groups).flatMap((group) =>
  Object.values(group.endpoints).map(({ method, path, payload }) => ({
    method,
    path: path.replaceAll(/:\w+/g, "1"),
    takesBody: payload.size > 0
  }))
)
const changing = routes.filter(({ method }) => method !== "GET")
const ofApi = routes.filter(({ path }) => path.startsWith("/v1/"))
const named = ({ method, path }: Route) => `${method} ${path}`

/** As a page of another origin sends it: a browser writes these headers, the page cannot. */
const foreign = (url: string): ReadonlyArray<Readonly<Record<string, string>>> => {
  const { host } = new URL(url)
  return [
    { origin: "https://evil.example.com" },
    { origin: "null" },
    { origin: "http://127.0.0.1:1" },
    { origin: `https://${host.replace(/:\d+$/, "")}` },
    { origin: `chrome-extension://${host}` },
    { origin: url, "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" }
  ]
}

const own = (url: string): ReadonlyArray<Readonly<Record<string, string>>> => [
  {},
  { origin: url },
  { origin: url, "sec-fetch-site": "same-origin" },
  { "sec-fetch-site": "none" },
  { host: "localhost", origin: "http://localhost" },
  { host: "localhost:80", origin: "http://localhost" },
  { host: "localhost", origin: "https://localhost:443" },
  { host: "LOCALHOST:443", origin: "https://localhost" },
  { host: "[::1]:8080", origin: "http://[::1]:8080" }
]

/** Sends the text unchanged on a connection of its own; returns the first line of the answer. */
const raw = (url: string, text: string): Effect.Effect<string> =>
  Effect.callback((resume) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => socket.write(text))
    let answer = ""
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      answer += chunk
      if (answer.includes("\r\n\r\n")) socket.destroy()
    })
    socket.on("close", () => resume(Effect.succeed(answer)))
    return Effect.sync(() => socket.destroy())
  })

const slug = ({ json }: Answer): string => String(json?.type).replace("urn:sluice:problem:", "")

const each = <A>(items: ReadonlyArray<A>, check: (item: A) => Effect.Effect<void>) =>
  Effect.forEach(items, check, { concurrency: 8, discard: true })

const key = "key-of-the-proof"

for (
  const [name, environment, headers] of [
    ["without keys", {}, {}],
    ["with keys", { SLUICE_API_KEYS: `ops=${key}` }, { authorization: `Bearer ${key}` }]
  ] as const
) {
  describe(`a browser, ${name}`, () => {
    layer(Sluice.layer(environment), { excludeTestServices: true })((it) => {
      it.effect("a page of another origin changes nothing: every route that changes something answers 403", () =>
        Effect.gen(function*() {
          const { ask, url } = yield* Sluice
          yield* each(
            changing.flatMap((route) => foreign(url).map((source) => ({ route, source }))),
            Effect.fnUntraced(function*({ route, source }) {
              // A Blob without a type is sent without Content-Type.
              const answer = yield* ask(route.method, route.path, { headers: { ...headers, ...source }, raw: "{}" })
              assert.strictEqual(answer.status, 403, `${named(route)} ${JSON.stringify(source)}`)
              assert.strictEqual(slug(answer), "foreign-origin")
            })
          )
          for (const source of foreign(url)) {
            const answer = yield* ask("POST", "/v1/nowhere", { headers: { ...headers, ...source } })
            assert.strictEqual(answer.status, 403)
          }
        }))

      it.effect("pages of the server's own origin, and programs without an origin, are accepted", () =>
        Effect.gen(function*() {
          const { ask, url } = yield* Sluice
          yield* each(
            changing.flatMap((route) => own(url).map((source) => ({ route, source }))),
            Effect.fnUntraced(function*({ route, source }) {
              const answer = yield* ask(route.method, route.path, { headers: { ...headers, ...source } })
              assert.notInclude([401, 403], answer.status, `${named(route)} ${JSON.stringify(source)} ${answer.text}`)
            })
          )
        }))

      it.effect("reads are accepted from any origin", () =>
        Effect.gen(function*() {
          const { ask, url } = yield* Sluice
          for (const source of foreign(url)) {
            for (const method of ["GET", "HEAD", "OPTIONS"]) {
              const answer = yield* ask(method, "/v1/orders", { headers: { ...headers, ...source } })
              assert.notStrictEqual(answer.status, 403, method)
            }
          }
        }))

      it.effect("a body without a JSON Content-Type is 415 on every route, whether the route takes one or not", () =>
        Effect.gen(function*() {
          const { ask } = yield* Sluice
          const types = ["text/plain", "text/plain; x=application/json", "multipart/form-data; boundary=a", "json", ""]
          const wrong: ReadonlyArray<Ask> = [{}, ...types.map((type) => ({ headers: { "content-type": type } }))]
          yield* each(
            routes.flatMap((route) => wrong.map((one) => ({ route, one }))),
            Effect.fnUntraced(function*({ route, one }) {
              const answer = yield* ask(route.method, route.path, {
                raw: "{}",
                headers: { ...headers, "content-length": "2", ...one.headers }
              })
              assert.strictEqual(answer.status, 415, `${named(route)} ${JSON.stringify(one.headers)} ${answer.text}`)
            })
          )
          for (const type of ["application/json", "APPLICATION/JSON; charset=UTF-8", "application/vnd.acme+json;v=1"]) {
            const answer = yield* ask("POST", "/v1/orders", {
              raw: "{}",
              headers: { ...headers, "content-type": type }
            })
            assert.strictEqual(answer.status, 400, `${type} ${answer.text}`)
          }
        }))

      it.effect("a body that is not UTF-8 is 400 on every route", () =>
        Effect.gen(function*() {
          const { ask } = yield* Sluice
          yield* each(
            routes,
            Effect.fnUntraced(function*(route) {
              const answer = yield* ask(route.method, route.path, {
                raw: Uint8Array.from([0x7b, 0x22, 0xe4, 0x22, 0x3a, 0x31, 0x7d]),
                headers: { ...headers, "content-type": "application/json", "content-length": "7" }
              })
              assert.strictEqual(answer.status, 400, `${named(route)} ${answer.text}`)
              assert.include(answer.json.detail, "UTF-8")
            })
          )
        }))

      it.effect("every response under /v1 forbids caching and content sniffing", () =>
        Effect.gen(function*() {
          const { ask } = yield* Sluice
          const requests: ReadonlyArray<readonly [string, string, Ask]> = [
            ...ofApi.map(({ method, path }) => [method, path, {}] as const),
            ["GET", "/v1", {}],
            ["GET", "/v1/nowhere", {}],
            ["GET", "/v1/orders?limit=0", {}],
            ["GET", "/v1/%", {}],
            ["BREW", "/v1/orders", {}],
            ["DELETE", "/v1/orders", {}],
            ["OPTIONS", "/v1/orders", {}],
            ["GET", "/v1/orders", { headers: { authorization: "Bearer wrong" } }],
            ["POST", "/v1/orders", { headers: { origin: "null" } }],
            ["GET", "/v1/orders", { headers: { host: "evil.example.com", accept: "text/html" } }]
          ]
          yield* each(
            requests,
            Effect.fnUntraced(function*([method, path, ask_]) {
              const answer = yield* ask(method, path, { ...ask_, headers: { ...headers, ...ask_.headers } })
              assert.strictEqual(answer.headers["cache-control"], "no-store", `${method} ${path}`)
              assert.strictEqual(answer.headers["x-content-type-options"], "nosniff", `${method} ${path}`)
            })
          )
        }))

      it.effect("every page has a content security policy that allows no foreign source, no inline script but its own, and no frame", () =>
        Effect.gen(function*() {
          const { ask } = yield* Sluice
          for (const path of ["/", "/docs", "/orders", "/favicon.svg", "/nowhere", "/metrics"]) {
            const answer = yield* ask("GET", path, { headers: { ...headers, accept: "text/html" } })
            const policy = String(answer.headers["content-security-policy"])
            if (String(answer.headers["content-type"]).includes("json")) continue
            assert.include(policy, "default-src 'none'", path)
            assert.include(policy, "frame-ancestors 'none'", path)
            assert.notMatch(policy, /https?:|\*|unsafe-eval|script-src[^;]*unsafe/, path)
          }
        }))

      it.effect("two Host headers are 400 on every path, even if they agree", () =>
        Effect.gen(function*() {
          const { url } = yield* Sluice
          const { host } = new URL(url)
          const authorization = "authorization" in headers ? `Authorization: ${headers.authorization}\r\n` : ""
          for (const path of ["/", "/docs", "/v1/orders", "/health/live", "/nowhere"]) {
            for (const second of [host, "evil.example.com"]) {
              const lines = `Host: ${host}\r\nhOST: ${second}\r\n${authorization}`
              const answer = yield* raw(url, `GET ${path} HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`)
              assert.match(answer, /^HTTP\/1\.1 400 /, `${path} ${second}`)
            }
          }
        }))
    })
  })
}

describe("two keys in one request", () => {
  layer(Sluice.layer({ SLUICE_API_KEYS: `ops=${key},shop:submit=another-key-16ch` }), { excludeTestServices: true })(
    (it) => {
      it.effect("are 400 wherever a key is asked for, in either order, and decide nothing", () =>
        Effect.gen(function*() {
          const { url } = yield* Sluice
          const { host } = new URL(url)
          const keys = [key, "another-key-16ch", "wrong"].map((each) => `Authorization: Bearer ${each}\r\n`)
          const order = "{}"
          const routes = [
            "GET /v1/orders",
            "GET /metrics",
            "GET /v1/nowhere",
            "POST /v1/orders"
          ]
          for (const route of routes) {
            for (const [first, second] of [[0, 0], [0, 1], [1, 0], [0, 2], [2, 0]] as const) {
              const body = route.startsWith("POST") ? order : ""
              const lines = `Host: ${host}\r\n${keys[first]}${keys[second]}Content-Type: application/json\r\n`
              const length = body === "" ? "" : `Content-Length: ${body.length}\r\n`
              const answer = yield* raw(url, `${route} HTTP/1.1\r\n${lines}${length}Connection: close\r\n\r\n${body}`)
              assert.match(
                answer,
                /^HTTP\/1\.1 400 [^]*more than one Authorization line/,
                `${route} ${first} ${second}`
              )
            }
          }
        }))
    }
  )
})

describe("guessing keys", () => {
  layer(Sluice.layer({ SLUICE_API_KEYS: `ops=${key}` }), { excludeTestServices: true })((it) => {
    it.effect("is refused with 429 after 20 wrong keys in a minute, is counted, and locks out no valid key", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const withKey = (sent: string) => ask("GET", "/v1/orders", { headers: { authorization: `Bearer ${sent}` } })
        for (let missing = 0; missing < 25; missing++) {
          assert.strictEqual((yield* ask("GET", "/v1/orders")).status, 401)
        }
        for (let wrong = 0; wrong < 20; wrong++) assert.strictEqual((yield* withKey(`wrong-${wrong}`)).status, 401)
        for (const path of ["/v1/orders", "/metrics", "/v1/nowhere"]) {
          const refused = yield* ask("GET", path, { headers: { authorization: "Bearer one-too-many" } })
          assert.strictEqual(refused.status, 429, path)
          assert.strictEqual(slug(refused), "too-many-wrong-keys")
          assert.match(String(refused.headers["retry-after"]), /^[1-9]\d?$/)
          assert.notInclude(refused.text, "one-too-many")
        }
        assert.strictEqual((yield* withKey(key)).status, 200)
        assert.strictEqual((yield* ask("GET", "/v1/orders")).status, 401)
        const { text } = yield* ask("GET", "/metrics", { headers: { authorization: `Bearer ${key}` } })
        assert.match(text, /^sluice_api_key_refusals_total\{status="429"\} [1-9]/m)
        assert.match(text, /^sluice_api_key_refusals_total\{status="401"\} [1-9]/m)
      }))
  })
})
