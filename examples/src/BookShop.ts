/**
 * The engine inside another service: a book shop that runs its orders through partners, without Sluice's server.
 *
 * Only the packages are used. What the shop must bring is a journal (here in memory; `@sluice/persistence/Journal` keeps
 * it in PostgreSQL), a way out (`Outbound`), and an evaluator for expressions if its settings hold any.
 */
import { Intake } from "@sluice/engine/commands/Intake"
import { calloutPlugin } from "@sluice/engine/plugins/builtin/CalloutPlugin"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Runs } from "@sluice/engine/runs/Runs"
import * as SettingsStatic from "@sluice/engine/settings/SettingsStatic"
import { Credentials } from "@sluice/http-client/Credentials"
import { Context, Effect, Layer } from "effect"
import { Digest } from "effect/crypto"
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

/** The shop's own service. It knows orders and receipts, and nothing of HTTP or tables. */
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
            Effect.map(({ orderId }) => orderId),
            Effect.mapError(({ _tag }) => new SaleFailed(_tag))
          )
      })
    })
  )
}

export class SaleFailed extends Error {
  readonly _tag = "SaleFailed"
}

/** The parts of Sluice that the shop uses. A journal, an outbound client and an evaluator remain to be provided. */
export const sluice = Intake.layer.pipe(
  Layer.provideMerge(Runs.layer()),
  Layer.provide([SettingsStatic.layer(settings), Credentials.layerMemory, Digest.layerWebCrypto]),
  Layer.provide(Plugins.layer([calloutPlugin, loyalty]))
)
