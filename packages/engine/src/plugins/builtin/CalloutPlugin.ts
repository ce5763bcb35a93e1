/**
 * `calloutPlugin`: POSTs the whole order to a partner and remembers the answer. Contract: section 6.
 */
import type { Fault } from "@sluice/domain/order/Order"
import { Effect, Redacted, Schema } from "effect"
import type { Judgement } from "../Callout.ts"
import type { Plugin } from "../Plugin.ts"
import { type AttemptEnd, delays, isNetworkError, never, type RetryPolicy } from "../RetrySchedule.ts"
import { SigningSecret } from "../SigningSecret.ts"

/** Milliseconds that a callout waits where its options do not say. */
export const defaultTimeoutMs = 2000

const Status = Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 599 }))
const Milliseconds = Schema.Finite.check(Schema.isGreaterThan(0))

export const CalloutPluginOptions = Schema.Struct({
  /** The URL that the order is posted to. */
  endpoint: Schema.NonEmptyString,
  /** Milliseconds until the callout is given up. */
  timeoutValue: Schema.optionalKey(Milliseconds),
  shouldRejectOn: Schema.optionalKey(Schema.Struct({ status: Schema.optionalKey(Schema.Array(Status)) })),
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Attempts after the first, each so many milliseconds after the one before. */
  retry: Schema.optionalKey(
    Schema.Struct({ delaysMs: Schema.Array(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))) })
  ),
  /** Signs each attempt as a webhook (Standard Webhooks); `webhook-id` is the idempotency key. */
  signingSecret: Schema.optionalKey(SigningSecret)
})
export type CalloutPluginOptions = typeof CalloutPluginOptions.Type

const rejectedStatuses = (options: CalloutPluginOptions): ReadonlyArray<number> => options.shouldRejectOn?.status ?? []

/** Judges an answer by its status alone. */
export const judge = (options: CalloutPluginOptions, status: number): Judgement =>
  rejectedStatuses(options).includes(status)
    ? { outcome: "rejected", message: `callout plugin failed due to response status: [${status}]` }
    : { outcome: "succeeded" }

/** Timeouts, network errors, 429, and listed statuses ≥ 500. */
export const isRetried = (end: AttemptEnd): boolean =>
  end.outcome === "timed-out" || isNetworkError(end) ||
  (end.outcome === "rejected" && end.status !== undefined && (end.status === 429 || end.status >= 500))

const retryOf = (options: CalloutPluginOptions): RetryPolicy =>
  options.retry === undefined ? never : { schedule: delays(options.retry.delaysMs), retries: isRetried }

export const calloutPlugin: Plugin<CalloutPluginOptions> = {
  name: "calloutPlugin",
  description: "POSTs the whole order to an endpoint, waits for the answer, and rejects on the statuses listed.",
  options: CalloutPluginOptions,
  configuredIn: "options",
  check: (options): ReadonlyArray<Fault> =>
    options.timeoutValue !== undefined && options.timeoutValue > 600_000
      ? [{ path: "timeoutValue", message: "must be at most 600000 (ten minutes)" }]
      : [],
  addresses: ({ endpoint }) => typeof endpoint === "string" ? [{ path: "endpoint", url: endpoint }] : [],
  warn: (options, step) =>
    step.critical === true && rejectedStatuses(options).length === 0
      ? ["accepts every status: without shouldRejectOn.status only a timeout or an unreachable partner fails this step"]
      : [],
  policy: (step, pipeline) => ({
    critical: step.critical ?? false,
    tolerated: "failed",
    failedStatus: pipeline.failedStatus,
    notesFailures: false
  }),
  run: ({ options, callout, authProviders }) =>
    Effect.map(
      callout({
        method: "POST",
        url: options.endpoint,
        headers: options.headers ?? {},
        body: { form: "order" },
        timeoutMs: options.timeoutValue ?? defaultTimeoutMs,
        credentials: {
          providers: authProviders,
          ...(options.signingSecret !== undefined && { signingSecret: Redacted.make(options.signingSecret) })
        },
        retry: retryOf(options),
        judge: ({ status }) => judge(options, status)
      }),
      ({ status }) => ({ reason: `answered ${status}, which is not in shouldRejectOn.status` })
    )
}
