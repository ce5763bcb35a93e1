/**
 * The engine behind a service of one's own: a book shop that runs its orders through partners, with a plugin of its own.
 * A test provides `Engine.layerTest`; `FirstPipeline.ts` shows the layers of a process.
 */
import { Intake } from "@sluice/engine/commands/Intake"
import * as Engine from "@sluice/engine/Engine"
import { Context, Effect, Layer } from "effect"
import { loyalty } from "./LoyaltyPlugin.ts"

export const settings = {
  pipelines: [{
    name: "books",
    match: { orderTypes: ["NEW_ORDER"] },
    completedStatus: "Shipped",
    steps: [
      { name: "loyalty", options: { endpoint: "https://loyalty.example/points" } },
      {
        name: "calloutPlugin",
        id: "warehouse",
        critical: true,
        options: { endpoint: "https://warehouse.example/orders", shouldRejectOn: { status: [409] } }
      }
    ]
  }]
}

/** The shop's own service: sells a book, and gives the id of the run. It knows nothing of HTTP or tables. */
export class BookShop extends Context.Service<BookShop, {
  readonly sell: (isbn: string) => Effect.Effect<string, SaleFailed>
}>()("@sluice/examples/BookShop") {
  static readonly layer = Layer.effect(
    BookShop,
    Effect.gen(function*() {
      const intake = yield* Intake
      return BookShop.of({
        sell: (isbn) =>
          intake.submit({ body: { orderType: "NEW_ORDER", orderItems: [{ isbn }] } }).pipe(
            Effect.map(({ processEventId }) => processEventId),
            Effect.mapError(({ _tag }) => new SaleFailed(_tag))
          )
      })
    })
  )
}

export class SaleFailed extends Error {
  readonly _tag = "SaleFailed"
}

/** The journal and the way out to partners remain to be provided. */
export const sluice = Engine.layer({ settings, plugins: [loyalty] })
