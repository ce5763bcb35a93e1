import { assert, describe, it } from "@effect/vitest"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { firstVersion } from "@sluice/domain/order/Order"
import { Expressions } from "@sluice/engine/expressions/Expressions"
import { Effect, Layer } from "effect"
import * as PipelineSelection from "../../src/settings/PipelineSelection.ts"
import { pipeline } from "../Harness.ts"

const origins: Array<string> = []

/** Names of the order's members only. */
const members = Layer.succeed(Expressions, {
  check: () => Effect.succeed({ stepReferences: [], calloutPaths: [], rootNames: [] }),
  evaluate: (source, { order }, _, origin) => {
    origins.push(origin)
    return Effect.succeed((order as JsonObject)[source])
  }
})

const pipelines = [
  pipeline([], { name: "asks", priority: 1, match: { when: "given" } }),
  pipeline([], { name: "takes all" })
]

describe("PipelineSelection", () => {
  it.effect.each<[Json, string]>([
    [true, "asks"],
    [[false, true], "asks"],
    [{ a: false }, "asks"],
    ["false", "asks"],
    [false, "takes all"],
    [[false, false], "takes all"],
    [[0, "", null, [false]], "takes all"],
    [[], "takes all"],
    [{}, "takes all"],
    [0, "takes all"]
  ])("match.when that gives %j selects the pipeline that %s", ([given, expected]) =>
    Effect.gen(function*() {
      const select = yield* PipelineSelection.make
      const order = firstVersion({ orderType: "NEW_ORDER", given }, "order-1", "2026-01-02T03:04:05.000Z")
      const selected = yield* select(order, pipelines, 0)
      assert.strictEqual(selected.name, expected)
      assert.strictEqual(origins.at(-1), "match of pipeline asks")
    }).pipe(Effect.provide(members)))
})
