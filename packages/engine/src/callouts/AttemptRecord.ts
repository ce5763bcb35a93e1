/**
 * The record of one attempt, redacted: of an exchange, of an attempt that was interrupted, and of an answer that came
 * to a callback URL or did not come in time. Contract: section 5.
 */
import type { CalloutRecord, SentBody } from "@sluice/domain/callout/CalloutRecord"
import { redactedBody } from "@sluice/domain/internal/decode/ReceivedText"
import { redactUrl } from "@sluice/domain/internal/redaction/UrlSecrets"
import { redacted, type Redactor } from "@sluice/domain/redaction/Redaction"
import type { CredentialsError } from "@sluice/http-client/Credentials"
import { recordedFailure } from "@sluice/http-client/internal/RecordedFailure"
import type { OutboundError, OutboundResponse } from "@sluice/http-client/Outbound"
import { type InterruptReason, toPluginError } from "../interruption/Interruption.ts"
import type { CallbackAnswer } from "../journal/Callback.ts"
import type { Document } from "../journal/Journal.ts"
import type { CalloutRequest, Judgement } from "../plugins/Callout.ts"
import { type Defect, defectCode } from "../plugins/PluginError.ts"
import { type Attempt, bodyText, headersOf, noAuthorization } from "./AttemptRequest.ts"
import { callbackHeader } from "./CallbackUrl.ts"

/** The progress of an attempt, recorded if a cancel or a deadline cuts it short. */
export interface Progress {
  readonly id: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** Monotonic nanoseconds. */
  readonly begun: bigint
  /** True once a byte may have left. */
  sending: boolean
}

/** The message of an attempt that the plugin did not wait for. */
const givenUp = "the plugin gave the call up"

/** The redactor that found no secret in a document: the steps of a run mostly send the same one. */
const searched = new WeakMap<Document, Redactor>()

/** The recorded body: a reference to the order's version, or a redacted copy where the text held a secret. */
const bodyRecord = (body: SentBody, sent: string, { document, redactor }: Attempt): SentBody => {
  const isDocument = body.form === "order" && sent === document.text
  if (isDocument && searched.get(document) === redactor) return body
  const kept = redactor.text(sent)
  if (kept !== sent) return { form: "text", text: kept }
  if (isDocument) searched.set(document, redactor)
  return body
}

/** The outcome of an exchange without an answer; `sending`: a byte may have left. */
export const failureRecord = (
  error: OutboundError | CredentialsError | Defect,
  sending: boolean,
  redactor: Redactor
): Pick<CalloutRecord, "outcome" | "unknown" | "error"> => {
  const message = redactor.text(error.message)
  if (error._tag === "Defect") {
    return {
      outcome: "invalid-response",
      error: { message, code: defectCode },
      ...(sending && { unknown: true as const })
    }
  }
  const failure = recordedFailure(error)
  return { ...failure, error: { ...failure.error, message } }
}

/** The headers as they are recorded. */
const headersRecord = ({ callbackUrl, redactor }: Attempt, sent: Readonly<Record<string, string>>) => {
  const kept = redactor.headers(sent)
  return callbackUrl === undefined ? kept : { ...kept, [callbackHeader]: redacted }
}

const errorOf = (judged: Judgement, redactor: Redactor): Pick<CalloutRecord, "error"> =>
  judged.outcome === "succeeded" ? {} : {
    error: {
      message: redactor.text(judged.message),
      ...(judged.code !== undefined && { code: redactor.text(judged.code) })
    }
  }

/** The part of a record that is known before anything is sent. */
const opening = (request: CalloutRequest, attempt: Attempt, id: string, startedAt: number, text: string) => ({
  id,
  request: attempt.request,
  attempt: attempt.attempt,
  ...(attempt.probe === true && { probe: true as const }),
  endpoint: attempt.redactor.text(redactUrl(request.url)),
  method: request.method,
  idempotencyKey: attempt.idempotencyKey,
  orderVersion: attempt.document.order.version,
  startedAt,
  body: bodyRecord(request.body, text, attempt)
})

/** The part that every record about a callback has: nothing was sent for it. */
const callbackOf = (request: CalloutRequest, attempt: Attempt, id: string, startedAt: number) => ({
  ...opening(request, attempt, id, startedAt, ""),
  callback: true as const,
  method: "POST",
  headers: {},
  body: { form: "text", text: "" } as const,
  durationMs: 0
})

/** The part of an exchange's record that is known before its end. `sent`: the text and the headers of the request. */
export const exchangeRecord = (
  request: CalloutRequest,
  attempt: Attempt,
  { id, startedAt }: Progress,
  durationMs: number,
  sent: { readonly text: string; readonly headers: Readonly<Record<string, string>> }
) => ({
  ...opening(request, attempt, id, startedAt, sent.text),
  durationMs,
  headers: headersRecord(attempt, sent.headers)
})

/** The part of an exchange's record that comes with an answer. `redactor` knows the token that was sent, too. */
export const answerRecord = (response: OutboundResponse, judged: Judgement, attempt: Attempt, redactor: Redactor) => ({
  response: {
    status: response.status,
    headers: redactor.headers(response.headers),
    body: redactedBody(response, redactor),
    ...(response.truncated && { truncated: true }),
    ...(response.truncated && response.announcedLength !== undefined && { length: response.announcedLength })
  },
  outcome: judged.outcome,
  ...errorOf(judged, attempt.redactor)
})

/** The record of an attempt that may have been open when its process ended. */
export const interruptedRecord = (
  request: CalloutRequest,
  attempt: Attempt,
  id: string,
  startedAt: number
): CalloutRecord => ({
  ...opening(request, attempt, id, startedAt, bodyText(request.body, attempt.document)),
  durationMs: 0,
  headers: headersRecord(attempt, headersOf(request, attempt, id, noAuthorization)),
  outcome: "interrupted",
  unknown: true,
  error: { message: "the process ended while this call may have been open" }
})

/** The record of an attempt that was interrupted, by `halt` or else by the plugin that asked for it. */
export const haltedRecord = (
  request: CalloutRequest,
  attempt: Attempt,
  { id, sending, startedAt }: Progress,
  durationMs: number,
  halt: InterruptReason | undefined
): CalloutRecord => ({
  ...opening(request, attempt, id, startedAt, bodyText(request.body, attempt.document)),
  durationMs,
  headers: headersRecord(attempt, headersOf(request, attempt, id, noAuthorization)),
  outcome: halt?._tag === "Cancelled" ? "cancelled" : "timed-out",
  ...(sending && { unknown: true as const }),
  error: { message: halt === undefined ? givenUp : attempt.redactor.text(toPluginError(halt).message) }
})

/** The record of an answer that came to the callback URL. */
export const callbackRecord = (
  request: CalloutRequest,
  attempt: Attempt,
  id: string,
  answer: CallbackAnswer,
  response: OutboundResponse,
  judged: Judgement
): CalloutRecord => ({
  ...callbackOf(request, attempt, id, answer.at),
  ...(answer.resolution !== undefined && { resolution: answer.resolution }),
  response: {
    status: response.status,
    headers: response.headers,
    body: redactedBody(response, attempt.redactor)
  },
  outcome: judged.outcome,
  ...errorOf(judged, attempt.redactor)
})

/** The record that no answer came to the callback URL in time. */
export const unansweredRecord = (
  request: CalloutRequest,
  attempt: Attempt,
  id: string,
  at: number,
  message: string
): CalloutRecord => ({
  ...callbackOf(request, attempt, id, at),
  outcome: "timed-out",
  unknown: true,
  error: { message }
})
