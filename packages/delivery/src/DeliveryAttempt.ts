/** One attempt of one delivery: the request, the exchange, the record of it. Contract: section 9. */
import { redactedBody } from "@sluice/domain/internal/decode/ReceivedText"
import type { Authentication } from "@sluice/domain/pipeline/AuthProvider"
import { both, makeRedactor, type Redactor } from "@sluice/domain/redaction/Redaction"
import { Credentials } from "@sluice/http-client/Credentials"
import { Outbound, type OutboundResponse } from "@sluice/http-client/Outbound"
import { Clock, Effect } from "effect"
import { type AttemptRequest, shown, timeoutMs } from "./DeliveryRequest.ts"
import type { AttemptRecord } from "./DeliveryStore.ts"
import { AttemptEnd } from "./Judgement.ts"

/** The bytes of an answer that are kept. */
export const keptBytes = 64 * 1024

/** The time limit of an attempt including the time for a token. The claim lasts longer. */
const wholeMs = 30_000
const tokenMs = wholeMs - timeoutMs

const inTime = Effect.timeoutOrElse({
  duration: tokenMs,
  orElse: () => Effect.fail({ _tag: "OutboundTimedOut", message: "This operation was aborted" } as const)
})

export interface Attempted {
  readonly end: AttemptEnd
  readonly record: AttemptRecord
}

const recordedResponse = (response: OutboundResponse, redactor: Redactor): NonNullable<AttemptRecord["response"]> => ({
  status: response.status,
  headers: redactor.headers(response.headers),
  body: redactedBody(response, redactor),
  truncated: response.truncated
})

const isSuccess = ({ status }: OutboundResponse) => status >= 200 && status <= 299

const rejected = ({ status }: OutboundResponse) => ({
  code: "rejected",
  message: `answered ${status}, and only 2xx counts`
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
  const clock = yield* Clock.Clock

  const passedMs = (since: bigint) => Number(clock.monotonicTimeNanosUnsafe() - since) / 1e6

  const exchange = (
    { body, timeoutMs, tls, url }: AttemptRequest,
    headers: AttemptRequest["headers"],
    leftMs: number
  ) =>
    // Its own timer is the only one.
    outbound.exchange({
      method: "POST",
      url,
      headers,
      body,
      tls,
      timeoutMs: Math.min(timeoutMs, leftMs),
      maxBytes: keptBytes
    })

  const authorized = Effect.fnUntraced(
    function*(
      request: AttemptRequest,
      authentication: Authentication,
      begun: bigint,
      onGiven: (authorization: string) => void
    ) {
      const given = yield* inTime(credentials.authorization(authentication))
      onGiven(given)
      const headers = { ...request.headers, authorization: given }
      const response = yield* exchange(request, headers, wholeMs - passedMs(begun))
      // The next attempt fetches another token.
      if (response.status === 401) yield* credentials.invalidate(authentication, given)
      return response
    }
  )

  /** Sends, once. Interruptible: an interrupted attempt leaves no record. */
  const attempt = (number: number, request: AttemptRequest, redactor: Redactor): Effect.Effect<Attempted> => {
    const startedAt = clock.currentTimeMillisUnsafe()
    const begun = clock.monotonicTimeNanosUnsafe()
    const { authentication } = request
    let token: string | undefined
    const onGiven = (authorization: string) => {
      if (authentication?.type === "oauth2ClientCredentials") token = authorization.slice("Bearer ".length)
    }
    const answer = "authorization" in request.headers || authentication === undefined
      ? exchange(request, request.headers, wholeMs)
      : authorized(request, authentication, begun, onGiven)
    return Effect.match(answer, {
      onFailure: (failure): Attempted => {
        const { code, message } = failureOf(failure)
        const error = { code, message: redactor.text(message) }
        return {
          end: AttemptEnd.Failed(error),
          record: { number, startedAt, durationMs: passedMs(begun), error, request: shown(request, redactor) }
        }
      },
      onSuccess: (response): Attempted => ({
        end: AttemptEnd.Answered({ response }),
        record: {
          number,
          startedAt,
          durationMs: passedMs(begun),
          request: shown(request, redactor),
          // A fetched token is not among the configured secrets, and a receiver may send it back.
          response: recordedResponse(response, token === undefined ? redactor : both(redactor, makeRedactor([token]))),
          ...(!isSuccess(response) && { error: rejected(response) })
        }
      })
    })
  }

  return { attempt }
})
