/**
 * One attempt of one callout: the request as it is sent, the exchange, and the record of it, redacted. Which attempt it
 * is and whether another follows is decided by `StepCallouts`. Contract: section 5.
 */
import type { CalloutRecord, SentBody } from "@sluice/domain/callout/CalloutRecord"
import type { Outcome } from "@sluice/domain/callout/Outcome"
import { ofOrder, spanIdOf, traceparent } from "@sluice/domain/identity/TraceSpan"
import { redactedBody } from "@sluice/domain/internal/decode/ReceivedText"
import { parseHttpUrl } from "@sluice/domain/internal/decode/Url"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import { largeLength, turnFor } from "@sluice/domain/internal/json/LargeText"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { redactUrl } from "@sluice/domain/internal/redaction/UrlSecrets"
import { appliesTo, type AuthProvider } from "@sluice/domain/pipeline/AuthProvider"
import { firstOf, type TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import { both, makeRedactor, redacted, type Redactor } from "@sluice/domain/redaction/Redaction"
import { workflowBody } from "@sluice/domain/workflow/WorkflowBody"
import { Credentials, type CredentialsError } from "@sluice/http-client/Credentials"
import { recordedFailure } from "@sluice/http-client/internal/RecordedFailure"
import { Outbound, type OutboundError, type OutboundResponse } from "@sluice/http-client/Outbound"
import { Clock, Effect, Redacted, Result } from "effect"
import { Base64 } from "effect/encoding"
import { type InterruptReason, toPluginError } from "../interruption/Interruption.ts"
import type { CallbackAnswer } from "../journal/Callback.ts"
import type { Document } from "../journal/Journal.ts"
import type { CalloutRequest, Judgement, RequestCredentials } from "../plugins/Callout.ts"
import { type Defect, defectCode, toDefect } from "../plugins/PluginError.ts"
import { callbackHeader } from "./CallbackUrl.ts"

/** Everything that decides what attempt `attempt` of a request says. */
export interface Attempt {
  readonly orderId: string
  /** The step's request, counted from 0. */
  readonly request: number
  /** The attempt, counted from 1. */
  readonly attempt: number
  readonly idempotencyKey: string
  readonly document: Document
  readonly redactor: Redactor
  /** The request is a probe for this attempt. */
  readonly probe?: boolean
  /** The URL to which the partner may send its answer. It holds a secret that `redactor` knows. */
  readonly callbackUrl?: string
}

/** An attempt that was made: its record, and the answer as it came. */
export interface Exchanged {
  readonly record: CalloutRecord
  readonly response?: OutboundResponse
  /** The partner refused a cached token: the next attempt gets a fresh one, at once and only once. */
  readonly tokenRefused: boolean
}

/** The message of an attempt that the plugin did not wait for. */
const givenUp = "the plugin gave the call up"

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

/** The exact text that is sent. */
export const bodyText = (body: SentBody, document: Document): string => {
  switch (body.form) {
    case "order":
      return document.text
    case "workflow":
      return workflowBody(document.text, body.tail)
    case "text":
      return body.text
  }
}

/** The recorded body: a reference to the order's version, or a redacted copy where the text held a secret. */
const bodyRecord = (body: SentBody, sent: string, redactor: Redactor): SentBody => {
  const kept = redactor.text(sent)
  return kept === sent ? body : { form: "text", text: kept }
}

const hasAuthorization = (headers: Readonly<Record<string, string>>): boolean =>
  Object.keys(headers).some((name) => name.toLowerCase() === "authorization")

interface Authorization {
  readonly value?: string
  /** The headers of a signed request. */
  readonly signature?: Readonly<Record<string, string>>
  /** A token that was fetched, and can be fetched again. */
  readonly refreshable?: AuthProvider
}

const noAuthorization: Authorization = {}

const providerFor = (text: string, credentials: RequestCredentials): AuthProvider | undefined => {
  if (credentials.providers.length === 0) return undefined
  const url = parseHttpUrl(text)
  return url && credentials.providers.find((provider) => appliesTo(provider, url))
}

const hasTls = (provider: AuthProvider): boolean => provider.type !== "unreadable" && provider.tls !== undefined

/** The TLS settings of a request: the connector's, then those of the provider for its host. */
const tlsOf = ({ credentials, url }: CalloutRequest): TlsIdentity | undefined => {
  const provider = credentials.providers.some(hasTls) ? providerFor(url, credentials) : undefined
  return firstOf(credentials.tls, provider?.type === "unreadable" ? undefined : provider?.tls)
}

const failureRecord = (
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

/** One entry a header, in the case of the later one; `Host` is the URL's. */
const merged = (...parts: ReadonlyArray<Readonly<Record<string, string>>>): Readonly<Record<string, string>> => {
  const names = new Map<string, string>()
  const headers: Record<string, string> = {}
  for (const part of parts) {
    for (const name in part) {
      const lower = name.toLowerCase()
      if (lower === "host") continue
      const before = names.get(lower)
      if (before !== undefined && before !== name) delete headers[before]
      names.set(lower, name)
      headers[name] = part[name] ?? ""
    }
  }
  return headers
}

const defaultHeaders = { "content-type": "application/json" }
const noHeaders = {}

const headersOf = (
  request: CalloutRequest,
  attempt: Attempt,
  id: string,
  { signature, value }: Authorization
) =>
  merged(defaultHeaders, request.headers, request.attemptHeaders?.(attempt.attempt) ?? noHeaders, {
    ...(value !== undefined && { authorization: value }),
    ...signature,
    ...(attempt.callbackUrl !== undefined && { [callbackHeader]: attempt.callbackUrl }),
    "idempotency-key": attempt.idempotencyKey,
    // The order is the trace, the attempt the span.
    traceparent: traceparent({ ...ofOrder(attempt.orderId), spanId: spanIdOf(id) })
  })

/** The headers as they are recorded. */
const headersRecord = ({ callbackUrl, redactor }: Attempt, sent: Readonly<Record<string, string>>) => {
  const kept = redactor.headers(sent)
  return callbackUrl === undefined ? kept : { ...kept, [callbackHeader]: redacted }
}

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
  body: bodyRecord(request.body, text, attempt.redactor)
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

/** Redactors of fetched tokens that are kept. */
const maxTokens = 64

export const make = Effect.gen(function*() {
  const outbound = yield* Outbound
  const credentials = yield* Credentials
  const clock = yield* Clock.Clock
  const tokenRedactors = new Map<string, Redactor>()

  const authorize = (request: CalloutRequest): Effect.Effect<Authorization, OutboundError | CredentialsError> => {
    if (hasAuthorization(request.headers)) return Effect.succeed(noAuthorization)
    const { connector } = request.credentials
    if (connector !== undefined) {
      return Effect.succeed({
        value: "bearerToken" in connector
          ? `Bearer ${Redacted.value(connector.bearerToken)}`
          : `Basic ${Base64.encode(`${connector.username}:${Redacted.value(connector.password)}`)}`
      })
    }
    const provider = providerFor(request.url, request.credentials)
    if (provider === undefined) return Effect.succeed(noAuthorization)
    return Effect.map(
      credentials.authorization(provider),
      (value): Authorization =>
        provider.type === "oauth2ClientCredentials" ? { value, refreshable: provider } : { value }
    )
  }

  /** The authorization of a request, and its signature: over the bytes and the time of this attempt. */
  const authorizeAndSign = (request: CalloutRequest, attempt: Attempt, text: string) => {
    const { signingSecret } = request.credentials
    const authorized = authorize(request)
    return signingSecret === undefined ? authorized : Effect.flatMap(
      authorized,
      (authorization) =>
        Effect.map(
          credentials.signature(signingSecret, attempt.idempotencyKey, Utf8.encode(text)),
          (signature): Authorization => ({ ...authorization, signature })
        )
    )
  }

  /** The record of an attempt that may have been open when its process ended. */
  const interrupted = Effect.fnUntraced(function*(request: CalloutRequest, attempt: Attempt) {
    const id = yield* newUuid
    const text = bodyText(request.body, attempt.document)
    const record: CalloutRecord = {
      ...opening(request, attempt, id, clock.currentTimeMillisUnsafe(), text),
      durationMs: 0,
      headers: headersRecord(attempt, headersOf(request, attempt, id, noAuthorization)),
      outcome: "interrupted",
      unknown: true,
      error: { message: "the process ended while this call may have been open" }
    }
    return record
  })

  /** Hides a token that was fetched: it is not among the configured secrets, and a partner may send it back. */
  const ofToken = (authorization: string): Redactor => {
    let redactor = tokenRedactors.get(authorization)
    if (redactor === undefined) {
      redactor = makeRedactor([authorization.slice("Bearer ".length)])
      if (tokenRedactors.size >= maxTokens) tokenRedactors.clear()
      tokenRedactors.set(authorization, redactor)
    }
    return redactor
  }

  const begin = Effect.map(newUuid, (id): Progress => ({
    id,
    startedAt: clock.currentTimeMillisUnsafe(),
    begun: clock.monotonicTimeNanosUnsafe(),
    sending: false
  }))

  const durationOf = ({ begun }: Progress): number => Number(clock.monotonicTimeNanosUnsafe() - begun) / 1e6

  /** The record of an attempt that was interrupted: because the run was halted, or by the plugin that asked for it. */
  const halted = (
    request: CalloutRequest,
    attempt: Attempt,
    progress: Progress,
    halt: InterruptReason | undefined
  ): CalloutRecord => {
    const { id, startedAt, sending } = progress
    return {
      ...opening(request, attempt, id, startedAt, bodyText(request.body, attempt.document)),
      durationMs: durationOf(progress),
      headers: headersRecord(attempt, headersOf(request, attempt, id, noAuthorization)),
      outcome: halt?._tag === "Cancelled" ? "cancelled" : "timed-out",
      ...(sending && { unknown: true as const }),
      error: { message: halt === undefined ? givenUp : attempt.redactor.text(toPluginError(halt).message) }
    }
  }

  /** Sends, once. Interruptible: an interrupted attempt leaves no record but what `halted` makes of it. */
  const exchange = Effect.fnUntraced(function*(request: CalloutRequest, attempt: Attempt, progress: Progress) {
    const { id, startedAt } = progress
    yield* turnFor(attempt.document.text.length)
    const text = bodyText(request.body, attempt.document)
    const authorized = yield* Effect.result(caught(Effect.suspend(() => authorizeAndSign(request, attempt, text))))
    const authorization = Result.isSuccess(authorized) ? authorized.success : noAuthorization
    const headers = headersOf(request, attempt, id, authorization)
    const answered: Result.Result<OutboundResponse, OutboundError | CredentialsError | Defect> = Result.isFailure(
        authorized
      )
      ? Result.fail(authorized.failure)
      : yield* Effect.result(
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
    const common = {
      ...opening(request, attempt, id, startedAt, text),
      durationMs: durationOf(progress),
      headers: headersRecord(attempt, headers)
    }
    if (Result.isFailure(answered)) {
      const failed: Exchanged = {
        record: { ...common, ...failureRecord(answered.failure, progress.sending, attempt.redactor) },
        tokenRefused: false
      }
      return failed
    }

    const response = answered.success
    const judged = response.body.byteLength < largeLength && request.check === undefined
      ? judgementOf(request, response)
      : yield* judgedInTurns(request, response)
    const outcome: Outcome = judged.outcome
    const token = authorization.refreshable === undefined ? undefined : ofToken(authorization.value ?? "")
    const redactor = token === undefined ? attempt.redactor : both(attempt.redactor, token)
    const exchanged: Exchanged = {
      record: {
        ...common,
        response: {
          status: response.status,
          headers: redactor.headers(response.headers),
          body: redactedBody(response, redactor),
          ...(response.truncated && { truncated: true }),
          ...(response.truncated && response.announcedLength !== undefined && { length: response.announcedLength })
        },
        outcome,
        ...errorOf(judged, redactor)
      },
      // What the plugin makes of the answer goes into the order.
      response: token === undefined ? response : { ...response, body: redactedBody(response, token) },
      tokenRefused: response.status === 401 && authorization.refreshable !== undefined
    }
    if (exchanged.tokenRefused && authorization.refreshable !== undefined) {
      yield* credentials.invalidate(authorization.refreshable, authorization.value ?? "")
    }
    return exchanged
  })

  /** Judges an answer that came to the callback URL exactly as the response of the attempt. */
  const judged = Effect.fnUntraced(function*(request: CalloutRequest, attempt: Attempt, answer: CallbackAnswer) {
    const response: OutboundResponse = { status: 200, headers: answer.headers, body: answer.body, truncated: false }
    const judgement = yield* judgedInTurns(request, response)
    const exchanged: Exchanged = {
      record: {
        ...callbackOf(request, attempt, yield* newUuid, answer.at),
        ...(answer.resolution !== undefined && { resolution: answer.resolution }),
        response: {
          status: response.status,
          headers: response.headers,
          body: redactedBody(response, attempt.redactor)
        },
        outcome: judgement.outcome,
        ...errorOf(judgement, attempt.redactor)
      },
      response,
      tokenRefused: false
    }
    return exchanged
  })

  /** The record that no answer came to the callback URL in time. */
  const unanswered = Effect.fnUntraced(function*(request: CalloutRequest, attempt: Attempt, message: string) {
    const record: CalloutRecord = {
      ...callbackOf(request, attempt, yield* newUuid, clock.currentTimeMillisUnsafe()),
      outcome: "timed-out",
      unknown: true,
      error: { message }
    }
    return record
  })

  return { begin, exchange, halted, interrupted, judged, unanswered }
})

export type CalloutAttempt = Effect.Success<typeof make>
