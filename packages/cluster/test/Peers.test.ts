import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option, Redacted, Scope } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { randomInt } from "node:crypto"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import * as Peers from "../src/Peers.ts"
import * as PeerServer from "../src/PeerServer.ts"

const keyOf = (byte: number) => Redacted.make(new Uint8Array(32).fill(byte))

const here = Effect.succeed(HttpServerResponse.text("here"))

const rules: Peers.Rules = {
  isForwarded: (method, url) => method === "POST" && url.startsWith("/orders"),
  maxBody: 1024,
  caller: Effect.succeed("{\"name\":\"Zoë\"}"),
  lost: (cell) => HttpServerResponse.text(`cell ${cell} lost`, { status: 503 })
}

/** Says what reached the owner. */
const owner = (caller: string | undefined) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const body = yield* Effect.orDie(request.text)
    const { authorization = "none", "idempotency-key": key } = request.headers
    const from = Option.getOrElse(request.remoteAddress, () => "nowhere")
    const text = [request.method, request.url, caller, authorization, key, from, body].join(" ")
    return HttpServerResponse.text(text, { status: 202, headers: { etag: "\"1\"" } })
  })

const asked = (path: string, body = "{\"a\":1}") =>
  HttpServerRequest.fromWeb(
    new Request(`http://client${path}`, {
      method: "POST",
      body,
      headers: { authorization: "Bearer secret", "content-type": "application/json", "idempotency-key": "k" }
    })
  ).modify({ remoteAddress: Option.some("192.0.2.1") })

const read = (response: HttpServerResponse.HttpServerResponse) =>
  Effect.promise(() => HttpServerResponse.toWeb(response).text())

const givenPorts = new Set<number>()

/**
 * A port that was free a moment ago and was given to no other test, below those that systems give to outgoing
 * connections.
 */
const freePort = Effect.callback<number, "taken">((resume) => {
  const server = createServer()
  server.once("error", () => resume(Effect.fail("taken")))
  server.listen(randomInt(20_000, 32_000), "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    const isNew = !givenPorts.has(port)
    givenPorts.add(port)
    server.close(() => resume(isNew ? Effect.succeed(port) : Effect.fail("taken")))
  })
}).pipe(Effect.eventually)

/** A way to a port that can fall silent: connections stay, and nothing passes. */
const cable = Effect.fnUntraced(function*(to: number) {
  const sockets: Array<Socket> = []
  let isCut = false
  const server = createServer((near) => {
    sockets.push(near.on("error", () => {}))
    if (isCut) return
    const far = connect(to, "127.0.0.1").on("error", () => {})
    sockets.push(far)
    near.pipe(far).pipe(near)
  })
  const port = yield* Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.sync(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
  )
  const cut = Effect.sync(() => {
    isCut = true
    for (const socket of sockets) socket.unpipe().pause()
  })
  return { port, cut }
})

const setUp = Effect.gen(function*() {
  const port = yield* freePort
  const serving = (keys: ReadonlyArray<number>, handler: PeerServer.OwnedHere = (_cell, caller) => owner(caller)) =>
    PeerServer.serve(
      { address: { host: "127.0.0.1", port }, keys: keys.map(keyOf) },
      (cell, caller) => cell === 5 ? handler(cell, caller) : undefined
    )
  const forwarding = Effect.fnUntraced(function*(
    keys: ReadonlyArray<number>,
    { body, cell = 5, path = "/orders", to = port }: {
      readonly body?: string
      readonly cell?: number
      readonly path?: string
      readonly to?: number
    } = {}
  ) {
    const { forward } = yield* Peers.make({ address: { host: "127.0.0.1", port: 1 }, keys: keys.map(keyOf) }, rules)
    const response = yield* Effect.provideService(
      forward(cell, `127.0.0.1:${to}`, here),
      HttpServerRequest.HttpServerRequest,
      asked(path, body)
    )
    return { status: response.status, etag: response.headers["etag"], text: yield* read(response) }
  })
  return { port, serving, forwarding }
})

// Beside each other: a server answers for 1.5 s more when it stops, and a silent owner is given up after seconds.
describe.concurrent("Peers", () => {
  it.live("the owner serves a forwarded request as if it had come there, without the caller's key", () =>
    Effect.gen(function*() {
      const { forwarding, serving } = yield* setUp
      yield* serving([1])
      assert.deepStrictEqual(yield* forwarding([1], { path: "/orders?shipmentId=s" }), {
        status: 202,
        etag: "\"1\"",
        text: "POST /orders?shipmentId=s {\"name\":\"Zoë\"} none k 192.0.2.1 {\"a\":1}"
      })
    }).pipe(Effect.scoped))

  it.live("a request is served here if the cell has no owner, or a former one", () =>
    Effect.gen(function*() {
      const { forwarding, serving } = yield* setUp
      assert.strictEqual((yield* forwarding([1])).text, "here")
      yield* serving([1])
      assert.strictEqual((yield* forwarding([1], { cell: 6 })).text, "here")
      assert.strictEqual((yield* forwarding([1], { path: "/pipelines/p" })).text, "here")
      assert.strictEqual((yield* forwarding([1], { body: "x".repeat(1025) })).text, "here")
    }).pipe(Effect.scoped))

  it.live("a request whose body is there is passed on as it is, and the owner's front may take it before its routes", () =>
    Effect.gen(function*() {
      const { port } = yield* setUp
      const member = (at: number) => ({ address: { host: "127.0.0.1", port: at }, keys: [keyOf(1)] })
      const front: PeerServer.Front = (request, response) => {
        if (request.headers["idempotency-key"] !== "front") return false
        const { caller, cell } = PeerServer.forwardedOf(request)
        response.writeHead(202, { etag: "\"2\"" }).end(`${cell} ${caller}`)
        return true
      }
      yield* PeerServer.serve(member(port), (_cell, caller) => owner(caller), Effect.succeed(front))
      const { pass } = yield* Peers.make(member(1), rules)
      const passed = Effect.fnUntraced(function*(key: string, to = port) {
        const body = new TextEncoder().encode("{}")
        const headers = { "idempotency-key": key, authorization: "Bearer secret" }
        const request = { method: "POST", url: "/orders", headers, body, caller: "Zoë" }
        const response = yield* pass(5, `127.0.0.1:${to}`, request, here)
        return [response.status, response.headers["etag"], yield* read(response)]
      })
      assert.deepStrictEqual(yield* passed("front"), [202, "\"2\"", "5 Zoë"])
      assert.deepStrictEqual(yield* passed("k"), [202, "\"1\"", "POST /orders Zoë none k nowhere {}"])
      assert.deepStrictEqual(yield* passed("front", yield* freePort), [200, undefined, "here"])
    }).pipe(Effect.scoped))

  it.live("keys can be rotated: a process proves its first key, and accepts each of its own", () =>
    Effect.gen(function*() {
      const { forwarding, serving } = yield* setUp
      yield* serving([1, 2])
      assert.strictEqual((yield* forwarding([2, 1])).status, 202)
      assert.strictEqual((yield* forwarding([1, 2])).status, 202)
      assert.strictEqual((yield* forwarding([3, 1])).text, "here")
    }).pipe(Effect.scoped))

  it.live("a connection that proves no key is closed before its request is read", () =>
    Effect.gen(function*() {
      const { port, serving } = yield* setUp
      yield* serving([1])
      const answer = yield* Effect.callback<string>((resume) => {
        let text = ""
        const socket = connect(port, "127.0.0.1", () => socket.write("POST /orders HTTP/1.1\r\nsluice-cell: 5\r\n\r\n"))
        socket.on("data", (data) => void (text += data.toString("latin1")))
        socket.on("error", () => {})
        socket.on("close", () => resume(Effect.succeed(text)))
      })
      assert.notInclude(answer, "HTTP")
    }).pipe(Effect.scoped))

  it.live("an owner that falls silent after a request was sent is given up, and no further request waits for it", () =>
    Effect.gen(function*() {
      const { forwarding, port, serving } = yield* setUp
      const arrived = yield* Deferred.make<void>()
      yield* serving([1], () => Effect.andThen(Deferred.succeed(arrived, undefined), Effect.never))
      const between = yield* cable(port)
      const waiting = yield* Effect.forkChild(forwarding([1], { to: between.port }))
      yield* Deferred.await(arrived)
      yield* between.cut
      assert.deepStrictEqual(yield* Fiber.join(waiting), { status: 503, etag: undefined, text: "cell 5 lost" })
    }).pipe(Effect.scoped))

  it.live("kept connections to an owner that has fallen silent are not used again", () =>
    Effect.gen(function*() {
      const { port, serving } = yield* setUp
      const { forward } = yield* Peers.make({ address: { host: "127.0.0.1", port: 1 }, keys: [keyOf(1)] }, rules)
      const areTwo = yield* Deferred.make<void>()
      let arrived = 0
      yield* serving([1], (_cell, caller) =>
        Effect.andThen(
          Effect.suspend(() => ++arrived < 2 ? Effect.void : Deferred.succeed(areTwo, undefined)),
          Effect.andThen(Deferred.await(areTwo), owner(caller))
        ))
      const between = yield* cable(port)
      const send = Effect.map(
        Effect.provideService(
          forward(5, `127.0.0.1:${between.port}`, here),
          HttpServerRequest.HttpServerRequest,
          asked("/orders")
        ),
        ({ status }) => status
      )
      const first = yield* Effect.all(Array.from({ length: 8 }, () => send), { concurrency: "unbounded" })
      assert.isAtLeast(first.filter((status) => status === 202).length, 2)
      yield* between.cut
      assert.strictEqual(yield* send, 503)
      // A new connection fails before anything is sent.
      assert.strictEqual(yield* send, 200)
    }).pipe(Effect.scoped))

  it.live("an owner that stops answers what is still sent to it, so that no request is lost", () =>
    Effect.gen(function*() {
      const { port, serving } = yield* setUp
      const { forward } = yield* Peers.make({ address: { host: "127.0.0.1", port: 1 }, keys: [keyOf(1)] }, rules)
      const send = Effect.provideService(
        forward(5, `127.0.0.1:${port}`, here),
        HttpServerRequest.HttpServerRequest,
        asked("/orders")
      )
      let isGiven = false
      const process = yield* Scope.make()
      yield* Scope.provide(
        serving([1], (_cell, caller) => isGiven ? undefined : Effect.delay(owner(caller), "20 millis")),
        process
      )
      assert.strictEqual((yield* send).status, 202)
      const isAnswered = yield* Deferred.make<void>()
      const sent = Effect.tap(Effect.map(send, ({ status }) => status), () => Deferred.succeed(isAnswered, undefined))
      const sending = yield* Effect.forkChild(Effect.all(
        // Each until it was told that the cell is another's, and once more: others send no longer than that.
        Array.from({ length: 8 }, () =>
          Effect.gen(function*() {
            const statuses: Array<number> = []
            do statuses.push(yield* sent)
            while (statuses.at(-1) === 202)
            return [...statuses, (yield* send).status]
          })),
        { concurrency: "unbounded" }
      ))
      yield* Deferred.await(isAnswered)
      isGiven = true
      yield* Scope.close(process, Exit.void)
      const statuses = (yield* Fiber.join(sending)).flat()
      assert.isAtLeast(statuses.length, 16)
      assert.isTrue(statuses.every((status) => status === 200 || status === 202), statuses.join())
    }).pipe(Effect.scoped))
})
