/**
 * `calloutPlugin`: sends the order, or a body of its own, to a partner and remembers the answer. Contract: section 6.
 */
import type { SentBody } from "@sluice/domain/callout/CalloutRecord"
import { statusRejection } from "@sluice/domain/internal/callout/StatusRejection"
import { expressionIn } from "@sluice/domain/internal/decode/Marks"
import { writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { isObject, type Json } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import { Effect, Redacted, Schema } from "effect"
import type { CalloutRequest, Judgement } from "../Callout.ts"
import { bodyRefusal, calloutMethods, isEmptyByDefault } from "../CalloutMethod.ts"
import type { Plugin, StepInput } from "../Plugin.ts"
import { Unprepared } from "../PluginError.ts"
import { type AttemptEnd, delays, isNetworkError, never, type RetryPolicy } from "../RetrySchedule.ts"
import { SigningSecret } from "../SigningSecret.ts"

/** Milliseconds that a callout waits where its options do not say. */
export const defaultTimeoutMs = 2000

const Status = Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 599 }))
const Milliseconds = Schema.Finite.check(Schema.isGreaterThan(0))

const Method = Schema.Literals(calloutMethods)

export const CalloutPluginOptions = Schema.Struct({
  /** The URL that the order is sent to. */
  endpoint: Schema.NonEmptyString,
  /** Absent: `POST`. */
  method: Schema.optionalKey(Method),
  /** Sent in place of the order, as JSON. Absent: the whole order, and nothing with `GET` and `DELETE`. */
  body: Schema.optionalKey(Schema.Json),
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

const bodyOf = ({ body, method = "POST" }: CalloutPluginOptions): Effect.Effect<SentBody> =>
  body !== undefined
    ? Effect.map(writeJson(body), (text): SentBody => ({ form: "text", text }))
    : Effect.succeed(isEmptyByDefault(method) ? { form: "text", text: "" } : { form: "order" })

/** The fault of a body as it is written. */
const bodyFault = (body: Json, method: Json | undefined): string | undefined =>
  typeof method === "string" && bodyRefusal(method) !== undefined
    ? bodyRefusal(method)
    : isObject(body) || (typeof body === "string" && expressionIn(body) !== undefined)
    ? undefined
    : "must be an object or an expression {% … %}"

const rejectedStatuses = (options: CalloutPluginOptions): ReadonlyArray<number> => options.shouldRejectOn?.status ?? []

/** True if the options ask for further attempts. */
const repeats = ({ retry }: CalloutPluginOptions): boolean => retry !== undefined && retry.delaysMs.length > 0

/** Judges an answer by its status alone. A 429 asks for a later attempt: where there is one, it counts as listed. */
export const judge = (options: CalloutPluginOptions, status: number): Judgement => {
  const listed = rejectedStatuses(options)
  const message = statusRejection(repeats(options) ? [...listed, 429] : listed, status)
  return message === undefined ? { outcome: "succeeded" } : { outcome: "rejected", message }
}

/** True if a callout is tried again: after timeouts, network errors, 429 (listed or not), and listed statuses ≥ 500. */
export const isRetried = (end: AttemptEnd): boolean =>
  end.outcome === "timed-out" || isNetworkError(end) ||
  (end.outcome === "rejected" && end.status !== undefined && (end.status === 429 || end.status >= 500))

const retryOf = (options: CalloutPluginOptions): RetryPolicy =>
  options.retry === undefined ? never : { schedule: delays(options.retry.delaysMs), retries: isRetried }

const requestOf = (
  { authProviders, options }: StepInput<CalloutPluginOptions>
): Effect.Effect<CalloutRequest, Unprepared> => {
  const { body, method = "POST" } = options
  // Only an expression can have made it a GET: a written one was refused with the pipeline.
  if (method === "GET" && body !== undefined) {
    return Effect.fail(new Unprepared({ message: "options.body cannot be sent with GET" }))
  }
  return Effect.map(bodyOf(options), (body) => ({
    method,
    url: options.endpoint,
    headers: options.headers ?? {},
    body,
    timeoutMs: options.timeoutValue ?? defaultTimeoutMs,
    credentials: {
      providers: authProviders,
      ...(options.signingSecret !== undefined && { signingSecret: Redacted.make(options.signingSecret) })
    },
    retry: retryOf(options),
    judge: ({ status }) => judge(options, status)
  }))
}

export const calloutPlugin: Plugin<CalloutPluginOptions> = {
  name: "calloutPlugin",
  description:
    "Sends the whole order, or a body of its own, to an endpoint, waits for the answer, and rejects on the statuses listed.",
  options: CalloutPluginOptions,
  configuredIn: "options",
  mayAwaitCallback: true,
  check: (options): ReadonlyArray<Fault> =>
    options.timeoutValue !== undefined && options.timeoutValue > 600_000
      ? [{ path: "timeoutValue", message: "must be at most 600000 (ten minutes)" }]
      : [],
  checkWritten: ({ body, method }): ReadonlyArray<Fault> => {
    const message = body === undefined ? undefined : bodyFault(body, method)
    return message === undefined ? [] : [{ path: "body", message }]
  },
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
  deferred: (input) =>
    Effect.map(requestOf(input), (request) => ({ request, rejectOn: rejectedStatuses(input.options) })),
  run: (input) =>
    Effect.map(
      Effect.flatMap(requestOf(input), input.callout),
      ({ status }) => ({ reason: `answered ${status}, which is not in shouldRejectOn.status` })
    )
}
