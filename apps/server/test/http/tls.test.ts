/** Private authorities and client certificates, from the settings to the wire. Contract: sections 2, 4 and 5. */
import { assert, layer } from "@effect/vitest"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import * as LoopbackServer from "@sluice/http-client/internal/testing/LoopbackServer"
import { authority } from "@sluice/http-client/testing/Certificates"
import { Context, Effect, Layer } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TLSSocket } from "node:tls"
import { type Answer, Sluice } from "../support/Sluice.ts"

/** The authority of SLUICE_CA_CERTS, the partner's own one, and an unknown one. */
const shared = authority("Shared authority")
const partners = authority("Partner's authority")
const strangers = authority("A stranger's authority")
const client = partners.issue({ hosts: ["sluice.example"] })

const identity = {
  caCertificate: partners.certificate,
  clientCertificate: client.certificate,
  clientKey: client.key
}

interface Received {
  readonly path: string
  /** The issuer of the client's certificate. */
  readonly issuer: string | undefined
}

/** A partner that speaks to those only who show a certificate of its authority. */
class SecurePartner extends Context.Service<SecurePartner, {
  readonly url: string
  readonly received: ReadonlyArray<Received>
}>()("@sluice/server/test/SecurePartner") {
  static readonly layer = Layer.effect(
    SecurePartner,
    Effect.gen(function*() {
      const { certificate, key } = partners.issue()
      const received: Array<Received> = []
      const options = { cert: certificate, key, ca: partners.certificate, requestCert: true, rejectUnauthorized: true }
      const server = createServer(options, (request, response) => {
        const { issuer } = (request.socket as TLSSocket).getPeerCertificate()
        received.push({ path: request.url ?? "", issuer: issuer?.CN?.toString() })
        request.resume().on("end", () => {
          const said = request.url === "/token" ? { access_token: "a-token-of-the-test", token_type: "Bearer" } : {}
          response.writeHead(request.url === "/refuses" ? 404 : 200, { "content-type": "application/json" })
          response.end(JSON.stringify(said))
        })
      })
      server.on("tlsClientError", () => {})
      return { url: `https://127.0.0.1:${yield* LoopbackServer.listen(server)}`, received }
    })
  )
}

const sluice = Layer.unwrap(
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const directory = mkdtempSync(join(tmpdir(), "sluice-tls-"))
        writeFileSync(join(directory, "ca.pem"), `# Ours\n${shared.certificate}`)
        return directory
      }),
      (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
    ),
    (directory) => Sluice.layer({ SLUICE_CA_CERTS: join(directory, "ca.pem") })
  )
)

const put = Effect.fnUntraced(function*(path: string, body: Json) {
  const { ask } = yield* Sluice
  const answer = yield* ask("PUT", path, { body })
  assert.isBelow(answer.status, 300, answer.text)
  return answer
})

const processed = Effect.fnUntraced(function*(orderType: string, pipeline: JsonObject) {
  const { ask } = yield* Sluice
  yield* put(`/v1/pipelines/${orderType}`, { match: { orderTypes: [orderType] }, ...pipeline })
  const { json, text } = yield* ask("POST", "/v1/orders", { headers: { prefer: "wait=20" }, body: { orderType } })
  assert.isDefined(json?.processEvent, text)
  return json.processEvent
})

const workflowStep = (connectorId: string) => ({ name: "WebhookWorkflowStep", ConnectorId: connectorId })

/** The first delivery that the filter finds, once it is as `isThere` says. */
const delivery = Effect.fnUntraced(function*(filter: string, isThere: (shown: any) => boolean) {
  const { ask } = yield* Sluice
  for (let tries = 0; tries < 400; tries++) {
    const [found] = (yield* ask("GET", `/v1/deliveries?${filter}`)).json.items
    const shown = found === undefined ? undefined : (yield* ask("GET", `/v1/deliveries/${found.id}`)).json
    if (shown !== undefined && isThere(shown)) return shown
    yield* Effect.sleep("25 millis")
  }
  return yield* Effect.die(`no delivery of ${filter} came so far`)
})

const delivered = (filter: string) => delivery(filter, ({ state }) => state === "delivered")
const attempted = (filter: string) => delivery(filter, ({ attempts }) => attempts.length > 0)

layer(Layer.merge(sluice, SecurePartner.layer), { excludeTestServices: true })("TLS to partners", (it) => {
  it.effect("a connector's authority and client certificate are those of its requests, and of no others", () =>
    Effect.gen(function*() {
      const { received, url } = yield* SecurePartner
      yield* put("/v1/connectors/known", { Name: "Webhook", ConnectorId: "known", Host: `${url}/known`, ...identity })
      const { clientCertificate: _, clientKey: __, ...anonymous } = identity
      yield* put("/v1/connectors/anonymous", {
        Name: "Webhook",
        ConnectorId: "anonymous",
        Host: `${url}/anonymous`,
        ...anonymous
      })
      yield* put("/v1/connectors/stranger", { Name: "Webhook", ConnectorId: "stranger", Host: `${url}/stranger` })
      const good = yield* processed("CONNECTOR", { steps: [workflowStep("known")] })
      assert.strictEqual(good.steps[0].state, "succeeded", JSON.stringify(good.steps[0]))
      assert.deepStrictEqual(
        received.filter(({ path }) => path === "/known").map(({ issuer }) => issuer?.startsWith("Partner's authority")),
        [true]
      )
      // One attempt of a callout, where a workflow step would retry for 21 s.
      const bad = yield* processed("STRANGER", {
        steps: [{ name: "calloutPlugin", options: { endpoint: `${url}/stranger` } }]
      })
      const [{ callouts: [record], state }] = bad.steps
      assert.strictEqual(state, "failed")
      assert.deepInclude(record, { outcome: "unreachable" })
      assert.strictEqual(record.error.code, "tls")
      assert.match(record.error.message, /authority that is not trusted: give its authority as caCertificate/)
      assert.isUndefined(record.unknown)
    }))

  it.effect("an auth provider's are those of the token request, callouts, compensations, exports and webhooks", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const { received, url } = yield* SecurePartner
      yield* put("/v1/auth-providers/partner", {
        domain: new URL(url).host,
        type: "oauth2ClientCredentials",
        tokenUrl: `${url}/token`,
        clientId: "sluice",
        clientSecret: "a-secret-of-the-test",
        ...identity
      })
      const run = yield* processed("PROVIDER", {
        steps: [
          { name: "calloutPlugin", options: { endpoint: `${url}/callout` }, compensate: { endpoint: `${url}/undo` } },
          { name: "ExportOrder", Properties: [{ Key: "Host", Value: `${url}/export` }] },
          {
            name: "calloutPlugin",
            id: "refused",
            critical: true,
            options: { endpoint: `${url}/refuses`, shouldRejectOn: { status: [404] } }
          }
        ]
      })
      assert.strictEqual(run.state, "failed", JSON.stringify(run))
      yield* delivered(`orderId=${run.orderId}&type=export`)
      yield* processed("POST", {
        steps: [],
        postProcessing: [{ name: "webhook", options: { endpoint: `${url}/post` } }]
      })
      yield* delivered("type=postProcessing")
      for (const path of ["/token", "/callout", "/undo", "/refuses", "/export", "/post"]) {
        const found = received.filter((one) => one.path === path)
        assert.lengthOf(found, 1, path)
        assert.match(found[0]?.issuer ?? "", /^Partner's authority/, path)
      }
      yield* ask("DELETE", "/v1/auth-providers/partner")
    }))

  it.effect("those in an endpoint's auth are those of its deliveries", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const { received, url } = yield* SecurePartner
      const endpoint = (path: string, tls: JsonObject) =>
        ask("POST", "/v1/webhook-endpoints", {
          body: { url: `${url}${path}`, types: ["order.submitted"], auth: { type: "bearer", token: "t", ...tls } }
        })
      const good = yield* endpoint("/hook", identity)
      const bad = yield* endpoint("/unknown", { caCertificate: partners.certificate })
      assert.deepStrictEqual([good.status, bad.status], [201, 201], good.text + bad.text)
      yield* put("/v1/pipelines/hook", { match: { orderTypes: ["NEW_ORDER"] }, steps: [] })
      yield* ask("POST", "/v1/orders", { headers: { prefer: "wait=20" }, body: { orderType: "NEW_ORDER" } })
      yield* delivered(`endpointId=${good.json.id}`)
      assert.match(received.find(({ path }) => path === "/hook")?.issuer ?? "", /^Partner's authority/)
      const { attempts: [attempt] } = yield* attempted(`endpointId=${bad.json.id}`)
      assert.include(["tls", "reset"], attempt.error.code)
      yield* Effect.forEach([good, bad], ({ json }) => ask("DELETE", `/v1/webhook-endpoints/${json.id}`))
    }))

  it.effect("the key is a secret: it is never read back, [redacted] keeps it, and only where it still belongs", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const other = partners.issue()
      const documents: ReadonlyArray<readonly [path: string, (tls: JsonObject) => JsonObject, at: string]> = [
        ["/v1/connectors/kept", (tls) => ({ Name: "Webhook", Host: "https://a.example.com", ...tls }), ""],
        ["/v1/auth-providers/kept", (tls) => ({ domain: "a.example.com", type: "bearer", token: "t", ...tls }), ""],
        ["/v1/webhook-endpoints/kept", (tls) => ({
          url: "https://a.example.com",
          types: ["*"],
          auth: { type: "bearer", token: "t", ...tls }
        }), "auth."]
      ]
      const shownIn = ({ json }: Answer) => json.auth ?? json
      for (const [path, document, at] of documents) {
        const first = yield* put(path, document(identity))
        assert.strictEqual(shownIn(first).clientKey, "[redacted]")
        const got = yield* ask("GET", path)
        assert.strictEqual(shownIn(got).clientCertificate, identity.clientCertificate)
        assert.notInclude(got.text, "PRIVATE KEY")
        const again = yield* put(path, document({ ...identity, clientKey: "[redacted]" }))
        assert.strictEqual(again.json.version, first.json.version)
        for (
          const [tls, fault, words] of [
            [{ ...identity, clientCertificate: other.certificate, clientKey: "[redacted]" }, "clientKey", /not belong/],
            [{ ...identity, clientCertificate: other.certificate }, "clientKey", /not belong/],
            [{ clientKey: identity.clientKey }, "clientCertificate", /is missing/],
            [{ clientCertificate: identity.clientCertificate }, "clientKey", /is missing/],
            [{ caCertificate: "mine" }, "caCertificate", /is no PEM certificate/]
          ] as const
        ) {
          const refused = yield* ask("PUT", path, { body: document(tls) })
          assert.strictEqual(refused.status, 400, refused.text)
          const found = refused.json.errors.find((one: { readonly path: string }) => one.path === at + fault)
          assert.match(found?.message ?? "", words, refused.text)
          assert.notInclude(refused.text, "PRIVATE KEY")
        }
      }
      const audit = yield* ask("GET", "/v1/audit?limit=100")
      assert.notInclude(audit.text, "PRIVATE KEY")
    }))

  it.effect("the authorities of SLUICE_CA_CERTS are trusted everywhere, beside the common ones", () =>
    Effect.gen(function*() {
      const serve = Effect.fnUntraced(function*({ certificate, key }: { certificate: string; key: string }) {
        const server = createServer({ cert: certificate, key }, (_, response) => response.end("{}"))
        server.on("tlsClientError", () => {})
        return `https://127.0.0.1:${yield* LoopbackServer.listen(server)}/`
      })
      const good = yield* serve(shared.issue())
      const bad = yield* serve(strangers.issue())
      const run = yield* processed("SHARED", {
        steps: [good, bad].map((endpoint) => ({ name: "calloutPlugin", options: { endpoint } }))
      })
      assert.deepStrictEqual(
        run.steps.map(({ callouts: [record], state }: any) => [state, record.error?.code]),
        [["succeeded", undefined], ["failed", "tls"]]
      )
    }))
})
