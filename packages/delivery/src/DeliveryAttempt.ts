/** One attempt of one delivery: the request, the exchange, the record of it. Contract: section 9. */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { statusRejection } from "@sluice/domain/internal/callout/StatusRejection"
import { redactedBody } from "@sluice/domain/internal/decode/ReceivedText"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import type { Authentication } from "@sluice/domain/pipeline/AuthProvider"
import { both, makeRedactor, type Redactor } from "@sluice/domain/redaction/Redaction"
import { Credentials, type CredentialsError } from "@sluice/http-client/Credentials"
import type { TurnNotNear } from "@sluice/http-client/internal/PartnerTurns"
import { recordedFailure } from "@sluice/http-client/internal/RecordedFailure"
import { Outbound, type OutboundError, type OutboundResponse, OutboundTimedOut } from "@sluice/http-client/Outbound"
import { Clock, Effect, Result } from "effect"
import { type AttemptRequest, shown } from "./DeliveryRequest.ts"
import type { AttemptRecord, StepRecord } from "./DeliveryStore.ts"
import { AttemptEnd } from "./Judgement.ts"

/** The number of bytes of an answer's body that are kept. */
export const keptBytes = 64 * 1024

/** The time for a token, in milliseconds. The claim lasts longer than it and the attempt. */
const tokenMs = 15_000

export interface Attempted {
  readonly end: AttemptEnd
  readonly record: AttemptRecord
  /** The attempt as a record of a step, where the message is the call of that step. */
  readonly callout?: StepRecord
}

type Response = NonNullable<AttemptRecord["response"]>

const recordedResponse = (response: OutboundResponse, redactor: Redactor): Response => ({
  status: response.status,
  headers: redactor.headers(response.headers),
  body: redactedBody(response, redactor),
  truncated: response.truncated
})

/**
 * The part of an answer that a delivery keeps: that of a step's call is read as far as a callout's. Any other was cut
 * as it was read, before its secrets were replaced.
 */
const kept = ({ callout }: AttemptRequest, response: Response): Response =>
  callout === undefined || response.body.byteLength <= keptBytes
    ? response
    : { ...response, body: response.body.slice(0, keptBytes), truncated: true }

const isSuccess = ({ status }: OutboundResponse) => status >= 200 && status <= 299

/** The refusal that an answer is; `undefined` where it is a success. */
const refusalOf = ({ callout }: AttemptRequest, response: OutboundResponse): AttemptRecord["error"] => {
  const message = callout !== undefined
    ? statusRejection(callout.of.rejectOn, response.status)
    : isSuccess(response)
    ? undefined
    : `answered ${response.status}, and only 2xx counts`
  return message === undefined ? undefined : { code: "rejected", message }
}

type Failure = OutboundError | CredentialsError

const failureOf = (error: Failure): { readonly code: string; readonly message: string } => {
  switch (error._tag) {
    case "OutboundTimedOut":
      return { code: "timed-out", message: error.message }
    case "OutboundUnreachable":
      return { code: error.code, message: error.message }
    case "TokenRefused":
      return { code: "token", message: error.message }
    case "OutboundUnreadable":
      return { code: "invalid-response", message: error.message }
  }
}

/** The part of a step's record that tells how the attempt ended; texts are redacted. */
type Ending = Pick<CalloutRecord, "outcome" | "unknown" | "error" | "response">

const endingOf = (
  refusal: AttemptRecord["error"],
  { truncated, ...response }: Response,
  length: number | undefined
): Ending => ({
  outcome: refusal === undefined ? "succeeded" : "rejected",
  response: { ...response, ...(truncated && { truncated, ...(length !== undefined && { length }) }) },
  ...(refusal !== undefined && { error: { message: refusal.message } })
})

/** `record` as a record of the step whose call is delivered. */
const stepRecord = (
  delivery: string,
  { body, callout, method }: AttemptRequest,
  { durationMs, number, request, startedAt }: AttemptRecord,
  ending: Ending,
  redactor: Redactor
): StepRecord | undefined => {
  if (callout === undefined || request === undefined) return undefined
  const { id, idempotencyKey, of: { form, index, orderVersion, runId } } = callout
  const shownBody = redactor.bytes(body)
  return {
    runId,
    index,
    record: {
      id,
      request: 0,
      attempt: number,
      endpoint: request.url,
      method,
      idempotencyKey,
      orderVersion,
      startedAt,
      durationMs,
      headers: request.headers,
      body: form === "order" && shownBody === body ? { form } : { form: "text", text: Utf8.decode(shownBody) },
      delivery,
      ...ending
    }
  }
}

const inTime = Effect.timeoutOrElse({
  duration: tokenMs,
  orElse: () => Effect.fail(new OutboundTimedOut({ sent: false }))
})

/** The authorization of an attempt, or why there is none; absent where its headers need none. */
export type Authorized = Result.Result<string, CredentialsError> | undefined

/** The record of an attempt for which no request could be sent. */
export const unsent = (number: number, startedAt: number, code: string, message: string): Attempted => ({
  end: AttemptEnd.Failed({ code, message }),
  record: { number, startedAt, durationMs: 0, error: { code, message } }
})

const exchangeVia = (
  outbound: Outbound["Service"],
  { body, callout, method, timeoutMs, tls, url }: AttemptRequest,
  headers: AttemptRequest["headers"]
) =>
  // Its own timer is the only one.
  outbound.exchange({
    method,
    url,
    headers,
    ...(body.byteLength > 0 && { body }),
    tls,
    timeoutMs,
    ...(callout === undefined && { maxBytes: keptBytes })
  })

export const make = Effect.gen(function*() {
  const outbound = yield* Outbound
  const credentials = yield* Credentials
  const clock = yield* Clock.Clock

  const passedMs = (since: bigint) => Number(clock.monotonicTimeNanosUnsafe() - since) / 1e6

  const exchange = (request: AttemptRequest, headers: AttemptRequest["headers"]) =>
    exchangeVia(outbound, request, headers)

  /** Obtains the authorization. It is no part of the attempt's time: its token may wait for a turn of its own. */
  const authorize = ({ authentication, headers }: AttemptRequest): Effect.Effect<Authorized, TurnNotNear> =>
    "authorization" in headers || authentication === undefined
      ? Effect.undefined
      : inTime(credentials.authorization(authentication)).pipe(
        Effect.map((given): Authorized => Result.succeed(given)),
        Effect.catch((error) =>
          error._tag === "TurnNotNear" ? Effect.fail(error) : Effect.succeed<Authorized>(Result.fail(error))
        )
      )

  const authorizedExchange = Effect.fnUntraced(
    function*(request: AttemptRequest, authentication: Authentication, authorization: string) {
      const response = yield* exchange(request, { ...request.headers, authorization })
      // The next attempt fetches another token.
      if (response.status === 401) yield* credentials.invalidate(authentication, authorization)
      return response
    }
  )

  /** Sends the request, once. Interruptible: an interrupted attempt leaves no record. */
  const attempt = (
    delivery: string,
    number: number,
    request: AttemptRequest,
    redactor: Redactor,
    authorized: Authorized
  ): Effect.Effect<Attempted> => {
    const startedAt = clock.currentTimeMillisUnsafe()
    const begun = clock.monotonicTimeNanosUnsafe()
    const { authentication } = request
    const given = authorized !== undefined && Result.isSuccess(authorized) ? authorized.success : undefined
    const token = authentication?.type === "oauth2ClientCredentials" ? given?.slice("Bearer ".length) : undefined
    const answer = authorized === undefined || authentication === undefined
      ? exchange(request, request.headers)
      : Effect.flatMap(
        Effect.fromResult(authorized),
        (authorization) => authorizedExchange(request, authentication, authorization)
      )
    const ended = (end: AttemptEnd, of: Pick<AttemptRecord, "error" | "response">, ending: Ending): Attempted => {
      const record = { number, startedAt, durationMs: passedMs(begun), request: shown(request, redactor), ...of }
      const callout = stepRecord(delivery, request, record, ending, redactor)
      return { end, record, ...(callout !== undefined && { callout }) }
    }
    return Effect.match(answer, {
      onFailure: (failure) => {
        const { code, message } = failureOf(failure)
        const error = { code, message: redactor.text(message) }
        const recorded = recordedFailure(failure)
        return ended(AttemptEnd.Failed(error), { error }, {
          ...recorded,
          error: { ...recorded.error, message: error.message }
        })
      },
      onSuccess: (response) => {
        // A fetched token is not among the configured secrets, and a receiver may send it back.
        const shownTo = token === undefined ? redactor : both(redactor, makeRedactor([token]))
        const recorded = recordedResponse(response, shownTo)
        const refusal = refusalOf(request, response)
        return ended(
          AttemptEnd.Answered({ response }),
          { response: kept(request, recorded), ...(refusal !== undefined && { error: refusal }) },
          endingOf(refusal, recorded, response.announcedLength)
        )
      }
    })
  }

  return { attempt, authorize }
})
