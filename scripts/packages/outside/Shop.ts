/** A shop outside of Sluice's workspace: its pipeline, its service, and the two ways in which it is run here. */
import { Intake } from "@sluice/engine/commands/Intake"
import * as Engine from "@sluice/engine/Engine"
import { Runs } from "@sluice/engine/runs/Runs"
import * as JournalMemory from "@sluice/engine/testing/JournalMemory"
import * as JsonataExpressions from "@sluice/expressions/JsonataExpressions"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { EmbeddedPostgres } from "@sluice/persistence/embedded/EmbeddedPostgres"
import * as EnginePostgres from "@sluice/persistence/EnginePostgres"
import { Effect, Layer, Result } from "effect"

const settings = (warehouse: string) => ({
  pipelines: [{
    name: "books",
    match: { orderTypes: ["NEW_ORDER"] },
    completedStatus: "Shipped",
    steps: [{
      name: "calloutPlugin",
      id: "warehouse",
      critical: true,
      options: { endpoint: `{% "${warehouse}/orders/" & order.orderItems[0].isbn %}` }
    }]
  }]
})

export const sell = Effect.fn("sell")(function*(isbn: string) {
  const { processEventId } = yield* (yield* Intake).submit({ body: { orderType: "NEW_ORDER", orderItems: [{ isbn }] } })
  const { order, state, steps } = yield* (yield* Runs).result(processEventId)
  return { state, status: order.status, answered: steps.map(({ callouts }) => callouts[0]?.response?.status) }
})

const journals = {
  memory: JournalMemory.layer,
  postgres: Layer.unwrap(Effect.map(EmbeddedPostgres, ({ url }) => EnginePostgres.layer({ url }))).pipe(
    Layer.provide(EmbeddedPostgres.layer({ dataDirectory: process.env["DATA_DIRECTORY"] ?? ".sluice" }))
  )
}

/** `kind` is `memory` or `postgres`; the partner listens on this machine. */
export const shop = (kind: string | undefined, warehouse: string) =>
  Engine.layer({ settings: settings(warehouse), expressions: JsonataExpressions.layer() }).pipe(
    Layer.provide([
      kind === "postgres" ? journals.postgres : journals.memory,
      OutboundUndici.layer({ guard: AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8"))) })
    ])
  )
