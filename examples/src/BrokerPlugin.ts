/** A plugin whose partner is no HTTP server: publishes the order through a message broker. */
import type { Plugin } from "@sluice/engine/plugins/Plugin"
import { Unreachable } from "@sluice/engine/plugins/PluginError"
import { Context, Effect, Schedule, Schema } from "effect"

export class BrokerDown extends Schema.TaggedError<BrokerDown>()("BrokerDown", { message: Schema.String }) {}

export class Broker extends Context.Service<Broker, {
  /** Succeeds with the broker's sequence number once it has stored the message. `id` lets it drop a repeat. */
  readonly publish: (subject: string, id: string, body: string) => Effect.Effect<number, BrokerDown>
}>()("@sluice/examples/Broker") {}

const Options = Schema.Struct({ subject: Schema.NonEmptyString })

export const broker: Plugin<typeof Options.Type, Broker, BrokerDown> = {
  name: "broker",
  description: "Publishes the order through the message broker.",
  options: Options,
  configuredIn: "options",
  services: [Broker],
  failure: ({ message }) => new Unreachable({ code: "refused", message }),
  policy: () => ({ critical: true, tolerated: "failed", failedStatus: "NotPublished", notesFailures: false }),
  run: Effect.fnUntraced(function*({ once, options, order, processEventId, step }) {
    const { publish } = yield* Broker
    const published = publish(options.subject, `${processEventId}-${step.id}`, JSON.stringify(order))
    const schedule = Schedule.exponential("200 millis")
    const sequence = yield* once("publish", Effect.retry(published, { schedule, times: 3 }))
    return { output: { sequence }, reason: `published as ${options.subject}#${sequence}` }
  })
}
