/** A service of your own that runs orders durably, in one file: `node main.mts`. */
import { Intake } from "@sluice/engine/commands/Intake"
import * as Engine from "@sluice/engine/Engine"
import { Runs } from "@sluice/engine/runs/Runs"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { EmbeddedPostgres } from "@sluice/persistence/embedded/EmbeddedPostgres"
import * as EnginePostgres from "@sluice/persistence/EnginePostgres"
import { Effect, Layer, Result } from "effect"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import process from "node:process"

// The partner of this example: a warehouse that takes every order.
const warehouse = createServer((request, response) => request.resume().once("end", () => response.writeHead(201).end()))
await once(warehouse.listen(0, "127.0.0.1").unref(), "listening")
const { port } = warehouse.address() as AddressInfo

const settings = {
  pipelines: [{
    name: "books",
    match: { orderTypes: ["NEW_ORDER"] },
    completedStatus: "Shipped",
    steps: [{ name: "calloutPlugin", id: "warehouse", options: { endpoint: `http://127.0.0.1:${port}/orders` } }]
  }]
}

const sell = Effect.fn("sell")(function*(isbn: string) {
  const { processEventId } = yield* (yield* Intake).submit({ body: { orderType: "NEW_ORDER", orderItems: [{ isbn }] } })
  return yield* (yield* Runs).result(processEventId)
})

// A PostgreSQL in `.sluice`. With one of yours: EnginePostgres.layer({ url: "postgres://…" }).
const postgres = Layer.unwrap(Effect.map(EmbeddedPostgres, ({ url }) => EnginePostgres.layer({ url }))).pipe(
  Layer.provide(EmbeddedPostgres.layer({ dataDirectory: ".sluice" }))
)
// Private addresses, like this warehouse's, are refused unless they are allowed.
const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8")))
const engine = Engine.layer({ settings }).pipe(Layer.provide([postgres, OutboundUndici.layer({ guard })]))

const { order, state, steps } = await Effect.runPromise(Effect.provide(sell("978-0-262-51087-5"), engine))
process.stdout.write(`${state}, ${order.status}: the warehouse answered ${steps[0]?.callouts[0]?.response?.status}\n`)
