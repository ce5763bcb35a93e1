/** Sluice's deliveries in a process of their own: takes events in at the rate that the runner names, and sends. */
// Before the first schema is used.
// oxlint-disable-next-line import/no-unassigned-import
import "effect/schema/SchemaJITCompiler/enable"
import { DeliverySignal } from "@sluice/persistence/internal/outbox/DeliverySignal"
import { Events } from "@sluice/persistence/outbox/Events"
import * as Database from "@sluice/persistence/schema/Database"
import { Layer, ManagedRuntime, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { endpointsOf, given } from "../deliveries/Endpoints.ts"
import { body, type } from "../deliveries/Event.ts"
import { type Load, run } from "../deliveries/OpenLoop.ts"
import { dispatching } from "./Webhooks.ts"

const { databaseUrl, urls } = given()
const runtime = ManagedRuntime.make(
  Layer.merge(Events.layer, dispatching(endpointsOf(urls, [type]))).pipe(
    Layer.provide(DeliverySignal.layer),
    Layer.provide(Database.layer({ url: Redacted.make(databaseUrl) }))
  )
)
const events = await runtime.runPromise(Events)

const store = async () => {
  const id = SecureRandom.uuidV7Unsafe()
  const createdAt = Date.now()
  await runtime.runPromise(events.store({ id, type, createdAt, body: body(id, createdAt) }))
  return id
}

process.on("message", (load: Load | "end") => {
  if (load === "end") void runtime.dispose().then(() => process.exit())
  else void run(load, store).then((committed) => process.send?.(committed))
})
process.once("disconnect", () => process.exit())
process.send?.("ready")
