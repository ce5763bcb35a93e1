/**
 * One attempt of one callout: sends the request once, and judges and records the answer. `StepCallouts` decides which
 * attempt it is and whether another follows. Contract: section 5.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { redactedBody } from "@sluice/domain/internal/decode/ReceivedText"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import { largeLength, turnFor } from "@sluice/domain/internal/json/LargeText"
import { both, makeRedactor, type Redactor } from "@sluice/domain/redaction/Redaction"
import { Credentials, type CredentialsError } from "@sluice/http-client/Credentials"
import type { TurnNotNear } from "@sluice/http-client/internal/PartnerTurns"
import { Outbound, type OutboundError, type OutboundResponse } from "@sluice/http-client/Outbound"
import { Clock, Effect, Result } from "effect"
import type { InterruptReason } from "../interruption/Interruption.ts"
import type { CallbackAnswer } from "../journal/Callback.ts"
import type { CalloutRequest, Judgement } from "../plugins/Callout.ts"
import { type Defect, defectCode, toDefect } from "../plugins/PluginError.ts"
import {
  answerRecord,
  callbackRecord,
  exchangeRecord,
  failureRecord,
  haltedRecord,
  interruptedRecord,
  type Progress,
  unansweredRecord
} from "./AttemptRecord.ts"
import {
  type Attempt,
  type Authorization,
  authorizeAndSign,
  bodyText,
  headersOf,
  isSentAsItIs,
  noAuthorization,
  tlsOf,
  tokenProvider,
  type TokenResult
} from "./AttemptRequest.ts"

/** An attempt that was made: its record, and the answer as it came. */
export interface Exchanged {
  readonly record: CalloutRecord
  readonly response?: OutboundResponse
  /** The partner refused a cached token: the next attempt gets a fresh one, at once and only once. */
  readonly tokenRefused: boolean
}

/** The services that attempts are made with, and the state that they share; one for each process. */
interface Tools {
  readonly outbound: Outbound["Service"]
  readonly credentials: Credentials["Service"]
  readonly clock: Clock.Clock
  readonly tokenRedactors: Map<string, Redactor>
}

const caught = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | Defect> =>
  Effect.catchDefect(effect, (defect) => Effect.fail(toDefect(defect)))

/** Applies the plugin's judgement. An answer at which it throws is recorded as well. */
const judgementOf = (request: CalloutRequest, response: OutboundResponse): Judgement => {
  try {
    return request.judge(response)
  } catch (thrown) {
    return { outcome: "invalid-response", message: toDefect(thrown).message, code: defectCode }
  }
}

/** A small answer needs no turns of its own, unless its schema is checked elsewhere. */
const isJudgedAtOnce = (request: CalloutRequest, { body }: OutboundResponse): boolean =>
  body.byteLength < largeLength && request.check === undefined

/** Each look at a large answer has a turn of its own, and so has what follows. */
const judgedInTurns = Effect.fnUntraced(function*(request: CalloutRequest, response: OutboundResponse) {
  const own = turnFor(response.body.byteLength)
  yield* own
  if (request.read !== undefined) {
    yield* Effect.ignoreCause(request.read(response))
    yield* own
  }
  let judged = judgementOf(request, response)
  if (judged.outcome === "succeeded" && request.check !== undefined) {
    yield* own
    const checked = yield* request.check(response)
    if (checked.outcome !== "succeeded") judged = checked
  }
  yield* own
  return judged
})

/** Redactors of fetched tokens that are kept. */
const maxTokens = 64

/** Hides a token that was fetched: it is not among the configured secrets, and a partner may send it back. */
const ofToken = ({ tokenRedactors }: Tools, authorization: string): Redactor => {
  let redactor = tokenRedactors.get(authorization)
  if (redactor === undefined) {
    redactor = makeRedactor([authorization.slice("Bearer ".length)])
    if (tokenRedactors.size >= maxTokens) tokenRedactors.clear()
    tokenRedactors.set(authorization, redactor)
  }
  return redactor
}

const begin = ({ clock }: Tools): Effect.Effect<Progress> =>
  Effect.map(newUuid, (id): Progress => ({
    id,
    startedAt: clock.currentTimeMillisUnsafe(),
    begun: clock.monotonicTimeNanosUnsafe(),
    sending: false
  }))

const durationOf = ({ clock }: Tools, { begun }: Progress): number =>
  Number(clock.monotonicTimeNanosUnsafe() - begun) / 1e6

/** Sends the request, unless its authorization has failed. */
const answerTo = (
  { outbound }: Tools,
  request: CalloutRequest,
  text: string,
  headers: Readonly<Record<string, string>>,
  progress: Progress
) =>
  Effect.result(
    caught(outbound.exchange({
      method: request.method,
      url: request.url,
      headers,
      ...(text !== "" && { body: text }),
      timeoutMs: request.timeoutMs,
      tls: tlsOf(request),
      onSending: () => {
        progress.sending = true
      }
    }))
  )

/** The exchange that ended with an answer. */
const exchangedOf = (
  tools: Tools,
  attempt: Attempt,
  common: ReturnType<typeof exchangeRecord>,
  response: OutboundResponse,
  judged: Judgement,
  { refreshable, value }: Authorization
): Exchanged => {
  const token = refreshable === undefined ? undefined : ofToken(tools, value ?? "")
  const redactor = token === undefined ? attempt.redactor : both(attempt.redactor, token)
  return {
    record: { ...common, ...answerRecord(response, judged, attempt, redactor) },
    // The token must not reach the plugin, whose result is written into the order.
    response: token === undefined ? response : { ...response, body: redactedBody(response, token) },
    tokenRefused: response.status === 401 && refreshable !== undefined
  }
}

const tokenFor = (
  { credentials }: Tools,
  request: CalloutRequest
): Effect.Effect<TokenResult, TurnNotNear> | undefined => {
  const provider = tokenProvider(request)
  if (provider === undefined) return undefined
  return caught(credentials.authorization(provider)).pipe(
    Effect.map((value): TokenResult => Result.succeed({ value, refreshable: provider })),
    Effect.catch((error) =>
      error._tag === "TurnNotNear" ? Effect.fail(error) : Effect.succeed<TokenResult>(Result.fail(error))
    )
  )
}

const asItIs: TokenResult = Result.succeed(noAuthorization)

/** Sends, once. Interruptible: an interrupted attempt leaves no record but what `halted` makes of it. */
const exchange = Effect.fnUntraced(
  function*(
    tools: Tools,
    request: CalloutRequest,
    attempt: Attempt,
    progress: Progress,
    token: TokenResult | undefined
  ) {
    const { credentials } = tools
    yield* turnFor(attempt.document.text.length)
    const text = bodyText(request.body, attempt.document)
    const authorized = isSentAsItIs(request, token) ? asItIs : yield* Effect.result(
      caught(Effect.suspend(() => authorizeAndSign(credentials, request, attempt, text, token)))
    )
    const authorization = Result.isSuccess(authorized) ? authorized.success : noAuthorization
    const headers = headersOf(request, attempt, progress.id, authorization)
    const answered: Result.Result<OutboundResponse, OutboundError | CredentialsError | Defect> =
      Result.isFailure(authorized)
        ? Result.fail(authorized.failure)
        : yield* answerTo(tools, request, text, headers, progress)
    const common = exchangeRecord(request, attempt, progress, durationOf(tools, progress), { text, headers })
    if (Result.isFailure(answered)) {
      const failed: Exchanged = {
        record: { ...common, ...failureRecord(answered.failure, progress.sending, attempt.redactor) },
        tokenRefused: false
      }
      return failed
    }

    const response = answered.success
    const judged = isJudgedAtOnce(request, response)
      ? judgementOf(request, response)
      : yield* judgedInTurns(request, response)
    const exchanged = exchangedOf(tools, attempt, common, response, judged, authorization)
    if (exchanged.tokenRefused && authorization.refreshable !== undefined) {
      yield* credentials.invalidate(authorization.refreshable, authorization.value ?? "")
    }
    return exchanged
  }
)

/** Judges an answer that came to the callback URL exactly as the response of the attempt. */
const judged = Effect.fnUntraced(function*(request: CalloutRequest, attempt: Attempt, answer: CallbackAnswer) {
  const response: OutboundResponse = { status: 200, headers: answer.headers, body: answer.body, truncated: false }
  const judgement = isJudgedAtOnce(request, response)
    ? judgementOf(request, response)
    : yield* judgedInTurns(request, response)
  const record = callbackRecord(request, attempt, yield* newUuid, answer, response, judgement)
  const exchanged: Exchanged = { record, response, tokenRefused: false }
  return exchanged
})

/** Makes attempts, and the records of those that were not made to their end. */
export interface CalloutAttempt {
  readonly begin: Effect.Effect<Progress>
  /**
   * Obtains the token that the request needs, which is no part of the attempt's time; absent where it needs none.
   * `TurnNotNear`: the turn of the token's request at a limited or paused host is over a second away.
   */
  readonly token: (request: CalloutRequest) => Effect.Effect<TokenResult, TurnNotNear> | undefined
  readonly exchange: (
    request: CalloutRequest,
    attempt: Attempt,
    progress: Progress,
    token: TokenResult | undefined
  ) => Effect.Effect<Exchanged>
  /** The record of an attempt that was interrupted: because the run was halted, or by the plugin that asked for it. */
  readonly halted: (
    request: CalloutRequest,
    attempt: Attempt,
    progress: Progress,
    halt: InterruptReason | undefined
  ) => CalloutRecord
  /** The record of an attempt that may have been open when its process ended. */
  readonly interrupted: (request: CalloutRequest, attempt: Attempt) => Effect.Effect<CalloutRecord>
  /** Judges an answer that came to the callback URL exactly as the response of the attempt. */
  readonly judged: (request: CalloutRequest, attempt: Attempt, answer: CallbackAnswer) => Effect.Effect<Exchanged>
  /** The record that no answer came to the callback URL in time. */
  readonly unanswered: (request: CalloutRequest, attempt: Attempt, message: string) => Effect.Effect<CalloutRecord>
}

const attemptsWith = (tools: Tools): CalloutAttempt => {
  const { clock } = tools
  return {
    begin: begin(tools),
    token: (request) => tokenFor(tools, request),
    exchange: (request, attempt, progress, token) => exchange(tools, request, attempt, progress, token),
    halted: (request, attempt, progress, halt) =>
      haltedRecord(request, attempt, progress, durationOf(tools, progress), halt),
    interrupted: (request, attempt) =>
      Effect.map(newUuid, (id) => interruptedRecord(request, attempt, id, clock.currentTimeMillisUnsafe())),
    judged,
    unanswered: (request, attempt, message) =>
      Effect.map(newUuid, (id) => unansweredRecord(request, attempt, id, clock.currentTimeMillisUnsafe(), message))
  }
}

export const make = Effect.gen(function*() {
  const outbound = yield* Outbound
  const credentials = yield* Credentials
  const clock = yield* Clock.Clock
  return attemptsWith({ outbound, credentials, clock, tokenRedactors: new Map() })
})
