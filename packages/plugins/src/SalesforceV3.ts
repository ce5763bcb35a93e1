/**
 * `salesforceV3`: publishes the Platform Event `i42as__OrderEvent__e` for an order. Contract: section 6.
 *
 * The token has no announced lifetime: it is used until Salesforce answers 401 `INVALID_SESSION_ID`, and then fetched
 * anew once, by the engine.
 */
import { readReceived } from "@sluice/domain/internal/decode/ReceivedJson"
import type { Plugin } from "@sluice/engine/plugins/Plugin"
import { Unprepared } from "@sluice/engine/plugins/PluginError"
import { Effect } from "effect"
import { answerOf } from "./JsonAnswer.ts"
import { orderEvent } from "./salesforce/OrderEvent.ts"
import { judge, outputOf, retryPolicy } from "./salesforce/SalesforceJudgement.ts"
import { platformOrderTypes, SalesforceOptions } from "./salesforce/SalesforceOptions.ts"

const defaultApiVersion = "62.0"
const defaultTimeoutMs = 30_000

export const salesforceV3: Plugin<SalesforceOptions> = {
  name: "salesforceV3",
  description: "Publishes the Platform Event i42as__OrderEvent__e for the order types listed.",
  options: SalesforceOptions,
  configuredIn: "options",
  addresses: ({ instanceUrl }) => typeof instanceUrl === "string" ? [{ path: "instanceUrl", url: instanceUrl }] : [],
  warn: ({ orderTypes = [] }) =>
    orderTypes.filter((type) => !platformOrderTypes.includes(type)).map((type) =>
      `orderTypes: the platform knows no event for ${type}`
    ),
  skips: ({ orderTypes }, { orderType }) => {
    const listed = Array.isArray(orderTypes) ? orderTypes : platformOrderTypes
    return listed.includes(orderType) ? undefined : `order type ${orderType} is not among orderTypes`
  },
  policy: (step, pipeline) => ({
    critical: step.critical ?? false,
    tolerated: "failed",
    failedStatus: pipeline.failedStatus,
    notesFailures: false
  }),
  run: Effect.fnUntraced(function*({ options, order, callout, authProviders }) {
    const event = orderEvent(options, order)
    if ("tooLong" in event) return yield* new Unprepared({ message: event.tooLong })
    const instance = options.instanceUrl.replace(/\/+$/, "")
    const answer = yield* callout({
      method: "POST",
      url: `${instance}/services/data/v${options.apiVersion ?? defaultApiVersion}/sobjects/i42as__OrderEvent__e/`,
      headers: { accept: "application/json" },
      body: { form: "text", text: event.body },
      timeoutMs: options.timeoutValue ?? defaultTimeoutMs,
      credentials: { providers: authProviders },
      retry: retryPolicy(options.retry?.delaysMs),
      read: readReceived,
      judge
    })
    yield* readReceived(answer)
    return { output: outputOf(answerOf(answer)), reason: "Salesforce took the event in" }
  })
}
