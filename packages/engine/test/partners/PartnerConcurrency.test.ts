import { assert, describe, it } from "@effect/vitest"
import * as PartnerConcurrency from "@sluice/engine/internal/partners/PartnerConcurrency"
import { Deferred, Effect, Fiber } from "effect"

const plainly = (turn: Effect.Effect<void>) => turn

describe("PartnerConcurrency", () => {
  it.effect("callers of a slow host wait in order of arrival, and other hosts are not delayed", () =>
    Effect.gen(function*() {
      const slots = PartnerConcurrency.make(2)
      const answer = yield* Deferred.make<void>()
      const order: Array<number> = []
      const call = (n: number) =>
        Effect.forkChild(
          slots.withSlot("slow", plainly, Effect.andThen(Effect.sync(() => order.push(n)), Deferred.await(answer))),
          { startImmediately: true }
        )
      const calls = yield* Effect.forEach([0, 1, 2, 3], call)
      assert.deepStrictEqual(order, [0, 1])
      assert.strictEqual(yield* slots.withSlot("fast", plainly, Effect.succeed("at once")), "at once")
      yield* Deferred.succeed(answer, undefined)
      yield* Fiber.awaitAll(calls)
      assert.deepStrictEqual(order, [0, 1, 2, 3])
      assert.strictEqual(slots.load("slow"), 0)
    }))

  it.effect("a caller that is interrupted, waiting or calling, frees its place", () =>
    Effect.gen(function*() {
      const slots = PartnerConcurrency.make(1)
      const hang = Effect.forkChild(slots.withSlot("slow", plainly, Effect.never), { startImmediately: true })
      const [calling, waiting] = [yield* hang, yield* hang]
      const last = yield* Effect.forkChild(slots.withSlot("slow", plainly, Effect.succeed("mine")), {
        startImmediately: true
      })
      yield* Fiber.interrupt(waiting)
      assert.isUndefined(last.pollUnsafe())
      yield* Fiber.interrupt(calling)
      assert.strictEqual(yield* Fiber.join(last), "mine")
      assert.strictEqual(slots.load("slow"), 0)
    }))

  it.effect("a caller that gives up while waiting never calls", () =>
    Effect.gen(function*() {
      const slots = PartnerConcurrency.make(1)
      const calling = yield* Effect.forkChild(slots.withSlot("slow", plainly, Effect.never), { startImmediately: true })
      const gaveUp = yield* Effect.flip(slots.withSlot("slow", () => Effect.fail("stopping"), Effect.die("called")))
      assert.strictEqual(gaveUp, "stopping")
      yield* Fiber.interrupt(calling)
      assert.strictEqual(slots.load("slow"), 0)
    }))
})
