/**
 * A plugin of one's own: asks a loyalty programme how many points an order is worth, and writes them onto the order.
 *
 * Nothing of the engine changes for it. It is a value: a name, a schema of its options, a policy for failures, and an
 * Effect that makes a callout. Attempts, keys, records, redaction and retries are the engine's.
 */
import type { Plugin } from "@sluice/engine/plugins/Plugin"
import { InvalidResponse } from "@sluice/engine/plugins/PluginError"
import { delays } from "@sluice/engine/plugins/RetrySchedule"
import { Effect, Schema } from "effect"

const Options = Schema.Struct({
  endpoint: Schema.NonEmptyString,
  /** Milliseconds. */
  timeoutValue: Schema.optionalKey(Schema.Number.check(Schema.isGreaterThan(0)))
})

const Points = Schema.fromJsonString(Schema.Struct({ points: Schema.Int }))

export const loyalty: Plugin<typeof Options.Type> = {
  name: "loyalty",
  description: "Asks the loyalty programme for points and notes them on the order.",
  options: Options,
  configuredIn: "options",
  addresses: ({ endpoint }) => typeof endpoint === "string" ? [{ path: "endpoint", url: endpoint }] : [],
  policy: (step, pipeline) => ({
    critical: step.critical ?? false,
    tolerated: "failed",
    failedStatus: pipeline.failedStatus,
    notesFailures: false
  }),
  run: Effect.fnUntraced(function*({ options, callout, authProviders }) {
    const answer = yield* callout({
      method: "POST",
      url: options.endpoint,
      headers: { accept: "application/json" },
      body: { form: "order" },
      timeoutMs: options.timeoutValue ?? 1000,
      credentials: { providers: authProviders },
      retry: { schedule: delays([200, 1000]), retries: ({ outcome }) => outcome === "timed-out" },
      judge: ({ status }) =>
        status === 200 ? { outcome: "succeeded" } : { outcome: "rejected", message: `the programme answered ${status}` }
    })
    const { points } = yield* Schema.decodeUnknownEffect(Points)(new TextDecoder().decode(answer.body)).pipe(
      Effect.mapError(({ message }) => new InvalidResponse({ message: `points are missing: ${message}` }))
    )
    return {
      output: { points },
      reason: `worth ${points} points`,
      patch: { properties: [{ key: "loyaltyPoints", value: String(points) }] }
    }
  })
}
