import { assert, describe, it } from "@effect/vitest"
import type { Authentication } from "@sluice/domain/pipeline/AuthProvider"
import { Credentials } from "@sluice/http-client/Credentials"
import { PartnerTurns, TurnNotNear } from "@sluice/http-client/internal/PartnerTurns"
import { OutboundUnreachable } from "@sluice/http-client/Outbound"
import { Signature } from "@sluice/http-client/Signature"
import * as Memory from "@sluice/http-client/testing/OutboundMemory"
import { TokenStore } from "@sluice/http-client/TokenStore"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"

const provider: Authentication = {
  type: "oauth2ClientCredentials",
  tokenUrl: "https://login.example.com/token",
  clientId: "sluice",
  clientSecret: Redacted.make("s3cret&more"),
  scope: "orders"
}

/** Answers the request number `index` with the token `t<index>`. */
const issue = (members: Record<string, unknown> = {}): Memory.OutboundScript => (_, index) =>
  Memory.respond(200, { access_token: `t${index}`, token_type: "Bearer", ...members })

const withScript = (script: Memory.OutboundScript) =>
  Effect.provide(Credentials.layerMemory.pipe(Layer.provideMerge(Memory.layer(script))))

const authorization = Effect.flatMap(Credentials, (credentials) => credentials.authorization(provider))
const invalidate = (value: string) =>
  Effect.flatMap(Credentials, (credentials) => credentials.invalidate(provider, value))
const requestCount = Effect.map(Memory.OutboundMemory, ({ requests }) => requests.length)

describe("Credentials", () => {
  it.effect("fetch a token in the turn of its request, and fail for all who wait where that is not near", () => {
    let isNear = false
    let ended = 0
    const turns = PartnerTurns.of({
      isLimited: (host) => host === "login.example.com",
      take: ({ host }) =>
        isNear
          ? Effect.succeed({ begin: Effect.void, end: Effect.sync(() => void ended++) })
          : Effect.fail(new TurnNotNear({ host, message: "paused" }))
    })
    return Effect.gen(function*() {
      const both = yield* Effect.all([Effect.flip(authorization), Effect.flip(authorization)], { concurrency: 2 })
      assert.deepStrictEqual(both.map(({ _tag }) => _tag), ["TurnNotNear", "TurnNotNear"])
      assert.strictEqual(yield* requestCount, 0)
      isNear = true
      assert.strictEqual(yield* authorization, "Bearer t0")
      assert.strictEqual(ended, 1)
    }).pipe(withScript(issue()), Effect.provideService(PartnerTurns, turns))
  })

  it.effect("writes basic and bearer credentials without a request", () =>
    Effect.gen(function*() {
      const credentials = yield* Credentials
      const basic = credentials.authorization({ type: "basic", username: "Åse", password: Redacted.make("p:w") })
      const bearer = credentials.authorization({ type: "bearer", token: Redacted.make("abc") })
      assert.strictEqual(yield* basic, `Basic ${Buffer.from("Åse:p:w").toString("base64")}`)
      assert.strictEqual(yield* bearer, "Bearer abc")
      assert.strictEqual(yield* requestCount, 0)
    }).pipe(withScript(issue())))

  it.effect("asks for a token with the client-credentials grant", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* authorization, "Bearer t0")
      const [request] = (yield* Memory.OutboundMemory).requests
      assert.deepInclude(request, { method: "POST", url: "https://login.example.com/token" })
      assert.strictEqual(request?.headers["content-type"], "application/x-www-form-urlencoded")
      assert.deepStrictEqual(Object.fromEntries(new URLSearchParams(String(request?.body))), {
        grant_type: "client_credentials",
        client_id: "sluice",
        client_secret: "s3cret&more",
        scope: "orders"
      })
    }).pipe(withScript(issue())))

  it.effect.each([["sluice", "s3cret&more"], ["a:b c", "p%ä+ö:\"'~"]] as const)(
    "identifies the client %s in an Authorization header if configured, each part form-encoded",
    ([clientId, secret]) =>
      Effect.gen(function*() {
        const credentials = yield* Credentials
        const clientSecret = Redacted.make(secret)
        yield* credentials.authorization({ ...provider, clientId, clientSecret, clientAuthentication: "basic" })
        const [request] = (yield* Memory.OutboundMemory).requests
        assert.strictEqual(String(request?.body), "grant_type=client_credentials&scope=orders")
        const [, encoded = ""] = /^Basic (.+)$/.exec(request?.headers["authorization"] ?? "") ?? []
        const parts = Buffer.from(encoded, "base64").toString("latin1").split(":")
        const decoded = parts.map((part) => new URLSearchParams(`x=${part}`).get("x"))
        assert.deepStrictEqual(decoded, [clientId, secret])
      }).pipe(withScript(issue()))
  )

  it.effect("requests a token with the provider's TLS settings, one for each client certificate", () =>
    Effect.gen(function*() {
      const credentials = yield* Credentials
      const identities = ["a", "b", "a"].map((name) => ({
        caCertificate: "ca",
        clientCertificate: name,
        clientKey: Redacted.make("key")
      }))
      for (const tls of identities) yield* credentials.authorization({ ...provider, tls })
      const { requests } = yield* Memory.OutboundMemory
      assert.deepStrictEqual(requests.map(({ tls }) => tls?.clientCertificate), ["a", "b"])
    }).pipe(withScript(issue())))

  it.effect("makes one request for many waiting callers, even if the first of them gives up", () =>
    Effect.gen(function*() {
      const first = yield* Effect.forkChild(authorization, { startImmediately: true })
      const others = yield* Effect.forkChild(
        Effect.all(Array.from({ length: 20 }, () => authorization), { concurrency: 20 }),
        {
          startImmediately: true
        }
      )
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(new Set(yield* Fiber.join(others)), new Set(["Bearer t0"]))
      assert.strictEqual(yield* requestCount, 1)
    }).pipe(
      withScript((_, index) =>
        Effect.delay(Effect.succeed(Memory.respond(200, { access_token: `t${index}` })), "1 second")
      )
    ))

  it.effect("makes one request for two processes of 64 runs each, and one more when the token is refused", () =>
    Effect.gen(function*() {
      const store = Layer.succeed(TokenStore, yield* TokenStore)
      const process = Effect.map(
        Layer.build(Layer.fresh(Credentials.layer).pipe(Layer.provide([store, Signature.layerWebCrypto]))),
        (services) => Context.get(services, Credentials)
      )
      const processes = [yield* process, yield* process]
      const ofAll = Effect.gen(function*() {
        const asked = processes.flatMap((credentials) =>
          Array.from({ length: 64 }, () => credentials.authorization(provider))
        )
        const all = yield* Effect.forkChild(Effect.all(asked, { concurrency: "unbounded" }), { startImmediately: true })
        yield* TestClock.adjust("2 seconds")
        return [...new Set(yield* Fiber.join(all))]
      })
      assert.deepStrictEqual(yield* ofAll, ["Bearer t0"])
      assert.strictEqual(yield* requestCount, 1)
      yield* Effect.forEach(processes, (credentials) => credentials.invalidate(provider, "Bearer t0"))
      assert.deepStrictEqual(yield* ofAll, ["Bearer t1"])
      assert.strictEqual(yield* requestCount, 2)
    }).pipe(
      Effect.scoped,
      Effect.provide(
        TokenStore.layerMemory.pipe(
          Layer.provideMerge(
            Memory.layer((_, index) =>
              Effect.delay(Effect.succeed(Memory.respond(200, { access_token: `t${index}` })), "1 second")
            )
          )
        )
      )
    ))

  it.effect.each([[3600, 3569, 3571], ["3600", 3569, 3571], [20, 9, 11]] as const)(
    "keeps a token of %s s for %s s and not for %s s",
    ([expires_in, kept, given_up]) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* authorization, "Bearer t0")
        yield* TestClock.adjust(kept * 1000)
        assert.strictEqual(yield* authorization, "Bearer t0")
        yield* TestClock.adjust((given_up - kept) * 1000)
        assert.strictEqual(yield* authorization, "Bearer t1")
      }).pipe(withScript(issue({ expires_in })))
  )

  it.effect.each([undefined, null, "soon", "", " ", "1e3", "-1", -1, true, [3600], { seconds: 3600 }, 1e300, "0x10"])(
    "keeps a token whose expires_in is %j until it is rejected",
    (expires_in) =>
      Effect.gen(function*() {
        yield* authorization
        yield* TestClock.adjust("365 days")
        assert.strictEqual(yield* authorization, "Bearer t0")
        yield* invalidate("Bearer t0")
        assert.strictEqual(yield* authorization, "Bearer t1")
      }).pipe(withScript(issue(expires_in === undefined ? {} : { expires_in })))
  )

  it.effect("fetches one new token when many requests are rejected with the old one", () =>
    Effect.gen(function*() {
      const used = yield* authorization
      const retry = Effect.andThen(invalidate(used), authorization)
      const values = yield* Effect.all(Array.from({ length: 20 }, () => retry), { concurrency: 20 })
      // One that comes late, with the old token, must not throw the new one away.
      yield* invalidate(used)
      assert.deepStrictEqual(new Set([...values, yield* authorization]), new Set(["Bearer t1"]))
      assert.strictEqual(yield* requestCount, 2)
    }).pipe(withScript(issue())))

  it.effect.each(
    [
      [
        Memory.respond(401, { error: "invalid_client", error_description: "bad s3cret&more" }),
        "401: invalid_client: bad [redacted]"
      ],
      [
        Memory.respond(400, { error: "invalid_request", error_description: "client_secret=s3cret%26more&x=1" }),
        "400: invalid_request: client_secret=[redacted]&x=1"
      ],
      [
        Memory.respond(400, "{\"error\":\"invalid_client\",\"error_description\":\"s3cret\\u0026more\"}"),
        "400: invalid_client: [redacted]"
      ],
      [
        Memory.respond(400, { error: "x".repeat(291), error_description: "s3cret&more" }),
        `400: ${"x".repeat(291)}: [redact`
      ],
      [Memory.respond(200, { error: "nope" }), "200: nope"],
      [Memory.respond(200, "<html>"), "200: no token"],
      [Memory.respond(200, { access_token: "a\r\nx: 1" }), "200: no token"],
      [Memory.respond(302, "", { location: "/" }), "302: no token"]
    ] as const
  )("fails with a typed error on %#, and tries again next time", ([answer, message]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(authorization)
      assert.deepInclude(error, { _tag: "TokenRefused", message: `Token endpoint answered ${message}` })
      assert.strictEqual(yield* authorization, "Bearer t1")
    }).pipe(withScript((request, index) => index === 0 ? answer : issue()(request, index))))

  it.effect("reports that the request itself was not sent if the token endpoint is unreachable", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(authorization)
      assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "reset", sent: false })
    }).pipe(withScript(() => new OutboundUnreachable({ code: "reset", message: "gone", sent: true }))))

  it.effect("gives up on a silent token endpoint after 10 s", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Effect.flip(authorization), { startImmediately: true })
      yield* TestClock.adjust("10 seconds")
      assert.deepInclude(yield* Fiber.join(fiber), { _tag: "OutboundTimedOut", sent: false })
    }).pipe(withScript(() => Effect.never)))
})
