/** Requests of steps that carry the signature of their `signingSecret`. Contract: section 4, the last [2]. */
import { assert, layer } from "@effect/vitest"
import type { JsonObject } from "@sluice/domain/json/Json"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { createHmac } from "node:crypto"
import type { ServerResponse } from "node:http"
import { Webhook } from "standardwebhooks"
import { type Asked, Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

const secretOf = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString("base64")}`
const secrets = { call: secretOf(1), undo: secretOf(2), workflow: secretOf(3), probe: secretOf(4) }

/** Fails unless the request is signed with the secret, under its idempotency key. */
const assertSigned = (secret: string, { body, headers, method, path }: Asked) => {
  assert.strictEqual(headers["webhook-id"], headers["idempotency-key"], `${method} ${path}`)
  if (body !== "") return void new Webhook(secret).verify(body, headers as Record<string, string>)
  // The verifier reads the body as JSON, and a probe has none.
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`
  const tag = createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64")).update(signed).digest("base64")
  assert.strictEqual(headers["webhook-signature"], `v1,${tag}`, `${method} ${path}`)
}

const world = Partner.layer.pipe(Layer.provideMerge(Sluice.layer()))

layer(world, { excludeTestServices: true })("a signingSecret", (it) => {
  /** A pipeline whose run asks every address at least once, and ends compensated. */
  const configure = Effect.gen(function*() {
    const { ask } = yield* Sluice
    const { url } = yield* Partner
    const connector = {
      Name: "Webhook",
      ConnectorId: "signs",
      Host: `${url}/workflow`,
      SigningSecret: secrets.workflow
    }
    const steps = [
      {
        name: "calloutPlugin",
        id: "call",
        options: {
          endpoint: `${url}/call`,
          shouldRejectOn: { status: [500] },
          retry: { delaysMs: [10, 10] },
          signingSecret: secrets.call
        },
        compensate: { endpoint: `${url}/undo`, signingSecret: secrets.undo }
      },
      { name: "WebhookWorkflowStep", Connector: "Webhook", ConnectorId: "signs" },
      {
        name: "calloutPlugin",
        id: "probed",
        options: { endpoint: `${url}/silent`, timeoutValue: 500, retry: { delaysMs: [10] } },
        probe: { endpoint: `${url}/probe`, signingSecret: secrets.probe }
      },
      {
        name: "calloutPlugin",
        id: "refused",
        critical: true,
        options: { endpoint: `${url}/refused`, shouldRejectOn: { status: [200] } }
      }
    ]
    const puts = [
      yield* ask("PUT", "/v1/connectors/signs", { body: connector }),
      yield* ask("PUT", "/v1/pipelines/signs", { body: { match: { orderTypes: ["SIGNS"] }, steps } })
    ]
    for (const put of puts) assert.include([200, 201], put.status, put.text)
    return puts
  })

  /** Requests at a path, oldest first. */
  const sentTo = (path: string) => Effect.map(Partner, ({ asked }) => asked.filter((one) => one.path === path))

  const submit = Effect.fnUntraced(function*() {
    const { ask } = yield* Sluice
    const answer = yield* ask("POST", "/v1/orders", { body: { orderType: "SIGNS" }, headers: { prefer: "wait=20" } })
    assert.strictEqual(answer.status, 200, answer.text)
    return answer
  })

  it.effect("signs every attempt of callouts, workflow steps, probes and compensations under its idempotency key", () =>
    Effect.gen(function*() {
      const partner = yield* Partner
      yield* configure
      const failing = (times: number, status: number) => {
        let asked = 0
        return (_: Asked, response: ServerResponse) =>
          void response.writeHead(asked++ < times ? status : 200, { "content-type": "application/json" }).end("{}")
      }
      partner.answer("/call", failing(2, 500))
      partner.answer("/workflow", failing(1, 500))
      partner.answer("/probe", failing(9, 404))
      let silent = true
      partner.answer("/silent", (_, response) => {
        if (!silent) response.end("{}")
        silent = false
      })
      const answer = yield* submit()
      assert.strictEqual(answer.json.processEvent.state, "failed", answer.text)
      for (
        const [path, secret, attempts] of [
          ["/call", secrets.call, 3],
          ["/workflow", secrets.workflow, 2],
          ["/probe", secrets.probe, 1],
          ["/undo", secrets.undo, 1]
        ] as const
      ) {
        const sent = yield* sentTo(path)
        assert.strictEqual(sent.length, attempts, path)
        for (const one of sent) assertSigned(secret, one)
      }
      for (const path of ["/silent", "/refused"]) {
        for (const { headers } of yield* sentTo(path)) assert.notProperty(headers, "webhook-signature")
      }
      const records = answer.json.processEvent.steps[0].callouts as ReadonlyArray<any>
      assert.deepStrictEqual(
        records.map(({ request }) => request.headers["webhook-signature"]),
        (yield* sentTo("/call")).map(({ headers }) => headers["webhook-signature"]),
        "a record shows the signature that was sent"
      )
      for (const secret of Object.values(secrets)) assert.notInclude(answer.text, secret)
    }))

  it.effect("is sealed, reads redacted, is kept when it is written back, and stays with its address", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const { url } = yield* Partner
      const sql = yield* SqlClient.SqlClient
      const [connector, pipeline] = yield* configure
      for (const { text } of [connector!, pipeline!]) {
        for (const secret of Object.values(secrets)) assert.notInclude(text, secret)
      }
      const documents = sql`SELECT document FROM connectors UNION ALL SELECT document FROM pipeline_versions`
      const stored = JSON.stringify(yield* documents)
      for (const secret of Object.values(secrets)) assert.notInclude(stored, secret)

      const { json: read } = yield* ask("GET", "/v1/pipelines/signs")
      assert.strictEqual(read.steps[0].options.signingSecret, "[redacted]")
      const kept = yield* ask("PUT", "/v1/pipelines/signs", { body: { ...read, priority: 1 } })
      assert.strictEqual(kept.status, 200, kept.text)
      const before = (yield* sentTo("/call")).length
      yield* submit()
      const [again] = (yield* sentTo("/call")).slice(before)
      assertSigned(secrets.call, again!)

      const elsewhere = url.replace("127.0.0.1", "localhost")
      const [first, ...rest] = read.steps
      const moved = (member: "options" | "compensate") => ({
        ...read,
        steps: [{ ...first, [member]: { ...first[member], endpoint: `${elsewhere}/call` } }, ...rest]
      })
      const cases: ReadonlyArray<readonly [string, JsonObject, string]> = [
        ["/v1/pipelines/signs", moved("options"), "steps[0].options.signingSecret"],
        ["/v1/pipelines/signs", moved("compensate"), "steps[0].compensate.signingSecret"],
        ["/v1/connectors/signs", { ...connector!.json, host: `${elsewhere}/workflow` }, "signingSecret"]
      ]
      for (const [path, body, member] of cases) {
        const refused = yield* ask("PUT", path, { body })
        assert.deepStrictEqual([refused.status, refused.json.errors?.[0]?.path], [400, member], refused.text)
        assert.match(refused.text, /write the secret again/)
      }
    }))

  it.effect("that is no whsec_ secret is refused where it stands", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const endpoint = "https://a.example"
      const options = { endpoint, signingSecret: "whsec_short" }
      const step = { name: "calloutPlugin", options: { endpoint } }
      const cases: ReadonlyArray<readonly [string, JsonObject, string]> = [
        ["/v1/connectors/bad", { Name: "Webhook", Host: endpoint, SigningSecret: "whsec_short" }, "signingSecret"],
        ["/v1/pipelines/bad", { steps: [{ ...step, options }] }, "steps[0].options.signingSecret"],
        ["/v1/pipelines/bad", { steps: [{ ...step, compensate: options }] }, "steps[0].compensate.signingSecret"],
        ["/v1/pipelines/bad", { steps: [{ ...step, probe: options }] }, "steps[0].probe.signingSecret"]
      ]
      for (const [path, body, member] of cases) {
        const refused = yield* ask("PUT", path, { body })
        assert.deepStrictEqual([refused.status, refused.json.errors?.[0]?.path], [400, member], refused.text)
        assert.match(refused.text, /must be whsec_ and 24 to 128 bytes in base64/)
      }
    }))
})
