import { assert, it } from "@effect/vitest"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { Effect, Exit, Logger, Metric, Scope } from "effect"
import { TestClock } from "effect/testing"

const counted = (loop: string) =>
  Effect.map(
    Metric.snapshot,
    (metrics) =>
      metrics.flatMap((metric) =>
        metric.id === "sluice_background_loops" && metric.type === "Gauge" && metric.attributes?.["loop"] === loop
          ? [Number(metric.state.value)]
          : []
      )
  )

it.effect("a loop continues after a failure or a defect, and is counted until its scope closes", () =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    let turns = 0
    const body = Effect.suspend(() => {
      turns++
      return turns === 1 ? Effect.fail("no") : turns === 2 ? Effect.die(new Error("defect")) : Effect.never
    })
    yield* Scope.provide(BackgroundLoop.fork("tested", body), scope)
    yield* TestClock.adjust("0 millis")
    assert.strictEqual(turns, 1)
    yield* TestClock.adjust("1 second")
    yield* TestClock.adjust("1 second")
    assert.strictEqual(turns, 3)
    assert.deepStrictEqual(yield* counted("tested"), [1])
    yield* Scope.close(scope, Exit.void)
    assert.deepStrictEqual(yield* counted("tested"), [0])
  }).pipe(Effect.provide(Logger.layer([]))))
