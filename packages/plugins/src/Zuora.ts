/**
 * `zuora`: creates a billing account and an order with its subscriptions, and leaves their numbers to later steps and
 * to the order's `externalIds`. Contract: section 6.
 *
 * Two requests, each under a key of its own; the answer to the first is on record before the second is sent.
 */
import { readReceived } from "@sluice/domain/internal/decode/ReceivedJson"
import { isObject, type JsonObject } from "@sluice/domain/json/Json"
import type { Plugin } from "@sluice/engine/plugins/Plugin"
import { InvalidResponse } from "@sluice/engine/plugins/PluginError"
import { Effect } from "effect"
import { answerOf, textOf } from "./JsonAnswer.ts"
import { accountBody } from "./zuora/ZuoraAccount.ts"
import { judge, retryPolicy } from "./zuora/ZuoraJudgement.ts"
import { ZuoraOptions } from "./zuora/ZuoraOptions.ts"
import { externalIdsPatch, numbersOf, orderBody } from "./zuora/ZuoraOrder.ts"

const defaultTimeoutMs = 30_000

export const zuora: Plugin<ZuoraOptions> = {
  name: "zuora",
  description:
    "Creates a Zuora account and an order with subscriptions; its numbers go to later steps and externalIds.",
  options: ZuoraOptions,
  configuredIn: "options",
  addresses: ({ baseUrl }) => typeof baseUrl === "string" ? [{ path: "baseUrl", url: baseUrl }] : [],
  policy: (step, pipeline) => ({
    critical: step.critical ?? true,
    tolerated: "failed",
    failedStatus: pipeline.failedStatus,
    notesFailures: false
  }),
  run: Effect.fnUntraced(function*({ options, order, callout, authProviders, processEventId }) {
    const baseUrl = options.baseUrl.replace(/\/+$/, "")
    const post = (path: string, body: string, missing: (answer: JsonObject) => string | undefined) =>
      callout({
        method: "POST",
        url: baseUrl + path,
        // Zuora's support finds a request by this.
        headers: { accept: "application/json", "zuora-track-id": processEventId },
        body: { form: "text", text: body },
        timeoutMs: options.timeoutValue ?? defaultTimeoutMs,
        credentials: { providers: authProviders },
        retry: retryPolicy(options.retry?.delaysMs),
        read: readReceived,
        judge: judge(missing)
      }).pipe(
        Effect.tap(readReceived),
        Effect.flatMap((answered) => {
          const answer = answerOf(answered)
          return isObject(answer)
            ? Effect.succeed(answer)
            : Effect.fail(new InvalidResponse({ message: `the stored answer to ${path} is not JSON` }))
        })
      )

    const account = yield* post(
      "/v1/accounts",
      accountBody(options, order),
      ({ accountNumber }) => textOf(accountNumber ?? options.accountNumber) === undefined ? "accountNumber" : undefined
    )
    const accountNumber = textOf(account.accountNumber) ?? options.accountNumber ?? ""
    const ordered = yield* post(
      "/v1/orders",
      orderBody(options, accountNumber, order),
      ({ orderNumber }) => textOf(orderNumber) === undefined ? "orderNumber" : undefined
    )
    const numbers = numbersOf(accountNumber, ordered)
    return {
      output: numbers,
      reason: `account ${accountNumber}, order ${numbers.orderNumber}`,
      patch: externalIdsPatch(numbers)
    }
  })
}
