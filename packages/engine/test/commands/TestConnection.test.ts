/** Tests of connectors and auth providers: what is sent, to whom, and what is said of the answer. */
import { assert, describe, it } from "@effect/vitest"
import type { RequestTest } from "@sluice/domain/internal/pipeline/ConnectionTest"
import type { AuthProvider } from "@sluice/domain/pipeline/AuthProvider"
import type { Connector } from "@sluice/domain/pipeline/Connector"
import { verdictOf } from "@sluice/engine/internal/commands/ConnectionVerdict"
import { TestConnection } from "@sluice/engine/internal/commands/TestConnection"
import { Settings } from "@sluice/engine/settings/Settings"
import { Credentials } from "@sluice/http-client/Credentials"
import { PartnerTurns, TurnNotNear } from "@sluice/http-client/internal/PartnerTurns"
import { OutboundUnreachable } from "@sluice/http-client/Outbound"
import * as Memory from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer, Redacted } from "effect"

const token = "a-fetched-token-of-the-test"
const bearer = "a-bearer-token-of-the-test"

const connector: Connector = {
  name: "Webhook",
  host: "https://partner.example/api?key=in-the-query",
  bearerToken: Redacted.make(bearer),
  customHeaders: { "X-Shop": "one" },
  allowedHosts: ["https://second.example"]
}

const grant: AuthProvider = {
  name: "login",
  domain: "partner.example",
  type: "oauth2ClientCredentials",
  tokenUrl: "https://login.example/token",
  clientId: "sluice",
  clientSecret: Redacted.make("a-client-secret")
}

const basic: AuthProvider = {
  name: "plain",
  domain: "plain.example:8443",
  type: "basic",
  username: "u",
  password: Redacted.make("a-password")
}

const { bearerToken: _, ...open } = connector

const world = (script: Memory.OutboundScript) =>
  TestConnection.layer.pipe(
    Layer.provide(Credentials.layerMemory),
    Layer.provideMerge(Memory.layer(script)),
    Layer.provide(Layer.succeed(Settings, {
      current: () => ({
        pipelines: [],
        connectors: [
          { id: "own", connector },
          { id: "open", connector: open },
          { id: "sealed", connector, unreadable: "bearerToken cannot be opened" }
        ],
        authProviders: [grant, basic, { name: "sealed", domain: "x.example", type: "unreadable", message: "sealed" }],
        secrets: [bearer, "a-client-secret", "a-password", "in-the-query"]
      }),
      pipeline: () => Effect.undefined
    }))
  )

const requests = Effect.map(Memory.OutboundMemory, ({ requests }) => requests)

const run = (kind: "connector" | "authProvider", id: string, asked: { method?: "GET" | "HEAD"; url?: string } = {}) =>
  Effect.flatMap(TestConnection, (tests) => Effect.flatMap(tests[kind](id, asked), ({ run }) => run))

describe("TestConnection", () => {
  it.effect("sends one GET with the connector's credentials, headers and address", () =>
    Effect.gen(function*() {
      const result = yield* run("connector", "own")
      const [request, ...others] = yield* requests
      assert.lengthOf(others, 0)
      assert.deepInclude(request, { method: "GET", url: connector.host })
      assert.deepInclude(request?.headers, { authorization: `Bearer ${bearer}`, "x-shop": "one" })
      assert.isUndefined(request?.body)
      assert.isTrue(result.ok)
      assert.isUndefined(result.request?.body, "the body of a success may hold the partner's data")
      assert.notInclude(JSON.stringify(result), "in-the-query")
      assert.include(result.summary, "answered 200 to GET with the connector's bearer token")
    }).pipe(Effect.provide(world(() => Memory.respond(200, { orders: ["private"] })))))

  it.effect("fetches a token past the cache for a host with an auth provider, and sends it without showing it", () =>
    Effect.gen(function*() {
      yield* run("connector", "open")
      const result = yield* run("connector", "open")
      const urls = (yield* requests).map(({ url }) => url)
      assert.deepStrictEqual(urls, [grant.tokenUrl, open.host, grant.tokenUrl, open.host])
      assert.strictEqual((yield* requests)[3]?.headers["authorization"], `Bearer ${token}`)
      assert.deepInclude(result.token, { status: 200, expiresInSeconds: 60 })
      assert.include(result.summary, "gave a token with 200")
      assert.include(result.summary, "auth provider login: the partner refused the credentials")
      assert.notInclude(JSON.stringify(result), token)
      assert.include(result.request?.body, "[redacted]")
      assert.isFalse(result.ok)
    }).pipe(Effect.provide(world(({ url }) =>
      url === grant.tokenUrl
        ? Memory.respond(200, { access_token: token, expires_in: 60 })
        : Memory.respond(401, `no: ${token}`)
    ))))

  it.effect("tests a grant by its token alone, and says what the provider answered", () =>
    Effect.gen(function*() {
      const result = yield* run("authProvider", "login")
      assert.lengthOf(yield* requests, 1)
      assert.isFalse(result.ok)
      assert.isUndefined(result.request)
      assert.include(result.summary, "Token endpoint answered 400: invalid_client: no such client")
    }).pipe(
      Effect.provide(world(() => Memory.respond(400, { error: "invalid_client", error_description: "no such client" })))
    ))

  it.effect("asks the domain of a provider whose credentials need no token", () =>
    Effect.gen(function*() {
      const result = yield* run("authProvider", "plain", { method: "HEAD" })
      const [request] = yield* requests
      assert.deepInclude(request, { method: "HEAD", url: "https://plain.example:8443/" })
      assert.match(request?.headers["authorization"] ?? "", /^Basic /)
      assert.isTrue(result.ok)
    }).pipe(Effect.provide(world(() => Memory.respond(204)))))

  it.effect.each<readonly [kind: "connector" | "authProvider", id: string, url: string]>([
    ["connector", "own", "https://stranger.example/"],
    ["connector", "own", "http://partner.example/api"],
    ["connector", "own", "https://partner.example:444/"],
    ["connector", "own", "https://user:pass@partner.example/"],
    ["connector", "own", "/api"],
    ["authProvider", "plain", "https://plain.example/"],
    ["authProvider", "login", "https://login.example/"]
  ])("refuses to send the credentials of %s %s to %s", ([kind, id, url]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(run(kind, id, { url }))
      assert.strictEqual(error._tag, "TestUrlRefused")
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(world(() => Memory.respond(200)))))

  it.effect("sends nothing for a setting that is unknown or whose secrets do not open", () =>
    Effect.gen(function*() {
      const tags = yield* Effect.forEach(
        [["connector", "none"], ["connector", "sealed"], ["authProvider", "none"], ["authProvider", "sealed"]] as const,
        ([kind, id]) => Effect.map(Effect.flip(run(kind, id)), ({ _tag }) => _tag)
      )
      assert.deepStrictEqual(tags, [
        "ConnectionUnknown",
        "ConnectionUnreadable",
        "ConnectionUnknown",
        "ConnectionUnreadable"
      ])
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(world(() => Memory.respond(200)))))

  it.effect("sends nothing to a paused partner, and says so", () => {
    const turns = PartnerTurns.of({
      isLimited: () => true,
      take: ({ host }) => Effect.fail(new TurnNotNear({ host, message: `waits because partner ${host} is paused` }))
    })
    return Effect.gen(function*() {
      const result = yield* run("connector", "own")
      assert.isFalse(result.ok)
      assert.include(result.summary, "nothing was sent: it waits because partner partner.example is paused")
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(world(() => Memory.respond(200))), Effect.provideService(PartnerTurns, turns))
  })

  it.effect("says why no answer came, with its code", () =>
    Effect.gen(function*() {
      const result = yield* run("connector", "own", { url: "https://second.example/" })
      assert.deepStrictEqual(result.request?.error, { message: "no such host", code: "dns" })
      assert.include(result.summary, "no such host")
    }).pipe(
      Effect.provide(world(() => new OutboundUnreachable({ code: "dns", message: "no such host", sent: false })))
    ))

  it.each<readonly [status: number, credentials: string, ok: boolean, says: string]>([
    [204, "none", true, "answered 204 to GET without credentials"],
    [302, "c", false, "redirects are never followed, so write https://x.example/login into the setting"],
    [401, "none", false, "the partner wants credentials"],
    [403, "c", false, "the partner refused the credentials"],
    [404, "c", true, "this address does not take GET, or is wrong"],
    [405, "c", true, "this address does not take GET, or is wrong"],
    [429, "c", true, "did not refuse the credentials"],
    [503, "c", false, "is reached and fails"]
  ])("an answer %i with credentials %s is ok: %s, and the summary says %s", (status, credentials, ok, says) => {
    const request: RequestTest = {
      method: "GET",
      url: "https://x.example/",
      credentials,
      durationMs: 1,
      status,
      location: "https://x.example/login"
    }
    const verdict = verdictOf({ request })
    assert.strictEqual(verdict.ok, ok)
    assert.include(verdict.summary, says)
  })
})
