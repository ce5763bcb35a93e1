/**
 * Judges an answer of Salesforce's REST API. Pure.
 *
 * `success` decides, not `errors`: an event that was taken in carries `OPERATION_ENQUEUED` there (Salesforce: "Publish
 * Event Messages with Salesforce APIs"). A refusal is a list of `{ message, errorCode }` (Salesforce: "Status Codes and
 * Error Responses").
 */
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import type { Judgement } from "@sluice/engine/plugins/Callout"
import { type AttemptEnd, delays, type RetryPolicy } from "@sluice/engine/plugins/RetrySchedule"
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import { answerOf, textOf } from "../JsonAnswer.ts"

interface Complaint {
  readonly code: string | undefined
  readonly message: string
}

const complaintsOf = (list: Json | undefined): ReadonlyArray<Complaint> =>
  (Array.isArray(list) ? list : []).filter(isObject).map((error) => ({
    code: textOf(error.errorCode ?? error.statusCode),
    message: textOf(error.message) ?? ""
  }))

const hint = "; is there an auth provider whose domain is the host of instanceUrl, and are its credentials still good?"

const refused = (status: number, list: Json | undefined): Judgement => {
  const complaints = complaintsOf(list)
  const said = complaints.map(({ code, message }) => [code, message].filter(Boolean).join(": ")).join("; ")
  const code = complaints[0]?.code
  return {
    outcome: "rejected",
    message: `Salesforce answered ${status}${said === "" ? "" : `: ${said}`}${status === 401 ? hint : ""}`,
    ...(code !== undefined && { code })
  }
}

export const judge = (response: OutboundResponse): Judgement => {
  const answer = answerOf(response)
  if (response.status < 200 || response.status > 299) return refused(response.status, answer)
  if (!isObject(answer) || typeof answer.success !== "boolean") {
    return { outcome: "invalid-response", message: `Salesforce answered ${response.status} without saying success` }
  }
  return answer.success ? { outcome: "succeeded" } : refused(response.status, answer.errors)
}

/** The step's output for later steps: the record's id, and the event's UUID if Salesforce returned one. */
export const outputOf = (answer: Json | undefined): JsonObject => {
  if (!isObject(answer)) return {}
  const enqueued = complaintsOf(answer.errors).find(({ code }) => code === "OPERATION_ENQUEUED")
  const id = textOf(answer.id)
  return {
    ...(id !== undefined && { id }),
    ...(enqueued !== undefined && { eventUuid: enqueued.message })
  }
}

/** Codes of `unreachable` that say that no request reached Salesforce. */
const unsent: ReadonlySet<string | undefined> = new Set(["dns", "refused", "tls", "proxy"])

/**
 * True after an end at which nothing can have been published. Salesforce knows no idempotency key: an event that is
 * sent twice is two events.
 */
export const isRetried = ({ outcome, code, status }: AttemptEnd): boolean =>
  outcome === "rejected"
    ? code === "REQUEST_LIMIT_EXCEEDED" || status === 429 || status === 503
    : outcome === "unreachable" && unsent.has(code)

const defaultDelaysMs = [1000, 5000, 15_000]

export const retryPolicy = (delaysMs: ReadonlyArray<number> = defaultDelaysMs): RetryPolicy => ({
  schedule: delays(delaysMs),
  retries: isRetried
})
