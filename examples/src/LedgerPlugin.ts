/**
 * A plugin with a service and an error of its own: books an order in a ledger, which may be a table of yours or an SDK.
 * `once` records the booking, so that it is not made again when the process dies afterwards.
 */
import type { Plugin } from "@sluice/engine/plugins/Plugin"
import { Rejected } from "@sluice/engine/plugins/PluginError"
import { Context, Effect, Schema } from "effect"

export class LedgerClosed extends Schema.TaggedError<LedgerClosed>()("LedgerClosed", { account: Schema.String }) {}

export class Ledger extends Context.Service<Ledger, {
  /** A second booking with the same key changes nothing and gives the first one's id. */
  readonly book: (key: string, account: string, orderId: string) => Effect.Effect<string, LedgerClosed>
}>()("@sluice/examples/Ledger") {}

const Options = Schema.Struct({ account: Schema.NonEmptyString })

export const ledger: Plugin<typeof Options.Type, Ledger, LedgerClosed> = {
  name: "ledger",
  description: "Books the order in the ledger.",
  options: Options,
  configuredIn: "options",
  services: [Ledger],
  failure: ({ account }) => new Rejected({ message: `the ledger is closed for ${account}` }),
  policy: (step, pipeline) => ({
    critical: step.critical ?? true,
    tolerated: "failed",
    failedStatus: pipeline.failedStatus,
    notesFailures: false
  }),
  run: Effect.fnUntraced(function*({ once, options, order, processEventId, step }) {
    const { book } = yield* Ledger
    const entry = yield* once("book", book(`${processEventId}-${step.id}`, options.account, order.id))
    return { output: { entry }, reason: `booked as ${entry}` }
  })
}
