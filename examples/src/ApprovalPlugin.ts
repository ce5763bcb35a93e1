/** A plugin that waits for a person, for days if need be: its step may have `awaitCallback`. */
import type { Plugin } from "@sluice/engine/plugins/Plugin"
import { InvalidResponse } from "@sluice/engine/plugins/PluginError"
import { never } from "@sluice/engine/plugins/RetrySchedule"
import { Effect, Schema } from "effect"

const Options = Schema.Struct({ endpoint: Schema.NonEmptyString })

const Answer = Schema.fromJsonString(Schema.Struct({ approvedBy: Schema.NonEmptyString }))
const decode = Schema.decodeUnknownEffect(Answer)

export const approval: Plugin<typeof Options.Type> = {
  name: "approval",
  description: "Asks for an approval, whose answer comes to a callback URL.",
  options: Options,
  configuredIn: "options",
  mayAwaitCallback: true,
  policy: () => ({ critical: true, tolerated: "failed", failedStatus: "NotApproved", notesFailures: false }),
  run: Effect.fnUntraced(function*({ authProviders, callout, options }) {
    // The answer to the request where the step does not wait, else the body of the callback.
    const { body } = yield* callout({
      method: "POST",
      url: options.endpoint,
      headers: {},
      body: { form: "order" },
      timeoutMs: 5000,
      credentials: { providers: authProviders },
      retry: never,
      judge: ({ status }) =>
        status === 200 ? { outcome: "succeeded" } : { outcome: "rejected", message: `refused with ${status}` }
    })
    const { approvedBy } = yield* decode(new TextDecoder().decode(body)).pipe(
      Effect.mapError(({ message }) => new InvalidResponse({ message }))
    )
    return { output: { approvedBy }, reason: `approved by ${approvedBy}` }
  })
}
