/** One attempt of one delivery: the request, the exchange, the record of it. Contract: section 9. */
import type { Authentication } from "@sluice/domain/AuthProvider"
import { messageId } from "@sluice/domain/Ids"
import type { Redactor } from "@sluice/domain/Redaction"
import type { WebhookEndpoint } from "@sluice/domain/WebhookEndpoint"
import { Credentials } from "@sluice/http-client/Credentials"
import { Outbound, type OutboundResponse } from "@sluice/http-client/Outbound"
import { Clock, Effect, Result } from "effect"
import type { AttemptRecord, ClaimedDelivery } from "./DeliveryStore.ts"
import { AttemptEnd } from "./Judgement.ts"
import { inForce, Signature } from "./Signature.ts"

/** Milliseconds that an endpoint has for its whole answer. */
export const timeoutMs = 15_000

/** How much of an answer is kept, in bytes. */
export const keptBytes = 64 * 1024

/** With the time that a token may take. The claim lasts longer. */
const wholeMs = 30_000

export interface AttemptRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly authentication: Authentication | undefined
  readonly timeoutMs: number
  readonly body: Uint8Array
}

export interface Attempted {
  readonly end: AttemptEnd
  readonly record: AttemptRecord
}

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const recordedResponse = (response: OutboundResponse, redactor: Redactor): NonNullable<AttemptRecord["response"]> => ({
  status: response.status,
  headers: redactor.headers(response.headers),
  body: redactor.bytes(response.body),
  truncated: response.truncated
})

const failureOf = (
  error: { readonly _tag: string; readonly message: string; readonly code?: string }
): { readonly code: string; readonly message: string } => {
  switch (error._tag) {
    case "OutboundTimedOut":
      return { code: "timed-out", message: error.message }
    case "OutboundUnreachable":
      return { code: error.code ?? "unreachable", message: error.message }
    case "TokenRefused":
      return { code: "token", message: error.message }
    default:
      return { code: "invalid-response", message: error.message }
  }
}

/** The record of an attempt for which nothing could be sent. */
export const unsent = (number: number, startedAt: number, code: string, message: string): Attempted => ({
  end: AttemptEnd.Failed({ code, message }),
  record: { number, startedAt, durationMs: 0, error: { code, message } }
})

export const make = Effect.gen(function*() {
  const outbound = yield* Outbound
  const credentials = yield* Credentials
  const signature = yield* Signature
  const clock = yield* Clock.Clock

  /** What every endpoint gets, signed for this moment. */
  const signedHeaders = Effect.fnUntraced(
    function*(delivery: ClaimedDelivery, endpoint: WebhookEndpoint, body: Uint8Array) {
      const now = clock.currentTimeMillisUnsafe()
      const id = messageId(delivery.messageId)
      const timestamp = Math.floor(now / 1000)
      return {
        "content-type": "application/json",
        "user-agent": "Sluice/1",
        ...lowerCased(endpoint.headers),
        "webhook-id": id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": yield* signature.sign({ id, timestamp, body }, inForce(endpoint.secrets, now)),
        "webhook-type": delivery.type,
        "webhook-sequence": String(delivery.sequence)
      }
    }
  )

  /** Sends, once. Interruptible: an interrupted attempt leaves no record. */
  const attempt = Effect.fnUntraced(function*(number: number, request: AttemptRequest, redactor: Redactor) {
    const startedAt = clock.currentTimeMillisUnsafe()
    const begun = clock.monotonicTimeNanosUnsafe()
    const { authentication } = request
    const send = Effect.gen(function*() {
      const given = "authorization" in request.headers || authentication === undefined
        ? undefined
        : yield* credentials.authorization(authentication)
      const response = yield* outbound.exchange({
        method: "POST",
        url: request.url,
        headers: given === undefined ? request.headers : { ...request.headers, authorization: given },
        body: request.body,
        timeoutMs: request.timeoutMs,
        maxBytes: keptBytes
      })
      // The next attempt fetches another token.
      if (response.status === 401 && given !== undefined && authentication !== undefined) {
        yield* credentials.invalidate(authentication, given)
      }
      return response
    })
    const answer = yield* Effect.result(send.pipe(
      Effect.timeoutOrElse({
        duration: wholeMs,
        orElse: () => Effect.fail({ _tag: "OutboundTimedOut", message: "This operation was aborted" } as const)
      })
    ))
    const durationMs = Number(clock.monotonicTimeNanosUnsafe() - begun) / 1e6
    if (Result.isFailure(answer)) {
      const { code, message } = failureOf(answer.failure)
      const error = { code, message: redactor.text(message) }
      const failed: Attempted = {
        end: AttemptEnd.Failed(error),
        record: { number, startedAt, durationMs, error }
      }
      return failed
    }
    const response = answer.success
    const succeeded = response.status >= 200 && response.status <= 299
    const attempted: Attempted = {
      end: AttemptEnd.Answered({ response }),
      record: {
        number,
        startedAt,
        durationMs,
        response: recordedResponse(response, redactor),
        ...(!succeeded && { error: { code: "rejected", message: `answered ${response.status}, and only 2xx counts` } })
      }
    }
    return attempted
  })

  return { attempt, signedHeaders, lowerCased }
})
