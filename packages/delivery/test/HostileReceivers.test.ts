/** Receivers that mean harm, over real sockets; the time that they may take is the test clock's. Contract: section 5. */
import { assert, describe, it } from "@effect/vitest"
import { keptBytes } from "@sluice/delivery/internal/DeliveryAttempt"
import { timeoutMs } from "@sluice/delivery/internal/DeliveryRequest"
import { DeliveryStoreMemory } from "@sluice/delivery/testing/DeliveryStoreMemory"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { HostileServer } from "@sluice/http-client/testing/HostileServer"
import { Effect, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { setTimeout as pause } from "node:timers/promises"
import { dispatching, endpoint } from "./Harness.ts"

const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8")))

/** The receivers, by path, and the recorded result of an attempt at each. */
const receivers: ReadonlyArray<readonly [path: string, code: string]> = [
  ["/never", "timed-out"],
  ["/drip", "timed-out"],
  ["/endless-head", "invalid-response"],
  ["/half-gzip", "invalid-response"],
  ["/redirect", "rejected"],
  ["/close-mid-body", "reset"]
]

/** More than a lane has room for. */
const backlog = 40

const world = Layer.unwrap(Effect.map(HostileServer, ({ url }) =>
  dispatching([
    ...receivers.map(([path]) => endpoint(path, { url: `${url}${path}` })),
    ...["/bomb", "/endless", "/echo"].map((path) => endpoint(path, { url: `${url}${path}` })),
    endpoint("metadata", { url: "http://169.254.169.254/latest/meta-data" }),
    endpoint("metadata by name", { url: "http://metadata.google.internal/" })
  ]))).pipe(
    Layer.provide(OutboundUndici.layer({
      guard,
      lookup: (_, __, answer) => answer(null, [{ address: "169.254.169.254", family: 4 }])
    })),
    Layer.provideMerge(HostileServer.layer)
  )

const fill = Effect.fnUntraced(function*(endpointId: string, count: number) {
  const { add } = yield* DeliveryStoreMemory
  for (let n = 0; n < count; n++) yield* add({ type: "order.submitted", endpointId, body: "{}" })
})

const of = (id: string) =>
  Effect.map(
    DeliveryStoreMemory,
    ({ deliveries }) => [...deliveries.values()].filter(({ endpointId }) => endpointId === id)
  )

/** Lets the sockets work and the clock go on, little by little; says how many milliseconds went by on it. */
const until = Effect.fnUntraced(function*(done: Effect.Effect<boolean, never, DeliveryStoreMemory>, step = 5) {
  let passed = 0
  for (; !(yield* done); passed += step) {
    if (passed > 60_000) return yield* Effect.die("it did not come")
    yield* TestClock.adjust(step)
    yield* Effect.promise(() => pause(1))
  }
  return passed
})

const allDelivered = (id: string) => Effect.map(of(id), (all) => all.every(({ state }) => state === "delivered"))

describe("Hostile receivers", () => {
  it.effect(
    "end within the time-out as failed attempts, without redirects, and delay no other receiver",
    () =>
      Effect.gen(function*() {
        for (const [path] of receivers) yield* fill(path, backlog)
        yield* fill("metadata", 1)
        yield* fill("metadata by name", 1)
        yield* fill("/echo", 100)
        const passed = yield* until(allDelivered("/echo"))
        assert.isBelow(passed, timeoutMs, "before any of the silent ones was given up")
        yield* until(Effect.map(of("/drip"), (all) => all.some(({ attempts }) => attempts.length > 0)), 250)
        for (const [path, code] of receivers) {
          const tried = (yield* of(path)).flatMap(({ attempts }) => attempts)
          assert.isNotEmpty(tried, path)
          for (const { durationMs, error } of tried) {
            assert.strictEqual(error?.code, code, path)
            assert.isAtMost(durationMs, timeoutMs + 250, path)
          }
        }
        for (const name of ["metadata", "metadata by name"]) {
          assert.strictEqual((yield* of(name))[0]?.attempts[0]?.error?.code, "blocked", name)
        }
        assert.strictEqual((yield* HostileServer).count("/redirected"), 0)
      }).pipe(Effect.provide(world))
  )

  it.effect(
    "that answer without end, or with a decompression bomb, are read to 64 KiB, and their 200 counts",
    () =>
      Effect.gen(function*() {
        const before = process.memoryUsage().rss
        for (const path of ["/bomb", "/endless"]) yield* fill(path, 20)
        yield* until(Effect.zipWith(allDelivered("/bomb"), allDelivered("/endless"), (a, b) => a && b))
        for (const path of ["/bomb", "/endless"]) {
          const [first] = yield* of(path)
          assert.strictEqual(first?.attempts[0]?.response?.body.length, keptBytes)
          assert.isTrue(first?.attempts[0]?.response?.truncated)
        }
        assert.isBelow(process.memoryUsage().rss - before, 300 * 1024 * 1024)
      }).pipe(Effect.provide(world))
  )
})
