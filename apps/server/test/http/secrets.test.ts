/** No way of writing a secret brings it into what is shown. Contract: sections 4 and 5. */
import { assert, layer } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Partner } from "../support/Partner.ts"
import { type Answer, Sluice } from "../support/Sluice.ts"

/** One secret for each member that takes one; what each of them shares is what is looked for. */
const mark = "zqzq"
const secretOf = (member: string) => `${mark}+${member}/&"=\\${mark}`
const secrets = {
  bearer: secretOf("bearer"),
  password: secretOf("password"),
  header: secretOf("header"),
  custom: secretOf("custom"),
  property: secretOf("property"),
  query: `${mark}-query-${mark}`,
  endpoint: secretOf("endpoint-header"),
  client: secretOf("client"),
  token: `${mark}-fetched-token-${mark}`
}
const all = Object.values(secrets)
/** A fetched token is known to the partner alone that it was sent to. */
const configured = all.filter((secret) => secret !== secrets.token)

const ascii = (text: string) =>
  Array.from(text, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")

/** The encodings in which a partner may repeat a secret that it was sent. */
const encodings: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  json: (secret) => JSON.stringify(secret).slice(1, -1),
  "json of .NET": (secret) =>
    JSON.stringify(secret).slice(1, -1).replaceAll("+", "\\u002B").replaceAll("&", "\\u0026").replaceAll(
      "=",
      "\\u003D"
    ),
  "json of PHP": (secret) => JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/"),
  "json of ASCII": ascii,
  "json in json": (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  form: (secret) => new URLSearchParams({ a: secret }).toString().slice(2),
  "percent of all": (secret) => Array.from(Buffer.from(secret), (byte) => `%${byte.toString(16)}`).join(""),
  xml: (secret) => secret.replaceAll("&", "&amp;").replaceAll("\"", "&#34;"),
  base64: (secret) => Buffer.from(`user:${secret}`).toString("base64"),
  base64url: (secret) => Buffer.from(secret).toString("base64url")
}

/** True if a part of a secret is left in a text once everything that can be decoded is decoded. */
const leaks = (text: string): boolean => {
  const unescaped = (value: string) =>
    value.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
      .replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  const once = unescaped(text)
  const encoded = all.flatMap((secret) =>
    [0, 1, 2].map((offset) => Buffer.from("x".repeat(offset) + secret).toString("base64").slice(4, -4))
  )
  return [text, once, unescaped(once)].some((one) => one.includes(mark) || encoded.some((run) => one.includes(run)))
}

const assertClean = (what: string, answer: Pick<Answer, "text">) =>
  assert.isFalse(leaks(answer.text), `${what} shows a secret: ${answer.text.slice(0, 3000)}`)

layer(Layer.merge(Sluice.layer(), Partner.layer), { excludeTestServices: true })("secrets", (it) => {
  const grantToken = Effect.map(
    Partner,
    (partner) =>
      partner.answer(
        "/token",
        (_, response) =>
          void response.writeHead(200, { "content-type": "application/json" }).end(
            JSON.stringify({ access_token: secrets.token, token_type: "Bearer" })
          )
      )
  )

  /** Settings with a secret in every member that takes one, calling `path` of the partner. */
  const configure = Effect.fnUntraced(function*(path: string) {
    const { ask } = yield* Sluice
    const { url } = yield* Partner
    const put = (at: string, body: Json) =>
      Effect.tap(
        ask("PUT", at, { body }),
        (answer) => Effect.sync(() => assert.isBelow(answer.status, 300, answer.text))
      )
    const answers = [
      yield* put("/v1/connectors/bearer", {
        Name: "Webhook",
        ConnectorId: "bearer",
        Host: `${url}${path}?apiKey=${secrets.query}`,
        BearerToken: secrets.bearer,
        CustomHeaders: { "X-Api-Key": secrets.custom }
      }),
      yield* put("/v1/auth-providers/basic", {
        domain: new URL(url).host,
        type: "oauth2ClientCredentials",
        tokenUrl: `${url}/token`,
        clientId: "sluice",
        clientSecret: secrets.client
      }),
      yield* put("/v1/webhook-endpoints/all", {
        url: `${url}${path}?signature_key=${secrets.query}`,
        types: ["order.submitted"],
        headers: { "X-Auth": secrets.endpoint },
        retrySchedule: [0],
        auth: { type: "basic", username: "user", password: secrets.password }
      }),
      yield* put("/v1/pipelines/secrets", {
        steps: [
          {
            name: "calloutPlugin",
            id: "callout",
            options: {
              endpoint: `${url}${path}?token=${secrets.query}`,
              headers: { "X-Api-Key": secrets.header },
              shouldRejectOn: { status: [400] }
            }
          },
          {
            name: "WebhookWorkflowStep",
            id: "workflow",
            Connector: "Webhook",
            ConnectorId: "bearer",
            Properties: [{ Key: "Host", Value: `${url}${path}?auth=${secrets.query}` }, {
              Key: "X-Secret",
              Value: secrets.property,
              KeyGroup: "RequestHeaders"
            }]
          },
          { name: "ExportOrder", id: "export", Connector: "Webhook", ConnectorId: "bearer" },
          { name: "calloutPlugin", id: "fetched", options: { endpoint: `${url}/fetched${path}` } }
        ],
        postProcessing: [
          { name: "webhook", id: "post", options: { endpoint: `${url}${path}?access_token=${secrets.query}` } }
        ]
      })
    ]
    return { ask, answers }
  })

  const isSettled = (count: number) => ({ json: { items } }: Answer): boolean =>
    items.length === count && items.every(({ attemptCount }: { attemptCount: number }) => attemptCount > 0)

  /** The ids of an order's deliveries, when each has been attempted. */
  const settled = Effect.fnUntraced(function*(orderId: string, count: number) {
    const { ask } = yield* Sluice
    const { json } = yield* Effect.repeat(ask("GET", `/v1/deliveries?orderId=${orderId}`), { until: isSettled(count) })
    return json.items.map(({ id }: { id: string }) => id) as ReadonlyArray<string>
  })

  it.effect.each(Object.entries(encodings))(
    "secrets that a partner repeats in %s are in no record, delivery, order, history or database row",
    ([name, encode]) =>
      Effect.gen(function*() {
        const partner = yield* Partner
        const path = `/${name.replaceAll(/\W/g, "-")}`
        const echo = configured.map(encode).join("|")
        const isJson = name.includes("json") || name.startsWith("base64") || name === "form"
        yield* grantToken
        const saying = (text: string) =>
          isJson
            ? `{"orderPatch":{"orderOrigin":"${text}"},"errorReason":"${text}","n":[1,"${text}"]}`
            : `<p>${text}</p>`
        for (const prefix of [path, `/fetched${path}`]) {
          partner.answer(prefix, ({ path }, response) =>
            void response.writeHead(path.startsWith("/fetched") ? 200 : name === "plain" ? 400 : 200, {
              "content-type": isJson ? "application/json" : "text/plain",
              "x-echo": encodeURIComponent(echo)
            }).end(saying(path.startsWith("/fetched") ? `${echo}|${encode(secrets.token)}` : echo)))
        }
        const { answers, ask } = yield* configure(path)
        answers.forEach((answer) =>
          assertClean("PUT", answer)
        )
        const orderId = `o-${name.replaceAll(/\W/g, "-")}`
        const body = { id: orderId, orderType: "NEW_ORDER" }
        const answer = yield* ask("POST", "/v1/orders", { headers: { prefer: "wait=30" }, body })
        assert.strictEqual(answer.status, 200, answer.text)
        assertClean("the answer", answer)
        const { id } = answer.json.processEvent
        for (const step of answer.json.processEvent.steps) {
          if (step.callouts.length > 0) {
            assert.include(JSON.stringify(step.callouts), "[redacted]", step.id)
          }
        }
        const deliveries = yield* settled(orderId, 3)
        const paths = [
          `/v1/process-events/${id}`,
          `/v1/orders/${orderId}`,
          `/v1/orders/${orderId}/history`,
          `/v1/deliveries?orderId=${orderId}`,
          ...deliveries.map((delivery) => `/v1/deliveries/${delivery}`),
          "/v1/connectors/bearer",
          "/v1/auth-providers",
          "/v1/webhook-endpoints/all",
          "/v1/pipelines/secrets",
          "/v1/pipelines/secrets/versions",
          "/v1/partners",
          "/metrics"
        ]
        for (const path of paths) {
          assertClean(path, yield* ask("GET", path))
        }
        // What the partner got is what was configured.
        const sent = partner.asked.filter((one) => one.path.startsWith(path)).map(({ headers, path }) =>
          JSON.stringify([path, headers])
        )
        for (const secret of [secrets.bearer, secrets.header, secrets.custom, secrets.property, secrets.endpoint]) {
          assert.isTrue(
            sent.some((one) => one.includes(JSON.stringify(secret).slice(1, -1))),
            secret
          )
        }
        for (const member of ["apiKey", "token", "auth", "signature_key", "access_token"]) {
          assert.isTrue(sent.some((one) => one.includes(`${member}=${secrets.query}`)), member)
        }
      })
  )

  it.effect.each([3, 12, 30])(
    "secrets of which a cut at 64 KiB or 1 MiB leaves %d characters are hidden as well",
    (left) =>
      Effect.gen(function*() {
        const partner = yield* Partner
        const path = `/cut-${left}`
        yield* grantToken
        partner.answer(path, ({ path }, response) => {
          const limit = path.includes("signature_key") ? 64 * 1024 : 1024 * 1024
          const text = "x".repeat(limit - left) + secrets.header + "y".repeat(100)
          response.writeHead(200, { "content-type": "text/plain" }).end(text)
        })
        yield* configure(path)
        const { ask } = yield* Sluice
        const body = { id: `o-cut-${left}`, orderType: "NEW_ORDER" }
        const { json } = yield* ask("POST", "/v1/orders", { headers: { prefer: "wait=30" }, body })
        const [{ response }] = json.processEvent.steps[0].callouts
        const callout = yield* ask("GET", response.body.href)
        const deliveries = yield* settled(body.id, 3)
        const attempts = yield* Effect.forEach(deliveries, (id) => ask("GET", `/v1/deliveries/${id}`))
        const bodies = [
          callout.json.response.body,
          ...attempts.flatMap(({ json }) => json.attempts.map(({ response }: any) => response.body))
        ]
        assert.lengthOf(bodies, 4)
        for (const cut of bodies) assert.match(cut, /^x+(\[redacted\]y*)?$/)
        assert.isTrue(bodies.filter((cut) => cut.endsWith("[redacted]")).length >= 2)
      })
  )

  it.effect("secrets are stored encrypted, and in no other form", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const tables = yield* sql<{ readonly name: string }>`
        SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()`
      for (const { name } of tables) {
        const rows = yield* sql<{ readonly row: string }>`SELECT t::text AS row FROM ${sql(name)} t`
        for (const { row } of rows) {
          const text = row.replaceAll(/\\\\x([0-9a-f]+)/g, (_, hex: string) => Buffer.from(hex, "hex").toString("utf8"))
          assert.isFalse(leaks(text), `${name}: ${text.slice(0, 2000)}`)
        }
      }
    }))

  it.effect.each(
    [
      ["PUT", "/v1/pipelines/bad", (secret: string) => ({
        steps: [{
          name: "calloutPlugin",
          options: { endpoint: "https://a.example", headers: { Authorization: `{% 'Bearer ${secret}' & ( %}` } }
        }]
      })],
      ["PUT", "/v1/pipelines/bad", (secret: string) => ({
        match: { when: `order.key = '${secret}' & (` },
        steps: [{ name: "calloutPlugin", options: { endpoint: "https://a.example", headers: { "x-key": secret } } }]
      })],
      ["PUT", "/v1/webhook-endpoints/bad", (secret: string) => ({
        url: "https://a.example",
        types: ["*"],
        headers: [{ Key: "x-key", Value: secret }],
        filter: `headers.key = '${secret}' (`
      })],
      ["PUT", "/v1/connectors/bad", (secret: string) => ({ Name: "Webhook", Host: `ftp://user:${secret}@a.example` })],
      ["POST", "/v1/pipelines/secrets/simulate", (secret: string) => ({
        definition: {
          steps: [{
            name: "calloutPlugin",
            options: { endpoint: "https://a.example", headers: { "x-key": `{% '${secret}' ( %}` } }
          }]
        }
      })],
      ["POST", "/v1/orders", (secret: string) => ({ orderType: 1, [secret]: 1 })]
    ] as const
  )("%s %s is refused without repeating the secrets", ([method, path, bodyOf]) =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      for (const secret of [`${mark}-not-stored-${mark}`, secrets.query]) {
        const answer = yield* ask(method, path, { body: bodyOf(secret) })
        assert.strictEqual(answer.status, 400, answer.text)
        assertClean(`${method} ${path}`, answer)
      }
    }))
})
