/**
 * Hostile clients of a server in a process of its own: the memory that they leave behind, requests that are read in two
 * ways, and answers that are not read. `benchmarks/hostile-clients.ts` reports the peaks. Contract: section 3, "Limits".
 */
import { assert, layer } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { answersTo, attacks, memoryReporter, smuggled, type Target } from "@sluice/http-client/testing/HostileClients"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Context, Effect, Layer, Redacted } from "effect"
import { connect } from "node:net"
import * as Process from "../support/Process.ts"
import { request } from "../support/Sluice.ts"

const key = "an-admin-key-of-tests"

class Attacked extends Context.Service<Attacked, {
  readonly url: string
  readonly target: Target
  /** Bytes in use after a collection. */
  readonly used: Effect.Effect<number>
}>()("@sluice/server/test/Attacked") {
  static readonly layer = Layer.effect(
    Attacked,
    Effect.gen(function*() {
      const { url: database } = yield* DatabaseTest
      const running = yield* Process.start({
        DATABASE_URL: Redacted.value(database),
        SLUICE_API_KEYS: `ops=${key}`,
        SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
        NODE_OPTIONS: `--import=${memoryReporter}`
      })
      const url = yield* running.url
      const { hostname, port } = new URL(url)
      const reports = () => [...running.output().matchAll(/in use: (\d+) bytes/g)].map(([, bytes]) => Number(bytes))
      return {
        url,
        target: { host: hostname, port: Number(port), key },
        used: Effect.gen(function*() {
          const before = reports().length
          yield* running.signal("SIGWINCH")
          yield* Effect.repeat(Effect.sleep("20 millis"), { while: () => reports().length === before })
          return reports().at(-1) ?? 0
        })
      }
    })
  ).pipe(Layer.provide(DatabaseTest.layer))
}

/** Bytes that may be left behind. */
const most = 5 * 1024 * 1024

const isWell = Effect.gen(function*() {
  const { url } = yield* Attacked
  const { status } = yield* request(url, "GET", "/v1/orders", { headers: { authorization: `Bearer ${key}` } })
  assert.strictEqual(status, 200)
})

/** Sends each attack twice at least, and compares what is in use after them. */
const attacked = Effect.gen(function*() {
  const { target, used } = yield* Attacked
  for (const [name, attack] of Object.entries(attacks)) {
    yield* Effect.promise(() => attack(target))
    // What is compiled or cached once is in one round; a leak is in each.
    let least = Infinity
    for (let round = 0; round < 3 && least >= most; round++) {
      const before = yield* used
      yield* Effect.promise(() => attack(target))
      yield* isWell
      least = Math.min(least, (yield* used) - before)
    }
    assert.isBelow(least, most, name)
  }
})

/** Asks for large answers, reads nothing, and ends when the server has cut the connection. */
const deaf = Effect.gen(function*() {
  const { target } = yield* Attacked
  const socket = connect(target.port, target.host)
  const gone = new Promise<void>((resolve) => void socket.on("error", () => {}).once("close", () => resolve()))
  socket.pause().write(`GET /openapi.json HTTP/1.1\r\nHost: ${target.host}:${target.port}\r\n\r\n`.repeat(60))
  // A socket that reads nothing learns of its end by writing.
  const writing = setInterval(() => void socket.write("G"), 1000) // oxlint-disable-line eslint/no-restricted-globals
  yield* Effect.ensuring(Effect.promise(() => gone), Effect.sync(() => clearInterval(writing)))
})

/** A connection on which nothing is to be read for longer than a client may leave an answer unread. */
const waiting = Effect.gen(function*() {
  const { url } = yield* Attacked
  const ask = (method: string, path: string, body: Json, headers = {}) =>
    request(url, method, path, { body, headers: { authorization: `Bearer ${key}`, ...headers } })
  yield* ask("PUT", "/v1/pipelines/p", { steps: [] })
  yield* ask("POST", "/v1/pipelines/p/pause", { reason: "test" })
  const { status } = yield* ask("POST", "/v1/orders", { orderType: "NEW_ORDER" }, { prefer: "wait=40" })
  assert.strictEqual(status, 202)
})

layer(Attacked.layer, { excludeTestServices: true })("hostile clients", (it) => {
  it.effect("are answered once and cut off where servers could disagree on where a request ends", () =>
    Effect.gen(function*() {
      const { target } = yield* Attacked
      const prefix = `GET /health/live HTTP/1.1\r\nHost: ${target.host}:${target.port}\r\n\r\n`
      for (const { bytes, name } of smuggled) {
        const answered = yield* Effect.promise(() => answersTo(target, bytes, prefix))
        const statuses = [...answered.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
        assert.deepStrictEqual(statuses, ["400"], `${name}: ${answered}`)
        assert.match(answered, /connection: close/i, name)
      }
      yield* isWell
    }))

  it.effect("leave at most 5 MiB behind, and are cut off where they read nothing, unlike those that wait for a run", () =>
    Effect.all([attacked, deaf, waiting], { concurrency: 3 }))
})
