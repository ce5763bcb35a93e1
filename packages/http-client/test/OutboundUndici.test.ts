import { assert, describe, it, layer } from "@effect/vitest"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { Outbound } from "@sluice/http-client/Outbound"
import { HostileServer } from "@sluice/http-client/testing/HostileServer"
import { suite } from "@sluice/http-client/testing/OutboundSuite"
import { Effect, Fiber, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import type { LookupAddress } from "node:dns"
import { type AddressInfo, createServer, type LookupFunction, type Socket } from "node:net"
import { setImmediate } from "node:timers/promises"

const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8")))

suite("OutboundUndici", OutboundUndici.layer({ guard }))

/** A resolver under the test's control, which says what it was asked. */
const resolver = (answer: (name: string, call: number) => ReadonlyArray<LookupAddress> | undefined) => {
  const asked: Array<string> = []
  const lookup: LookupFunction = (name, _, callback) => {
    asked.push(name)
    const addresses = answer(name, asked.length)
    if (addresses !== undefined) callback(null, [...addresses])
  }
  return { asked, lookup }
}

const get = (url: string, timeoutMs = 30_000) =>
  Effect.flatMap(Outbound, (outbound) => outbound.exchange({ method: "POST", url, headers: {}, body: "{}", timeoutMs }))

const named = (name: string, path: string) =>
  Effect.map(HostileServer, ({ url }) => `${url.replace("127.0.0.1", name)}${path}`)

/** Ends a connection from the partner's side. */
type HangUp = (socket: Socket, done: () => void) => void

const loopback = { address: "127.0.0.1", family: 4 }

layer(HostileServer.layer)("OutboundUndici, where names are resolved", (it) => {
  it.effect("resolves once for a connection, and not again while it is kept", () => {
    // A second look-up would be led to an address that was never judged.
    const { asked, lookup } = resolver((_, call) => call === 1 ? [loopback] : [{ address: "10.0.0.1", family: 4 }])
    return Effect.gen(function*() {
      const url = yield* named("partner.test", "/echo/pinned")
      for (let call = 0; call < 3; call++) assert.strictEqual((yield* get(url)).status, 200)
      assert.deepStrictEqual(asked, ["partner.test"])
    }).pipe(Effect.provide(OutboundUndici.layer({ guard, lookup })))
  })

  it.effect.each(
    [
      ["10.0.0.1", 4, "10.0.0.1/32"],
      ["::1", 6, "::1/128"],
      ["::ffff:10.0.0.1", 6, "10.0.0.1/32"]
    ] as const
  )("blocks a name with the address %s among others, and connects to none", ([address, family, entry]) => {
    const { lookup } = resolver(() => [loopback, { address, family }])
    return Effect.gen(function*() {
      const server = yield* HostileServer
      const path = `/echo/mixed/${family}/${address.length}`
      const error = yield* Effect.flip(get(yield* named("partner.test", path)))
      assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "blocked", sent: false })
      assert.include(error.message, "partner.test resolves to")
      assert.include(error.message, entry)
      assert.strictEqual(server.count(path), 0)
    }).pipe(Effect.provide(OutboundUndici.layer({ guard, lookup })))
  })

  it.effect("counts the resolver's time towards the time-out, and then nothing was sent", () => {
    const { asked, lookup } = resolver(() => undefined)
    return Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Effect.flip(get("http://silent.test/", 2000)))
      yield* TestClock.adjust("2 seconds")
      assert.deepInclude(yield* Fiber.join(fiber), { _tag: "OutboundTimedOut", sent: false })
      assert.deepStrictEqual(asked, ["silent.test"])
    }).pipe(Effect.provide(OutboundUndici.layer({ guard, lookup })))
  })

  it.effect("uses a new connection after a time-out, not the one that hung", () => {
    const { lookup } = resolver((_, call) => call === 1 ? undefined : [loopback])
    return Effect.gen(function*() {
      const url = yield* named("partner.test", "/echo/back")
      const fiber = yield* Effect.forkChild(Effect.flip(get(url, 2000)))
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(fiber)
      assert.strictEqual((yield* get(url)).status, 200)
    }).pipe(Effect.provide(OutboundUndici.layer({ guard, lookup, connectionsPerOrigin: 1 })))
  })
})

layer(Layer.merge(HostileServer.layer, OutboundUndici.layer({ guard, connectionsPerOrigin: 2 })))(
  "OutboundUndici, where connections are shared",
  (it) => {
    it.effect("does not fail a request because an idle connection was closed meanwhile", () =>
      Effect.gen(function*() {
        const { count, url } = yield* HostileServer
        for (let call = 0; call < 50; call++) assert.strictEqual((yield* get(`${url}/close-quietly`)).status, 200)
        assert.strictEqual(count("/close-quietly"), 50)
      }))

    it.effect.each<readonly [string, HangUp]>(
      [
        ["closed", (socket, done) => void socket.end(done)],
        ["reset", (socket, done) => {
          socket.resetAndDestroy()
          done()
        }],
        [
          "given up with a 408",
          (socket, done) => void socket.end("HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n", done)
        ]
      ]
    )("replaces an idle connection that was %s just before its request", ([, hangUp]) =>
      Effect.gen(function*() {
        const sockets: Array<Socket> = []
        let received = 0
        const server = createServer((socket) => {
          sockets.push(socket)
          socket.on("error", () => {}).on("data", () => {
            received++
            socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
          })
        })
        yield* Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void)))
        yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
        for (let call = 1; call <= 20; call++) {
          assert.strictEqual((yield* get(url)).status, 200)
          assert.strictEqual(received, call)
          for (let turn = 0; turn < 5; turn++) yield* Effect.promise(() => setImmediate())
          // The next request is made in the very turn of the event loop in which the connection ends.
          yield* Effect.callback<void>((resume) => hangUp(sockets.at(-1)!, () => resume(Effect.void)))
        }
        assert.strictEqual(sockets.length, 20)
      }))

    it.effect("reuses a connection after a response was read to its end", () =>
      Effect.gen(function*() {
        const { url } = yield* HostileServer
        const ports = new Set<string>()
        for (let call = 0; call < 5; call++) {
          const { body } = yield* get(`${url}/port`)
          ports.add(new TextDecoder().decode(body))
        }
        assert.strictEqual(ports.size, 1)
      }))

    it.effect("queues requests above the limit, and their time-out runs meanwhile", () =>
      Effect.gen(function*() {
        const { count, disconnected, received, url } = yield* HostileServer
        const busy = yield* Effect.forkChild(
          Effect.all([get(`${url}/never/1`), get(`${url}/never/2`)], { concurrency: 2 })
        )
        yield* received("/never/1")
        yield* received("/never/2")
        const waiting = yield* Effect.forkChild(Effect.flip(get(`${url}/echo/late`, 1000)))
        const patient = yield* Effect.forkChild(get(`${url}/echo/patient`))
        yield* TestClock.adjust("1 second")
        assert.deepInclude(yield* Fiber.join(waiting), { _tag: "OutboundTimedOut", sent: false })
        assert.strictEqual(count("/echo/patient"), 0)
        yield* Fiber.interrupt(busy)
        yield* disconnected("/never/1")
        assert.strictEqual((yield* Fiber.join(patient)).status, 200)
        assert.strictEqual(count("/echo/late"), 0)
      }))
  }
)

describe("OutboundUndici, closed", () => {
  it.effect("ends requests in flight", () =>
    Effect.gen(function*() {
      const { received, url } = yield* HostileServer
      const fiber = yield* Effect.gen(function*() {
        const fiber = yield* Effect.forkDetach(Effect.flip(get(`${url}/never/closed`)))
        yield* received("/never/closed")
        return fiber
      }).pipe(Effect.provide(OutboundUndici.layer({ guard })))
      assert.deepInclude(yield* Fiber.join(fiber), { _tag: "OutboundUnreachable", code: "reset", sent: true })
    }).pipe(Effect.provide(HostileServer.layer)))
})
