import { assert, describe, it } from "@effect/vitest"
import { Outbound } from "@sluice/http-client/Outbound"
import * as OutboundMemory from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer, Metric } from "effect"
import * as Metrics from "../../src/telemetry/Metrics.ts"
import { otherPartners } from "../../src/telemetry/PartnerLabels.ts"

const metered = Metrics.outbound.pipe(Layer.provide(OutboundMemory.layer(() => OutboundMemory.respond(200))))

describe("Metrics", () => {
  it.effect("names 200 partners, and counts the calls to all others together", () =>
    Effect.gen(function*() {
      const { exchange } = yield* Outbound
      yield* Effect.forEach(
        Array.from({ length: 1000 }, (_, n) => `https://${n}.example/path`),
        (url) => exchange({ method: "GET", url, headers: {}, timeoutMs: 1000 })
      )
      const calls = new Map(
        (yield* Metric.snapshot).flatMap((metric) =>
          metric.type === "Histogram" ? [[metric.attributes?.["partner"], metric.state.count]] : []
        )
      )
      assert.strictEqual(calls.size, 201)
      assert.strictEqual(calls.get("https://199.example"), 1)
      assert.strictEqual(calls.get(otherPartners), 800)
    }).pipe(Effect.provide(metered), Effect.provideService(Metric.MetricRegistry, new Map())))
})
