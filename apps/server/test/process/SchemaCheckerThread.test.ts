import { assert, describe, it } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { SchemaChecker } from "@sluice/engine/internal/validation/SchemaChecker"
import { Effect, Fiber } from "effect"
import * as SchemaCheckerThread from "../../src/process/SchemaCheckerThread.ts"

describe("SchemaCheckerThread", () => {
  it.live("validates an answer against its schema without blocking the event loop", () =>
    Effect.gen(function*() {
      const { misfit } = yield* SchemaChecker
      assert.strictEqual(yield* misfit({ type: "object" }, "{}"), undefined)
      assert.strictEqual(
        yield* misfit({ properties: { a: { type: "string" } } }, `{"a":1}`),
        "does not fit responseSchema: a must be string"
      )
      const heavy: Json = { items: { anyOf: Array.from({ length: 900 }, (_, i) => ({ const: `v${i}` })) } }
      const text = `[${`"v899",`.repeat(2000)}"none"]`
      const checking = yield* Effect.forkChild(misfit(heavy, text))
      let rounds = 0
      while (checking.pollUnsafe() === undefined) {
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        rounds++
      }
      assert.match((yield* Fiber.join(checking)) ?? "", /^does not fit responseSchema: \[2000\]/)
      assert.isAbove(rounds, 20)
    }).pipe(Effect.provide(SchemaCheckerThread.layer)))

  it.live("continues after a check that was abandoned", () =>
    Effect.gen(function*() {
      const { misfit } = yield* SchemaChecker
      const heavy: Json = { items: { anyOf: Array.from({ length: 900 }, (_, i) => ({ const: `v${i}` })) } }
      const checking = yield* Effect.forkChild(misfit(heavy, `[${`"v899",`.repeat(2000)}"none"]`))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(checking)
      assert.strictEqual(yield* misfit({ type: "array" }, "{}"), "does not fit responseSchema: the body must be array")
    }).pipe(Effect.provide(SchemaCheckerThread.layer)))
})
