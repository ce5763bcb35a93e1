/** The requests that the direct path takes, by their heads, and its answers. */
import { assert, describe, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { HttpServerResponse } from "effect/http"
import { createServer, type ServerResponse } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { admission } from "../../src/access/Authentication.ts"
import { fixedKeys } from "../../src/access/Caller.ts"
import { digestOf } from "../../src/config/ApiKeys.ts"
import * as DirectIntake from "../../src/intake/DirectIntake.ts"
import { EventReport } from "../../src/intake/EventReport.ts"
import { OrderSubmission } from "../../src/intake/OrderSubmission.ts"
import { KnownSecrets } from "../../src/telemetry/KnownSecrets.ts"

const shop = { name: "shop", roles: ["submit"], digest: digestOf("shop-key") } as const
const reader = { name: "reader", roles: ["read"], digest: digestOf("reader-key") } as const

const answer = HttpServerResponse.text("direct", { status: 202 })
const intake = Layer.merge(
  Layer.succeed(OrderSubmission, { submit: (_headers, _shipment, body) => Effect.as(body, answer) }),
  Layer.succeed(EventReport, { report: (_headers, body) => Effect.as(body, answer) })
)

/** Answers `direct` or, in the routes' place, `router`. */
class Front extends Context.Service<Front, { readonly port: number }>()("Front") {
  static readonly layer = Layer.effect(
    Front,
    Effect.gen(function*() {
      const front = yield* DirectIntake.make(admission(fixedKeys([shop, reader])))
      const routed = (response: ServerResponse) => void response.end("router")
      const server = createServer((request, response) => front(request, response) || routed(response))
      server.on("checkContinue", (_, response) => routed(response))
      server.on("upgrade", (_, socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nrouter"))
      yield* Effect.acquireRelease(
        Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
        () => Effect.sync(() => server.close().closeAllConnections())
      )
      return { port: (server.address() as AddressInfo).port }
    })
  ).pipe(Layer.provide([intake, KnownSecrets.layer({})]))
}

/** Sends a head and a body as they are, and reads until the connection closes. */
const send = (head: ReadonlyArray<string>, body: string) =>
  Effect.flatMap(Front, ({ port }) =>
    Effect.callback<string>((resume) => {
      const socket = connect(port, "127.0.0.1")
      let text = ""
      socket.on("data", (chunk) => text += chunk.toString("utf8"))
      socket.on("close", () => resume(Effect.succeed(text)))
      socket.write(`${[...head, "Host: localhost", "Connection: close"].join("\r\n")}\r\n\r\n${body}`)
      return Effect.sync(() => socket.destroy())
    }))

const key = "Authorization: Bearer shop-key"
const json = "Content-Type: application/json"
const length = "Content-Length: 2"
const order = "POST /v1/orders HTTP/1.1"

const table: ReadonlyArray<readonly [name: string, head: ReadonlyArray<string>, taken: boolean, body?: string]> = [
  ["an order", [order, key, json, length], true],
  ["an event", ["POST /v1/events HTTP/1.1", key, json, length], true],
  ["a JSON type with a suffix and a charset", [order, key, "Content-Type: a/b+json; charset=utf-8", length], true],
  ["a key, a preference and a page of its own origin", [
    order,
    key,
    json,
    length,
    "Idempotency-Key: k",
    "Prefer: wait=1",
    "Origin: http://localhost"
  ], true],
  ["another method", ["GET /v1/orders HTTP/1.1", key], false, ""],
  ["another path", ["POST /v1/orders/ HTTP/1.1", key, json, length], false],
  ["a query", ["POST /v1/orders?shipmentId=s HTTP/1.1", key, json, length], false],
  ["a whole URL", ["POST http://localhost/v1/orders HTTP/1.1", key, json, length], false],
  ["no key", [order, json, length], false],
  ["a wrong key", [order, "Authorization: Bearer other", json, length], false],
  ["a key without the role", [order, "Authorization: Bearer reader-key", json, length], false],
  ["two Hosts", [order, "Host: localhost", key, json, length], false],
  ["two keys", [order, key, key, json, length], false],
  ["a page of another origin", [order, key, json, length, "Origin: http://evil.example"], false],
  ["no type", [order, key, length], false],
  ["another type", [order, key, "Content-Type: text/plain", length], false],
  ["a compressed body", [order, key, json, length, "Content-Encoding: gzip"], false],
  ["a body in chunks", [order, key, json, "Transfer-Encoding: chunked"], false, "2\r\n{}\r\n0\r\n\r\n"],
  ["no body", [order, key, json], false, ""],
  ["an empty body", [order, key, json, "Content-Length: 0"], false, ""],
  ["a body over 1 MiB", [order, key, json, "Content-Length: 1048577"], false, ""],
  ["a client that waits for 100 Continue", [order, key, json, length, "Expect: 100-continue"], false, ""]
]

describe("the direct path", () => {
  layer(Front.layer, { excludeTestServices: true })((it) => {
    it.effect.each(table)("$0: is it taken? $2", ([, head, taken, body = "{}"]) =>
      Effect.gen(function*() {
        const text = yield* send(head, body)
        assert.match(text, taken ? /^HTTP\/1\.1 202[^]*direct$/ : /^HTTP\/1\.1 200[^]*router/)
      }))

    it.effect("a body that comes in pieces is read whole, and one that is cut off is never answered", () =>
      Effect.gen(function*() {
        const { port } = yield* Front
        const pieces = Effect.callback<string>((resume) => {
          const socket = connect(port, "127.0.0.1")
          let text = ""
          socket.on("data", (chunk) => text += chunk.toString("utf8"))
          socket.on("close", () => resume(Effect.succeed(text)))
          socket.write(
            `${[order, key, json, "Host: localhost", "Connection: close", "Content-Length: 8"].join("\r\n")}`
          )
          socket.write("\r\n\r\n{\"a\"", () => setImmediate(() => socket.write(":1}\n")))
        })
        assert.match(yield* pieces, /^HTTP\/1\.1 202/)
        const cut = Effect.callback<string>((resume) => {
          const socket = connect(port, "127.0.0.1")
          let text = ""
          socket.on("data", (chunk) => text += chunk.toString("utf8"))
          socket.on("close", () => resume(Effect.succeed(text)))
          socket.end([order, key, json, "Host: localhost", "Content-Length: 8", "", "{"].join("\r\n"))
        })
        assert.notMatch(yield* cut, /202/)
      }))

    it.effect("an answer carries the headers that every answer carries", () =>
      Effect.gen(function*() {
        const text = yield* send([order, key, json, length], "{}")
        assert.match(text, /cache-control: no-store/i)
        assert.match(text, /x-content-type-options: nosniff/i)
        const refusal = yield* send([order, key, json, length], "[]")
        assert.match(refusal, /^HTTP\/1\.1 400[^]*application\/problem\+json[^]*must be a JSON object: the order/)
      }))
  })
})
