import { assert, describe, it, layer } from "@effect/vitest"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { type EgressProxy, parseProxy } from "@sluice/http-client/internal/connection/EgressProxy"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { Outbound } from "@sluice/http-client/Outbound"
import { authority } from "@sluice/http-client/testing/Certificates"
import { ConnectProxy, type ProxyBehaviour } from "@sluice/http-client/testing/ConnectProxy"
import { HostileServer } from "@sluice/http-client/testing/HostileServer"
import { Effect, Fiber, Layer, Redacted, Result } from "effect"
import { TestClock } from "effect/testing"
import { createServer } from "node:https"
import type { LookupFunction } from "node:net"
import * as LoopbackServer from "../src/testing/LoopbackServer.ts"

const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8,::1/128")))
const ours = authority()

const proxyAt = (url: string, user = ""): EgressProxy =>
  Result.getOrThrow(parseProxy(user === "" ? url : url.replace("://", `://${user}@`)))

const through = (proxy: EgressProxy, options: Partial<OutboundUndici.OutboundUndiciOptions> = {}) =>
  Effect.provide(OutboundUndici.layer({ guard, proxy, ...options }))

const get = (url: string, timeoutMs = 30_000) =>
  Effect.flatMap(Outbound, (outbound) => outbound.exchange({ method: "GET", url, headers: {}, timeoutMs }))

/** Runs with the proxy behaving so, and answers what it was asked meanwhile. */
const behaving = Effect.fnUntraced(function*<A, E, R>(behaviour: ProxyBehaviour, effect: Effect.Effect<A, E, R>) {
  const proxy = yield* ConnectProxy
  const before = proxy.asked.length
  proxy.behave(behaviour)
  const result = yield* effect
  proxy.behave("join")
  return [result, proxy.asked.slice(before)] as const
})

const answering = (text: string): ProxyBehaviour => (socket) => void socket.end(text)

/** A partner on TLS, with a certificate of `ours`. */
const secure = Effect.fnUntraced(function*() {
  const { certificate, key } = ours.issue()
  const server = createServer({ cert: certificate, key }, (_, response) => response.end("secure"))
  server.on("tlsClientError", () => {})
  return `https://127.0.0.1:${yield* LoopbackServer.listen(server)}/`
})

layer(Layer.merge(HostileServer.layer, ConnectProxy.layer()))("an egress proxy", (it) => {
  it.effect("is asked for a tunnel to the checked address, for http: targets too, once for each connection", () =>
    Effect.gen(function*() {
      const server = yield* HostileServer
      const { port } = new URL(server.url)
      const proxy = yield* ConnectProxy
      const lookup: LookupFunction = (_, __, callback) => callback(null, [{ address: "127.0.0.1", family: 4 }])
      const [_, asked] = yield* behaving(
        "join",
        Effect.gen(function*() {
          for (let call = 0; call < 3; call++) {
            const { status } = yield* get(`http://partner.example:${port}/echo/proxied`)
            assert.strictEqual(status, 200)
          }
        }).pipe(through(proxyAt(proxy.url), { lookup }))
      )
      assert.lengthOf(asked, 1)
      assert.match(asked[0] ?? "", new RegExp(`^CONNECT 127\\.0\\.0\\.1:${port} HTTP/1\\.1\\r\\n`))
      assert.notInclude(asked[0] ?? "", "partner.example")
      assert.notMatch(asked[0] ?? "", /authorization/i)
      // Inside the tunnel the request is what it always was.
      const { headers } = yield* server.received("/echo/proxied")
      assert.strictEqual(headers["host"], `partner.example:${port}`)
    }))

  it.effect("gets user and password of its URL as Proxy-Authorization, and the partner does not", () =>
    Effect.gen(function*() {
      const server = yield* HostileServer
      const proxy = yield* ConnectProxy
      const [_, asked] = yield* behaving(
        "join",
        get(`${server.url}/echo/authorized`).pipe(through(proxyAt(proxy.url, "slu%40ice:p%C3%A4ss")))
      )
      const basic = Buffer.from("slu@ice:päss").toString("base64")
      assert.include(asked[0] ?? "", `\r\nProxy-Authorization: Basic ${basic}\r\n`)
      assert.notInclude((yield* server.received("/echo/authorized")).lines.join("\n"), basic)
    }))

  it.effect("IPv6 targets are asked for in brackets", () =>
    Effect.gen(function*() {
      const proxy = yield* ConnectProxy
      const [_, asked] = yield* behaving(
        answering("HTTP/1.1 502 Bad Gateway\r\n\r\n"),
        Effect.flip(get("http://[::1]:81/")).pipe(through(proxyAt(proxy.url)))
      )
      assert.match(asked[0] ?? "", /^CONNECT \[::1\]:81 HTTP\/1\.1\r\nHost: \[::1\]:81\r\n/)
    }))

  it.effect.each<readonly [string, ProxyBehaviour, RegExp]>([
    ["refuses with 403", answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), /with 403$/],
    ["wants credentials", answering("HTTP/1.1 407 Auth\r\n\r\n"), /asks for credentials.*SLUICE_EGRESS_PROXY/],
    ["cannot reach the partner", answering("HTTP/1.1 502 Bad Gateway\r\n\r\n"), /with 502$/],
    ["redirects", answering("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n"), /with 302$/],
    ["hangs up", (socket) => void socket.destroy(), /closed the connection before it answered/],
    ["resets", (socket) => void socket.resetAndDestroy(), /ECONNRESET|closed the connection/],
    ["hangs up in its head", answering("HTTP/1.1 200 OK\r\nX: "), /closed the connection/],
    ["speaks no HTTP", answering("SSH-2.0-OpenSSH_9\r\n"), /with what is no HTTP/],
    ["floods its head", answering(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(20_000)}`), /with what is no HTTP/]
  ])(
    "that %s before its 2xx is unreachable, code proxy, and nothing went around it",
    ([, behaviour, words]) =>
      Effect.gen(function*() {
        const server = yield* HostileServer
        const proxy = yield* ConnectProxy
        const path = `/echo/around/${words.source.length}`
        const [error] = yield* behaving(
          behaviour,
          Effect.flip(get(`${server.url}${path}`)).pipe(through(proxyAt(proxy.url, "user:hunter22")))
        )
        assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "proxy", sent: false })
        assert.match(error.message, words)
        assert.include(error.message, new URL(proxy.url).host)
        assert.notInclude(error.message, "hunter22")
        assert.strictEqual(server.count(path), 0)
      })
  )

  it.effect("that is not there is unreachable, code proxy, and nothing went around it", () =>
    Effect.gen(function*() {
      const server = yield* HostileServer
      const error = yield* Effect.flip(get(`${server.url}/echo/no-proxy`)).pipe(through(proxyAt("http://127.0.0.1:1")))
      assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "proxy", sent: false })
      assert.match(error.message, /^The egress proxy 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/)
      assert.strictEqual(server.count("/echo/no-proxy"), 0)
    }))

  it.effect("that never answers uses up the request's time, and nothing was sent", () =>
    Effect.gen(function*() {
      const server = yield* HostileServer
      const proxy = yield* ConnectProxy
      const asked = Promise.withResolvers<void>()
      const [error] = yield* behaving(
        () => asked.resolve(),
        Effect.gen(function*() {
          const fiber = yield* Effect.forkChild(Effect.flip(get(`${server.url}/echo/silent`, 2000)))
          yield* Effect.promise(() => asked.promise)
          yield* TestClock.adjust("2 seconds")
          return yield* Fiber.join(fiber)
        }).pipe(through(proxyAt(proxy.url)))
      )
      assert.deepInclude(error, { _tag: "OutboundTimedOut", sent: false })
      assert.strictEqual(server.count("/echo/silent"), 0)
    }))

  it.effect("an answer of 1xx before its 2xx is skipped", () =>
    Effect.gen(function*() {
      const server = yield* HostileServer
      const proxy = yield* ConnectProxy
      const [answer] = yield* behaving(
        (socket) => {
          socket.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
          socket.once("data", () => socket.end("HTTP/1.1 204 No Content\r\n\r\n"))
        },
        get(`${server.url}/echo/continued`).pipe(through(proxyAt(proxy.url)))
      )
      assert.strictEqual(answer.status, 204)
    }))

  it.effect.each<readonly [string, ProxyBehaviour, object]>([
    [
      "the tunnel ends after the request was sent",
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n")
        socket.once("data", () => socket.destroy())
      },
      { _tag: "OutboundUnreachable", code: "reset", sent: true }
    ],
    [
      "what comes back is no HTTP",
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n")
        socket.once("data", () => socket.end("nonsense\r\n\r\n"))
      },
      { _tag: "OutboundUnreadable", sent: true }
    ]
  ])("after its 2xx, %s: judged as a direct connection", ([, behaviour, expected]) =>
    Effect.gen(function*() {
      const server = yield* HostileServer
      const proxy = yield* ConnectProxy
      const [error] = yield* behaving(
        behaviour,
        Effect.flip(get(`${server.url}/echo/after`)).pipe(through(proxyAt(proxy.url)))
      )
      assert.deepInclude(error, expected)
    }))

  it.effect("TLS is spoken with the partner, through the tunnel, and judged by the partner's certificate", () =>
    Effect.gen(function*() {
      const url = yield* secure()
      const proxy = yield* ConnectProxy
      const trusting = { authorities: [ours.certificate] }
      const { body } = yield* get(url).pipe(through(proxyAt(proxy.url), trusting))
      assert.strictEqual(new TextDecoder().decode(body), "secure")
      const error = yield* Effect.flip(get(url)).pipe(through(proxyAt(proxy.url)))
      assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "tls", sent: false })
    }))

  it.effect("its own address is not judged by the guard, and may be private", () =>
    Effect.gen(function*() {
      const proxy = yield* ConnectProxy
      const strict = AddressGuard.make([])
      const lookup: LookupFunction = (_, __, callback) => callback(null, [{ address: "93.184.215.14", family: 4 }])
      const [error, asked] = yield* behaving(
        answering("HTTP/1.1 502 Bad Gateway\r\n\r\n"),
        Effect.flip(get("http://partner.example/")).pipe(through(proxyAt(proxy.url), { guard: strict, lookup }))
      )
      assert.deepInclude(error, { code: "proxy" })
      assert.match(asked[0] ?? "", /^CONNECT 93\.184\.215\.14:80 /)
    }))
})

describe("an egress proxy on TLS", () => {
  it.effect("is spoken to on TLS, with the authorities of SLUICE_CA_CERTS, and not without", () =>
    Effect.gen(function*() {
      const server = yield* HostileServer
      const proxy = yield* ConnectProxy
      assert.match(proxy.url, /^https:/)
      const trusting = { authorities: [ours.certificate] }
      const { status } = yield* get(`${server.url}/echo/tls-proxy`).pipe(through(proxyAt(proxy.url), trusting))
      assert.strictEqual(status, 200)
      const error = yield* Effect.flip(get(`${server.url}/echo/tls-proxy/2`)).pipe(through(proxyAt(proxy.url)))
      assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "proxy", sent: false })
      assert.match(error.message, /authority that is not trusted/)
      assert.strictEqual(server.count("/echo/tls-proxy/2"), 0)
    }).pipe(Effect.provide(Layer.merge(HostileServer.layer, ConnectProxy.layer(ours.issue())))))
})

describe("the URL of an egress proxy", () => {
  it.each([
    ["http://proxy.example.com:3128", "http://proxy.example.com:3128/"],
    ["https://proxy.example.com/", "https://proxy.example.com/"],
    ["http://me:it@[fd00::1]:8080", "http://me:it@[fd00::1]:8080/"],
    ["http://me:p%25ss@10.0.0.1", "http://me:p%25ss@10.0.0.1/"]
  ])("%s can be used", (value, href) => {
    assert.strictEqual(Redacted.value(Result.getOrThrow(parseProxy(value))).href, href)
  })

  it.each([
    ["proxy.example.com:3128", /is not an http or https URL: write http:/],
    ["socks5://hunter22@proxy.example.com", /is not an http or https URL/],
    ["http:proxy", /is not an http or https URL/],
    ["http://", /is not an http or https URL/],
    ["http://proxy.example.com/path", /has a path/],
    ["http://proxy.example.com/?hunter22", /has a path, a query/],
    ["http://me:hunter22%zz@proxy.example.com", /percent-encode/],
    ["http://me:hunter22%0d%0a@proxy.example.com", /percent-encode/],
    ["http://m%3ae:hunter22@proxy.example.com", /colon/]
  ])("%s cannot, and the fault does not repeat it", (value, words) => {
    const fault = Result.getOrThrow(Result.flip(parseProxy(value)))
    assert.match(fault, words)
    assert.notInclude(fault, "hunter22")
  })
})
