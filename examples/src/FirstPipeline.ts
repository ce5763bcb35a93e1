import { Intake } from "@sluice/engine/commands/Intake"
import * as Engine from "@sluice/engine/Engine"
import { Runs } from "@sluice/engine/runs/Runs"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import * as EnginePostgres from "@sluice/persistence/EnginePostgres"
import { Effect, Layer } from "effect"

export const settings = {
  pipelines: [{
    name: "books",
    match: { orderTypes: ["NEW_ORDER"] },
    completedStatus: "Shipped",
    steps: [{ name: "calloutPlugin", id: "warehouse", options: { endpoint: "https://warehouse.example/orders" } }]
  }]
}

/** Succeeds once the run has ended: a crash in between delays it, and loses nothing. */
export const sell = Effect.fn("sell")(function*(isbn: string) {
  const { processEventId } = yield* (yield* Intake).submit({ body: { orderType: "NEW_ORDER", orderItems: [{ isbn }] } })
  return yield* (yield* Runs).result(processEventId)
})

export const durable = (url: string) =>
  Engine.layer({ settings }).pipe(Layer.provide([EnginePostgres.layer({ url }), OutboundUndici.layer()]))
