import { assert, describe, it } from "@effect/vitest"
import { defaultDelaysMs } from "@sluice/delivery/DeliverySchedule"
import { DeliveryStoreMemory, type MemoryDelivery } from "@sluice/delivery/testing/DeliveryStoreMemory"
import { OutboundUnreachable } from "@sluice/http-client/Outbound"
import { OutboundMemory } from "@sluice/http-client/testing/OutboundMemory"
import { Clock, Effect, Random } from "effect"
import { TestClock } from "effect/testing"
import { createHmac } from "node:crypto"
import { endpoint, respond, secretText, world } from "./Harness.ts"

const delivery = (endpointId: string, orderId?: string, body = "{\"id\":\"ORD-1\"}") => ({
  type: "order.submitted",
  endpointId,
  body,
  ...(orderId !== undefined && { orderId })
})

const text = (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString()

const states = Effect.map(DeliveryStoreMemory, ({ deliveries }) => [...deliveries.values()].map(({ state }) => state))

const one = Effect.map(DeliveryStoreMemory, ({ deliveries }) => [...deliveries.values()][0] as MemoryDelivery)

describe("Dispatcher", () => {
  it.effect("makes ten attempts over 75 hours, at the intervals of the schedule", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStoreMemory
      yield* store.add(delivery("a"))
      for (let hours = 0; hours < 95; hours++) yield* TestClock.adjust("1 hour")
      const { attempts, state } = yield* one
      assert.strictEqual(state, "exhausted")
      assert.strictEqual(attempts.length, 10)
      attempts.slice(1).forEach(({ startedAt }, i) => {
        const waited = startedAt - (attempts[i]?.startedAt ?? 0)
        const planned = defaultDelaysMs[i + 1] ?? 0
        assert.isAtLeast(waited, planned)
        assert.isAtMost(waited, planned * 1.2 + 1)
      })
    }).pipe(
      Effect.provide(world({ endpoints: [endpoint("a")], receive: () => respond(500) })),
      Random.withSeed("schedule")
    ))

  it.effect("signs each attempt anew, and sends the same bytes under the same id", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStoreMemory
      const { requests } = yield* OutboundMemory
      yield* store.add(delivery("a"))
      yield* TestClock.adjust("10 seconds")
      const [first, second] = requests
      assert.strictEqual(requests.length, 2)
      assert.strictEqual(text(second?.body), text(first?.body))
      assert.strictEqual(second?.headers["webhook-id"], first?.headers["webhook-id"])
      assert.notStrictEqual(second?.headers["webhook-timestamp"], first?.headers["webhook-timestamp"])
      assert.strictEqual(second?.headers["webhook-type"], "order.submitted")
      assert.strictEqual(second?.headers["webhook-sequence"], "1")
      const headers = second?.headers ?? {}
      const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${text(second?.body)}`
      const key = Buffer.from(secretText.slice("whsec_".length), "base64")
      const signed = `v1,${createHmac("sha256", key).update(content).digest("base64")}`
      assert.strictEqual(second?.headers["webhook-signature"], signed)
      assert.deepStrictEqual(yield* states, ["delivered"])
    }).pipe(
      Effect.provide(world({ endpoints: [endpoint("a")], receive: (_, i) => respond(i === 0 ? 503 : 200) }))
    ))

  it.effect("sends no delivery of an order to an endpoint while an earlier one is pending, and other orders continue", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStoreMemory
      const { requests } = yield* OutboundMemory
      yield* store.add(delivery("a", "1", "\"first of 1\""))
      yield* store.add(delivery("a", "1", "\"second of 1\""))
      yield* store.add(delivery("a", "2", "\"first of 2\""))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(requests.map(({ body }) => text(body)), ["\"first of 1\"", "\"first of 2\""])
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual(yield* states, ["delivered", "delivered", "delivered"])
      assert.strictEqual(text(requests.at(-1)?.body), "\"second of 1\"")
    }).pipe(
      Effect.provide(world({
        endpoints: [endpoint("a")],
        receive: ({ body }, i) => respond(text(body).endsWith("of 1\"") && i < 2 ? 500 : 200)
      }))
    ))

  it.effect("is not delayed by endpoints that do not answer", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStoreMemory
      for (let i = 0; i < 200; i++) yield* store.add(delivery(i % 2 === 0 ? "hangs" : "lives"))
      yield* TestClock.adjust("1 second")
      const found = [...store.deliveries.values()].filter(({ endpointId }) => endpointId === "lives")
      assert.isTrue(found.every(({ state }) => state === "delivered"))
    }).pipe(
      Effect.provide(world({
        endpoints: [endpoint("hangs"), endpoint("lives")],
        receive: ({ url }) => url.includes("hangs") ? Effect.never : respond(200)
      }))
    ))

  it.effect("records a time-out after 15 s, and an unreachable host by its code", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStoreMemory
      yield* store.add(delivery("hangs"))
      yield* store.add(delivery("away"))
      yield* TestClock.adjust("16 seconds")
      const [hung, away] = [...store.deliveries.values()].map(({ attempts }) => attempts[0])
      assert.strictEqual(hung?.error?.code, "timed-out")
      assert.strictEqual(hung?.durationMs, 15_000)
      assert.strictEqual(away?.error?.code, "refused")
    }).pipe(
      Effect.provide(world({
        endpoints: [endpoint("hangs"), endpoint("away")],
        receive: ({ url }) =>
          url.includes("hangs")
            ? Effect.never
            : new OutboundUnreachable({ code: "refused", message: "refused", sent: false })
      }))
    ))

  it.effect("disables an endpoint that answers 410: that delivery is exhausted, the others are held", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStoreMemory
      yield* store.add(delivery("a", "1"))
      yield* store.add(delivery("a", "1"))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* states, ["exhausted", "held"])
      assert.strictEqual(store.disabled.get("a"), "the endpoint answered 410 Gone")
    }).pipe(Effect.provide(world({ endpoints: [endpoint("a")], receive: () => respond(410) }))))

  it.effect("disables an endpoint after five days in which nothing succeeded", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStoreMemory
      const begun = yield* Clock.currentTimeMillis
      yield* store.add(delivery("a"))
      for (let hours = 0; hours < 121 && store.disabled.size === 0; hours++) {
        if (hours % 12 === 0) yield* store.add(delivery("a"))
        yield* TestClock.adjust("1 hour")
      }
      assert.strictEqual(store.disabled.get("a"), "every attempt of the last five days failed")
      assert.isAtLeast((yield* Clock.currentTimeMillis) - begun, 5 * 86_400_000)
    }).pipe(Effect.provide(world({ endpoints: [endpoint("a")], receive: () => respond(500) }))))

  it.effect("skips events that the filter rejects, and sends the template's result, with the same bytes each time", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStoreMemory
      const { requests } = yield* OutboundMemory
      yield* store.add(delivery("a", undefined, "{\"wanted\":false}"))
      yield* store.add(delivery("a", undefined, "{\"wanted\":[false,0]}"))
      yield* store.add(delivery("a", undefined, "{\"wanted\":true,\"part\":{\"n\":1}}"))
      yield* TestClock.adjust("7 seconds")
      assert.deepStrictEqual(yield* states, ["filtered", "filtered", "delivered"])
      assert.deepStrictEqual(requests.map(({ body }) => text(body)), ["{\"n\":1}", "{\"n\":1}"])
    }).pipe(
      Effect.provide(world({
        endpoints: [endpoint("a", { filter: "wanted", payload: "part" })],
        receive: (_, i) => respond(i === 0 ? 500 : 204)
      }))
    ))

  it.effect("records a failing filter or template as a failed attempt, and continues", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStoreMemory
      yield* store.add(delivery("filters"))
      yield* store.add(delivery("templates"))
      yield* store.add(delivery("templates", undefined, "not even JSON"))
      yield* store.add(delivery("plain", undefined, "not even JSON"))
      yield* TestClock.adjust("1 second")
      const all = [...store.deliveries.values()]
      assert.deepStrictEqual(
        all.map(({ attempts }) => attempts[0]?.error?.code),
        ["filter", "payload", "payload", undefined]
      )
      assert.deepStrictEqual(yield* states, ["pending", "pending", "pending", "delivered"])
    }).pipe(
      Effect.provide(world({
        endpoints: [endpoint("filters", { filter: "!f" }), endpoint("templates", { payload: "!p" }), endpoint("plain")],
        receive: () => respond(200)
      }))
    ))

  it.effect("redacts configured secrets in requests and records", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStoreMemory
      const { requests } = yield* OutboundMemory
      yield* store.add(delivery("a", undefined, "{\"note\":\"hunter2-hunter2\"}"))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(text(requests[0]?.body), "{\"note\":\"[redacted]\"}")
      const { attempts } = yield* one
      assert.strictEqual(text(attempts[0]?.response?.body), "you said [redacted]")
    }).pipe(
      Effect.provide(world({
        endpoints: [endpoint("a")],
        secrets: ["hunter2-hunter2"],
        receive: () => respond(200, "you said hunter2-hunter2")
      }))
    ))
})
