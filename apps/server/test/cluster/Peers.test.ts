import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { connect } from "node:net"
import { Caller } from "../../src/access/Caller.ts"
import * as Peers from "../../src/cluster/Peers.ts"
import { freePort } from "../support/Cells.ts"

const keyOf = (byte: number) => Redacted.make(new Uint8Array(32).fill(byte))

const here = Effect.succeed(HttpServerResponse.text("here"))

/** Says what reached the owner. */
const owner = Effect.gen(function*() {
  const request = yield* HttpServerRequest.HttpServerRequest
  const caller = yield* Caller
  const body = yield* Effect.orDie(request.text)
  const { authorization = "none", "idempotency-key": key } = request.headers
  const from = Option.getOrElse(request.remoteAddress, () => "nowhere")
  return HttpServerResponse.text(
    [request.method, request.url, caller?.name, authorization, key, from, body].join(" "),
    {
      status: 202,
      headers: { etag: "\"1\"" }
    }
  )
})

const asked = (path: string) =>
  HttpServerRequest.fromWeb(
    new Request(`http://client${path}`, {
      method: "POST",
      body: "{\"a\":1}",
      headers: { authorization: "Bearer secret", "content-type": "application/json", "idempotency-key": "k" }
    })
  ).modify({ remoteAddress: Option.some("192.0.2.1") })

const read = (response: HttpServerResponse.HttpServerResponse) =>
  Effect.promise(() => HttpServerResponse.toWeb(response).text())

const setUp = Effect.gen(function*() {
  const port = yield* freePort
  const address = { host: "127.0.0.1", port }
  const serving = (keys: ReadonlyArray<number>) =>
    Peers.serve({ address, keys: keys.map(keyOf) }, (cell) => cell === 5 ? owner : undefined)
  const forwarding = Effect.fnUntraced(function*(keys: ReadonlyArray<number>, cell: number, path = "/v1/orders") {
    const { forward } = yield* Peers.make({ address: { host: "127.0.0.1", port: 1 }, keys: keys.map(keyOf) })
    const response = yield* forward(cell, `127.0.0.1:${port}`, here).pipe(
      Effect.provideService(HttpServerRequest.HttpServerRequest, asked(path)),
      Effect.provideService(Caller, { name: "ops", roles: ["admin"] })
    )
    return { status: response.status, etag: response.headers["etag"], text: yield* read(response) }
  })
  return { port, serving, forwarding }
})

describe("Peers", () => {
  it.live("the owner serves a forwarded request as if it had come there, without the caller's key", () =>
    Effect.gen(function*() {
      const { forwarding, serving } = yield* setUp
      yield* serving([1])
      assert.deepStrictEqual(yield* forwarding([1], 5, "/v1/orders?shipmentId=s"), {
        status: 202,
        etag: "\"1\"",
        text: "POST /v1/orders?shipmentId=s ops none k 192.0.2.1 {\"a\":1}"
      })
    }).pipe(Effect.scoped))

  it.live("where there is no owner, or it owns the cell no more, the request is served here", () =>
    Effect.gen(function*() {
      const { forwarding, serving } = yield* setUp
      assert.strictEqual((yield* forwarding([1], 5)).text, "here")
      yield* serving([1])
      assert.strictEqual((yield* forwarding([1], 6)).text, "here")
      assert.strictEqual((yield* forwarding([1], 5, "/v1/pipelines/p")).text, "here")
    }).pipe(Effect.scoped))

  it.live("keys can be rotated: a process proves its first key, and accepts each of its own", () =>
    Effect.gen(function*() {
      const { forwarding, serving } = yield* setUp
      yield* serving([1, 2])
      assert.strictEqual((yield* forwarding([2, 1], 5)).status, 202)
      assert.strictEqual((yield* forwarding([1, 2], 5)).status, 202)
      assert.strictEqual((yield* forwarding([3, 1], 5)).text, "here")
    }).pipe(Effect.scoped))

  it.live("a connection that proves no key is closed unheard", () =>
    Effect.gen(function*() {
      const { port, serving } = yield* setUp
      yield* serving([1])
      const answer = yield* Effect.promise(() =>
        new Promise<string>((resolve) => {
          let text = ""
          const socket = connect(port, "127.0.0.1", () =>
            socket.write("GET /v1/orders HTTP/1.1\r\nsluice-cell: 5\r\n\r\n"))
          socket.on("data", (data) =>
            void (text += data.toString("latin1")))
          socket.on("error", () => {})
          socket.on("close", () =>
            resolve(text))
        })
      )
      assert.notInclude(answer, "HTTP")
    }).pipe(Effect.scoped))

  it.each([
    ["POST", "/v1/orders", true],
    ["POST", "/v1/orders/o/process", true],
    ["PATCH", "/v1/orders/o", true],
    ["POST", "/v1/events", true],
    ["POST", "/v1/callbacks/t", true],
    ["POST", "/v1/process-events/r/cancel", true],
    ["POST", "/v1/process-events/r/retry", true],
    ["POST", "/v1/process-events/r/steps/s/resolve", true],
    ["GET", "/v1/process-events/r/stream", true],
    ["GET", "/v1/orders", false],
    ["GET", "/v1/process-events/r", false],
    ["POST", "/v1/process-events/retry", false],
    ["PUT", "/v1/pipelines/p", false],
    ["HEAD", "/v1/orders", false]
  ])("%s %s is forwarded: %s", (method, path, isForwarded) => {
    assert.strictEqual(Peers.isForwarded(method, path), isForwarded)
  })
})
