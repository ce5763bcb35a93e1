/**
 * Judges an answer of Zuora, and decides what follows. Pure.
 *
 * HTTP 200 says nothing: `success` in the body does (Zuora: "Error handling"). The last two digits of a reason's code
 * are its category (Zuora: "Error codes"): 50 is a lock held by another request, 70 a limit that was exceeded.
 */
import { retryAfterMs } from "@sluice/domain/internal/decode/RetryAfter"
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import type { Judgement } from "@sluice/engine/plugins/Callout"
import {
  type AttemptEnd,
  delays,
  isNetworkError,
  retryAfter,
  type RetryPolicy
} from "@sluice/engine/plugins/RetrySchedule"
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import { answerOf } from "../JsonAnswer.ts"

const busyCategories = ["50", "70"]

/** True if a code of eight digits means no more than "try again later". */
export const isBusy = (code: string | undefined): boolean =>
  code !== undefined && busyCategories.includes(code.slice(-2))

interface Reason {
  readonly code: string
  readonly message: string
}

const reasonsOf = (answer: Json | undefined): ReadonlyArray<Reason> => {
  const reasons = isObject(answer) ? answer.reasons : undefined
  return (Array.isArray(reasons) ? reasons : []).filter(isObject).map(({ code, message }) => ({
    code: String(code ?? ""),
    message: String(message ?? "")
  }))
}

const hints: Readonly<Record<number, string>> = {
  401: "; is there an auth provider whose domain is the host of baseUrl, and are its credentials still good?",
  409: "; an earlier request with the same idempotency-key is still in progress"
}

const refused = (status: number, answer: Json | undefined): Judgement => {
  const reasons = reasonsOf(answer)
  // One reason that waiting does not mend is enough to make waiting pointless.
  const telling = reasons.find(({ code }) => !isBusy(code)) ?? reasons[0]
  const said = reasons.map(({ code, message }) => `[${code}] ${message}`.trim()).join("; ")
  const plain = isObject(answer) && typeof answer.message === "string" ? answer.message : ""
  const words = said === "" ? plain : said
  return {
    outcome: "rejected",
    message: `Zuora answered ${status}${words === "" ? "" : `: ${words}`}${hints[status] ?? ""}`,
    ...(telling !== undefined && telling.code !== "" && { code: telling.code })
  }
}

/** Judges an answer of Zuora. `missing` says what a successful answer lacks, if anything. */
export const judge =
  (missing: (answer: JsonObject) => string | undefined) => (response: OutboundResponse): Judgement => {
    const answer = answerOf(response)
    const succeeded = response.status >= 200 && response.status < 300
    if (!succeeded || (isObject(answer) && answer.success === false)) return refused(response.status, answer)
    if (!isObject(answer) || answer.success !== true) {
      return { outcome: "invalid-response", message: `Zuora answered ${response.status} without saying success` }
    }
    const lacks = missing(answer)
    return lacks === undefined
      ? { outcome: "succeeded" }
      : { outcome: "invalid-response", message: `Zuora answered with success, but without ${lacks}` }
  }

/** True after an end at which another attempt makes sense; with the old key unless `mintsKey` says otherwise. */
export const isRetried = (end: AttemptEnd): boolean => {
  const { code, outcome, status = 0 } = end
  if (outcome === "rejected") return isBusy(code) || status === 409 || status === 429 || status >= 500
  return outcome === "timed-out" || isNetworkError(end)
}

/**
 * True if the next attempt needs a new idempotency key.
 * Zuora keeps an answer under its key for 24 hours, refusals too (Zuora: "Idempotent requests"): after one that says
 * that nothing was done, the old key would only bring it back. A 5xx or a silence says no such thing.
 */
export const mintsKey = ({ outcome, code, status = 0 }: AttemptEnd): boolean =>
  outcome === "rejected" && (status === 401 || status === 429 || (status < 500 && isBusy(code)))

/** A limit was exceeded. */
const isLimited = ({ code, status }: AttemptEnd): boolean => status === 429 || code?.slice(-2) === "70"

/**
 * The pause before the next attempt, in milliseconds.
 * Zuora's limits count requests in a minute, an hour and a day, and `RateLimit-Reset` gives the seconds until the one that
 * is nearest to its end starts anew (Zuora: "Rate limits in headers"). While requests remain in it, it was not the one.
 */
export const pauseAfter = (end: AttemptEnd): number | undefined => {
  const asked = retryAfter(end)
  if (asked !== undefined || !isLimited(end)) return asked
  const { "ratelimit-remaining": remaining = "0", "ratelimit-reset": reset } = end.headers ?? {}
  // The header is in seconds, as `Retry-After` may be; never a date.
  return Number(remaining) === 0 && /^\s*\d+\s*$/.test(reset ?? "") ? retryAfterMs(reset, 0) : undefined
}

const defaultDelaysMs = [1000, 5000, 15_000]

export const retryPolicy = (delaysMs: ReadonlyArray<number> = defaultDelaysMs): RetryPolicy => ({
  schedule: delays(delaysMs),
  retries: isRetried,
  mintsKey,
  pause: pauseAfter
})
