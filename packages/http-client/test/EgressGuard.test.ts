/** The guard over every outbound request: each literal and trick, directly and through a proxy, and names that lie. */
import { assert, describe, it, layer } from "@effect/vitest"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { parseProxy } from "@sluice/http-client/internal/connection/EgressProxy"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { Outbound } from "@sluice/http-client/Outbound"
import { ConnectProxy } from "@sluice/http-client/testing/ConnectProxy"
import { forbiddenAnswers, forbiddenUrls } from "@sluice/http-client/testing/ForbiddenAddresses"
import { HostileServer } from "@sluice/http-client/testing/HostileServer"
import { Effect, Layer, Result } from "effect"
import type { LookupAddress } from "node:dns"
import { isIPv6, type LookupFunction } from "node:net"

const guardOf = (setting: string) => AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks(setting)))
const strict = guardOf("")
const loopback = guardOf("127.0.0.0/8")
const everything = guardOf("0.0.0.0/0,::/0")

const addressOf = (address: string): LookupAddress => ({ address, family: isIPv6(address) ? 6 : 4 })

/** A resolver that gives the next answer each time; the last one again. */
const resolver = (...answers: ReadonlyArray<ReadonlyArray<string>>) => {
  let asked = 0
  const lookup: LookupFunction = (_, __, callback) => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? []
    callback(null, answer.map(addressOf))
  }
  return { lookup, asked: () => asked }
}

const get = (url: string) =>
  Effect.flatMap(Outbound, (outbound) => outbound.exchange({ method: "GET", url, headers: {}, timeoutMs: 30_000 }))

const blocked = Effect.fnUntraced(function*(url: string) {
  const error = yield* Effect.flip(get(url))
  assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "blocked", sent: false }, url)
  return error.message
})

describe("the guard and the table of forbidden addresses", () => {
  it("the table has at least 150 literals and tricks, each of them once", () => {
    assert.isAtLeast(new Set(forbiddenUrls.map(({ url }) => url)).size, 150)
  })

  it("the entry that a refusal names allows exactly what was refused; metadata is allowed by none", () => {
    for (const { kind, url } of forbiddenUrls) {
      const refusal = strict.refuseUrl(url) ?? ""
      const [, entry] = /add (\S+) to SLUICE_ALLOW_NETWORKS/.exec(refusal) ?? []
      if (kind === "metadata") {
        assert.include(refusal, "no setting allows", url)
        assert.include(everything.refuseUrl(url) ?? "", "no setting allows", url)
      } else {
        assert.isDefined(entry, `${url}: ${refusal}`)
        assert.isUndefined(guardOf(entry ?? "").refuseUrl(url), `${url} with ${entry}`)
        assert.isUndefined(everything.refuseUrl(url), url)
      }
    }
  })
})

/** The client as it is, and the same client with a proxy: the guard is before both. */
const outbounds = (lookup: LookupFunction, guard = strict) =>
  Effect.gen(function*() {
    const proxy = yield* ConnectProxy
    return [
      OutboundUndici.layer({ guard, lookup }),
      OutboundUndici.layer({ guard, lookup, proxy: Result.getOrThrow(parseProxy(proxy.url)) })
    ]
  })

layer(Layer.merge(HostileServer.layer, ConnectProxy.layer()))("the guard of outbound requests", (it) => {
  it.effect("no literal and no trick is sent, directly or through a proxy", () =>
    Effect.gen(function*() {
      const proxy = yield* ConnectProxy
      const before = proxy.asked.length
      const never = resolver(["127.0.0.1"])
      for (const outbound of yield* outbounds(never.lookup)) {
        yield* Effect.forEach(forbiddenUrls, ({ url }) => blocked(url), { discard: true }).pipe(
          Effect.provide(outbound)
        )
      }
      assert.strictEqual(never.asked(), 0)
      assert.strictEqual(proxy.asked.length, before)
    }))

  it.effect("no name is connected to of which one answer is forbidden, wherever that stands among them", () =>
    Effect.gen(function*() {
      const proxy = yield* ConnectProxy
      const before = proxy.asked.length
      // Documentation addresses stand for public ones: nothing listens there, and none is ever asked.
      const guard = guardOf("203.0.113.0/24")
      const forbidden = forbiddenAnswers.filter((address) => guard.refuseAddress(address) !== undefined)
      for (const address of forbidden) {
        for (const answer of [[address], ["203.0.113.10", address], [address, "203.0.113.10"]]) {
          for (const outbound of yield* outbounds(resolver(answer).lookup, guard)) {
            const message = yield* Effect.provide(blocked("http://partner.example/hook"), outbound)
            assert.include(message, `partner.example resolves to ${address}`)
          }
        }
      }
      assert.isAtLeast(forbidden.length, 60)
      assert.strictEqual(proxy.asked.length, before)
    }))

  it.effect("a name whose answer changes is judged again for each connection", () =>
    Effect.gen(function*() {
      const proxy = yield* ConnectProxy
      const server = yield* HostileServer
      const changing = forbiddenAnswers.filter((address) => loopback.refuseAddress(address) !== undefined)
      for (const [index, address] of changing.entries()) {
        const path = `/echo/rebinding/${index}`
        const url = `${server.url.replace("127.0.0.1", "partner.example")}${path}`
        const before = proxy.asked.length
        for (const via of [undefined, Result.getOrThrow(parseProxy(proxy.url))]) {
          const { lookup } = resolver(["127.0.0.1"], [address], ["127.0.0.1", address], ["127.0.0.1"])
          // Each opens a connection of its own.
          const afresh = Effect.provide(OutboundUndici.layer({ guard: loopback, lookup, proxy: via }))
          assert.strictEqual((yield* afresh(get(url))).status, 200)
          yield* afresh(blocked(url))
          yield* afresh(blocked(url))
          assert.strictEqual((yield* afresh(get(url))).status, 200)
        }
        assert.strictEqual(server.count(path), 4, address)
        // The proxy is asked for the address that was judged, and never for the name.
        const targets = proxy.asked.slice(before).map((head) => head.split(" ", 2)[1])
        assert.deepStrictEqual(targets, Array(2).fill(new URL(server.url).host), address)
      }
    }))

  it.effect("a connection that the partner closed is replaced by one whose address is judged again", () =>
    Effect.gen(function*() {
      const server = yield* HostileServer
      const { lookup } = resolver(["127.0.0.1"], ["10.0.0.1"])
      const path = "/close-quietly/rebinding"
      const url = `${server.url.replace("127.0.0.1", "partner.example")}${path}`
      yield* Effect.gen(function*() {
        assert.strictEqual((yield* get(url)).status, 200)
        yield* server.disconnected(path)
        yield* blocked(url)
      }).pipe(Effect.provide(OutboundUndici.layer({ guard: loopback, lookup })))
      assert.strictEqual(server.count(path), 1)
    }))
})
