/**
 * A callout beside a step's own: its compensation, or the question (`probe`) whether its call happened.
 * Contract: section 4, `compensate` and `probe`; section 5, the last paragraph.
 */
import type { SentBody } from "@sluice/domain/callout/CalloutRecord"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import type { AuthProvider } from "@sluice/domain/pipeline/AuthProvider"
import type { CalloutOptions } from "@sluice/domain/pipeline/Pipeline"
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import { Effect, Redacted, Result } from "effect"
import { Expressions, type ExpressionScope } from "../expressions/Expressions.ts"
import { evaluated } from "../expressions/Template.ts"
import { defaultTimeoutMs } from "../plugins/builtin/CalloutPlugin.ts"
import type { CalloutRequest, Judgement } from "../plugins/Callout.ts"
import { isEmptyByDefault } from "../plugins/CalloutMethod.ts"
import { Unprepared } from "../plugins/PluginError.ts"
import { never } from "../plugins/RetrySchedule.ts"

export interface AuxiliaryCallout {
  /** The member of the step that is called, for messages. */
  readonly member: "compensate" | "probe"
  readonly options: CalloutOptions
  readonly scope: ExpressionScope
  /** The value of `$now()`, in epoch milliseconds. */
  readonly now: number
  readonly authProviders: ReadonlyArray<AuthProvider>
}

const isSuccess = (status: number): boolean => status >= 200 && status <= 299

/** Listed statuses are refusals; where none are listed, everything but 2xx is. */
const judgeCompensation = ({ shouldRejectOn }: CalloutOptions) => ({ status }: OutboundResponse): Judgement =>
  (shouldRejectOn === undefined ? !isSuccess(status) : shouldRejectOn.status.includes(status))
    ? { outcome: "rejected", message: `compensation failed due to response status: [${status}]` }
    : { outcome: "succeeded" }

/** Maps the status of a probe's answer to its meaning. */
export const verdictOf = (status: number): "happened" | "did not happen" | "unknown" =>
  isSuccess(status) ? "happened" : status === 404 ? "did not happen" : "unknown"

const judgeProbe = ({ status }: OutboundResponse): Judgement =>
  verdictOf(status) === "unknown"
    ? { outcome: "rejected", message: `the probe was answered ${status}: whether it happened stays unknown` }
    : { outcome: "succeeded" }

const bodyOf = (body: Json | undefined, method: string): SentBody =>
  body !== undefined
    ? { form: "text", text: JSON.stringify(body) }
    : isEmptyByDefault(method)
    ? { form: "text", text: "" }
    : { form: "order" }

/**
 * Builds the request of a probe or a compensation, which is attempted exactly once: by default a POST of the order,
 * for a probe a GET.
 */
export const make = Effect.map(
  Expressions,
  (expressions) =>
    Effect.fnUntraced(function*({ member, options, scope, now, authProviders }: AuxiliaryCallout) {
      if (options.unreadable !== undefined) {
        return yield* new Unprepared({ message: `${member}: ${options.unreadable}` })
      }
      const result = yield* evaluated(expressions, options as unknown as JsonObject, scope, now)
      if (Result.isFailure(result)) return yield* new Unprepared({ message: `${member}.${result.failure}` })
      const { endpoint, headers, body } = result.success
      if (typeof endpoint !== "string" || endpoint === "") {
        return yield* new Unprepared({ message: `${member}.endpoint: is not a URL: ${JSON.stringify(endpoint)}` })
      }
      const method = (options.method ?? (member === "probe" ? "GET" : "POST")).toUpperCase()
      const request: CalloutRequest = {
        method,
        url: endpoint,
        headers: Object.fromEntries(
          Object.entries((headers ?? {}) as JsonObject).map(([name, value]) => [
            name,
            typeof value === "string" ? value : JSON.stringify(value)
          ])
        ),
        body: bodyOf(body, method),
        timeoutMs: options.timeoutValue ?? defaultTimeoutMs,
        credentials: {
          providers: authProviders,
          ...(options.signingSecret !== undefined && { signingSecret: Redacted.make(options.signingSecret) })
        },
        retry: never,
        judge: member === "probe" ? judgeProbe : judgeCompensation(options)
      }
      return request
    })
)
