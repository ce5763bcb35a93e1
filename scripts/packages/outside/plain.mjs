/** Plain JavaScript: no compiler, no types. */
import { Intake } from "@sluice/engine/commands/Intake"
import * as Engine from "@sluice/engine/Engine"
import { Runs } from "@sluice/engine/runs/Runs"
import { respond } from "@sluice/http-client/testing/OutboundMemory"
import { Effect } from "effect"
import assert from "node:assert/strict"

const settings = {
  pipelines: [{
    name: "books",
    match: {},
    completedStatus: "Shipped",
    steps: [{ name: "calloutPlugin", options: { endpoint: "https://warehouse.example/orders" } }]
  }]
}

const program = Effect.gen(function*() {
  const { processEventId } = yield* (yield* Intake).submit({ body: { orderType: "NEW_ORDER" } })
  return yield* (yield* Runs).result(processEventId)
})

const engine = Engine.layerTest({ settings, partners: () => respond(201) })
const { order, state } = await Effect.runPromise(program.pipe(Effect.provide(engine)))
assert.deepEqual([state, order.status], ["completed", "Shipped"])
