/**
 * Tests a connector or an auth provider by one harmless request: GET or HEAD, with the credentials, headers, TLS
 * settings, address guard and partner limits of a run's request. A token is fetched past the cache and kept nowhere. The
 * request counts for no circuit breaker. The body of a success is not shown: it may hold the partner's data.
 *
 * ```
 * plan (what would be sent, or why it cannot be) ──► run: token, if the credentials are a grant ──► GET or HEAD
 * ```
 */
import { receivedText, redactedBody } from "@sluice/domain/internal/decode/ReceivedText"
import { parseHttpUrl } from "@sluice/domain/internal/decode/Url"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import type { ConnectionTest, RequestTest, TokenTest } from "@sluice/domain/internal/pipeline/ConnectionTest"
import { redactUrl } from "@sluice/domain/internal/redaction/UrlSecrets"
import type { Authentication } from "@sluice/domain/pipeline/AuthProvider"
import { both, makeRedactor, type Redactor } from "@sluice/domain/redaction/Redaction"
import { Credentials } from "@sluice/http-client/Credentials"
import { PartnerTurns, type PartnerTurnsService } from "@sluice/http-client/internal/PartnerTurns"
import { type ClientCredentials, fetchToken } from "@sluice/http-client/internal/TokenRequest"
import { Outbound, type OutboundError, type OutboundResponse } from "@sluice/http-client/Outbound"
import { Clock, Context, Effect, Layer, Result } from "effect"
import { Settings } from "../settings/Settings.ts"
import { redactorOf } from "../steps/StepRedaction.ts"
import {
  ConnectionUnknown,
  ofConnector,
  ofProvider,
  type Planned,
  type TestError,
  type TestRequest
} from "./ConnectionPlan.ts"
import { verdictOf } from "./ConnectionVerdict.ts"

/** The time for the request, in milliseconds; a token has 10 s of its own. */
const timeoutMs = 10_000

/** The bytes of an answer that are read. */
const readBytes = 16 * 1024

/** The characters of an answer that are shown. */
const shownCharacters = 1_000

/** A test that was planned and can be made. */
export interface PlannedTest {
  readonly method: string
  /** The address of the request, redacted; that of the token request where no other is made. */
  readonly url: string
  readonly run: Effect.Effect<ConnectionTest>
}

interface Tools {
  readonly outbound: Outbound["Service"]
  readonly credentials: Credentials["Service"]
  readonly turns: PartnerTurnsService
  readonly clock: Clock.Clock
}

const sinceMs = ({ clock }: Tools, begun: bigint): number => Number(clock.monotonicTimeNanosUnsafe() - begun) / 1e6

const testToken = Effect.fnUntraced(function*(tools: Tools, grant: ClientCredentials, redactor: Redactor) {
  const begun = tools.clock.monotonicTimeNanosUnsafe()
  const fetched = yield* Effect.result(fetchToken(tools.outbound, tools.turns, grant))
  const common = { method: "POST", url: redactor.text(redactUrl(grant.tokenUrl)), durationMs: sinceMs(tools, begun) }
  if (Result.isSuccess(fetched)) {
    const { expiresInSeconds, status, token } = fetched.success
    const test: TokenTest = { ...common, status, ...(expiresInSeconds !== undefined && { expiresInSeconds }) }
    return { test, token }
  }
  const { failure } = fetched
  const status = failure._tag === "TokenRefused" ? failure.status : undefined
  const message = redactor.text(
    failure._tag === "TurnNotNear" ? `nothing was sent: it ${failure.message}` : failure.message
  )
  const code = failure._tag === "OutboundUnreachable" ? { code: failure.code } : {}
  const test: TokenTest = { ...common, ...(status !== undefined && { status }), error: { message, ...code } }
  return { test, token: undefined }
})

const failureText = (error: OutboundError): string =>
  error._tag === "OutboundTimedOut" ? `no answer within ${timeoutMs / 1000} s` : error.message

const answerOf = (response: OutboundResponse, redactor: Redactor): Partial<RequestTest> => {
  const headers = redactor.headers(response.headers)
  const { "content-type": contentType, location } = headers
  const isSuccess = response.status < 300
  const body = isSuccess
    ? ""
    : (receivedText({ ...response, body: redactedBody(response, redactor) }) ?? "").slice(0, shownCharacters)
  return {
    status: response.status,
    ...(contentType !== undefined && { contentType }),
    ...(location !== undefined && !isSuccess && { location: redactUrl(location) }),
    ...(body !== "" && { body })
  }
}

/** The authorization of the request: the token that was just fetched, or what takes no request of its own. */
const authorizationOf = (
  { credentials }: Tools,
  authentication: Authentication | undefined,
  token: string | undefined
): Effect.Effect<string | undefined> => {
  if (token !== undefined) return Effect.succeed(`Bearer ${token}`)
  // Only a grant needs a request, and its token has been fetched.
  return authentication === undefined ? Effect.undefined : Effect.orDie(credentials.authorization(authentication))
}

const testRequest = Effect.fnUntraced(function*(
  tools: Tools,
  request: NonNullable<Planned["request"]>,
  token: string | undefined,
  configured: Redactor
) {
  const { credentials, outbound, turns } = tools
  const { authentication, method, signingSecret, tls, url } = request
  const redactor = token === undefined ? configured : both(configured, makeRedactor([token]))
  const authorization = yield* authorizationOf(tools, authentication, token)
  const signature = signingSecret === undefined
    ? {}
    : yield* credentials.signature(signingSecret, `test-${yield* newUuid}`, new Uint8Array())
  const headers = { ...request.headers, ...(authorization !== undefined && { authorization }), ...signature }
  const host = parseHttpUrl(url)?.host ?? ""
  const begun = tools.clock.monotonicTimeNanosUnsafe()
  const exchange = outbound.exchange({ method, url, headers, timeoutMs, maxBytes: readBytes, tls })
  const answered = yield* Effect.result(
    turns.isLimited(host)
      ? Effect.acquireUseRelease(
        turns.take({ host, line: "test", released: true }),
        ({ begin }) => Effect.andThen(begin, exchange),
        ({ end }) => end
      )
      : exchange
  )
  const common = {
    method,
    url: redactor.text(redactUrl(url)),
    credentials: request.credentials,
    durationMs: sinceMs(tools, begun)
  }
  if (Result.isSuccess(answered)) {
    const test: RequestTest = { ...common, ...answerOf(answered.success, redactor) }
    return test
  }
  const { failure } = answered
  const message = failure._tag === "TurnNotNear" ? `nothing was sent: it ${failure.message}` : failureText(failure)
  const code = failure._tag === "OutboundUnreachable" ? { code: failure.code } : {}
  const test: RequestTest = { ...common, error: { message: redactor.text(message), ...code } }
  return test
})

const run = Effect.fnUntraced(function*(tools: Tools, { grant, request }: Planned, redactor: Redactor) {
  const fetched = grant === undefined ? undefined : yield* testToken(tools, grant, redactor)
  const isSent = request !== undefined && (fetched === undefined || fetched.token !== undefined)
  const asked = isSent ? yield* testRequest(tools, request, fetched?.token, redactor) : undefined
  const made = {
    ...(fetched !== undefined && { token: fetched.test }),
    ...(asked !== undefined && { request: asked })
  }
  const result: ConnectionTest = { ...verdictOf(made), ...made }
  return result
})

const make = Effect.gen(function*() {
  const settings = yield* Settings
  const tools: Tools = {
    outbound: yield* Outbound,
    credentials: yield* Credentials,
    turns: yield* PartnerTurns,
    clock: yield* Clock.Clock
  }

  const planned = (plan: Planned): PlannedTest => {
    const redactor = redactorOf(settings.current().secrets)
    const { grant, request } = plan
    const [method, url] = request === undefined ? ["POST", grant?.tokenUrl ?? ""] : [request.method, request.url]
    return { method, url: redactor.text(redactUrl(url)), run: run(tools, plan, redactor) }
  }

  const connector: Tests["connector"] = Effect.fnUntraced(function*(id, request) {
    const { authProviders, connectors } = settings.current()
    const found = connectors.find((one) => one.id === id)
    if (found === undefined) return yield* new ConnectionUnknown({ id })
    return planned(yield* Effect.fromResult(ofConnector(found, authProviders, request)))
  })

  const authProvider: Tests["authProvider"] = Effect.fnUntraced(function*(name, request) {
    const found = settings.current().authProviders.find((one) => one.name === name)
    if (found === undefined) return yield* new ConnectionUnknown({ id: name })
    return planned(yield* Effect.fromResult(ofProvider(found, request)))
  })

  return TestConnection.of({ connector, authProvider })
})

interface Tests {
  /** Plans the test of the connector under the address `id`; running the plan makes the request. */
  readonly connector: (id: string, request: TestRequest) => Effect.Effect<PlannedTest, TestError>
  /** Plans the test of the auth provider `name`: of a grant's token, or of a request to its domain. */
  readonly authProvider: (name: string, request: TestRequest) => Effect.Effect<PlannedTest, TestError>
}

export class TestConnection extends Context.Service<TestConnection, Tests>()("@sluice/engine/TestConnection") {
  static readonly layer = Layer.effect(TestConnection, Effect.suspend(() => make))
}
