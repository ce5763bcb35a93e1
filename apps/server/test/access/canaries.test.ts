/**
 * A canary in every member that takes a secret, sought in everything that leaves the process: a table of members and outlets.
 * Encodings in which partners repeat secrets are in `secrets.test.ts`. Contract: sections 2, 4 and 5.
 */
import { assert, layer } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { type Certificate, selfSigned } from "@sluice/http-client/testing/Certificates"
import { ConnectProxy } from "@sluice/http-client/testing/ConnectProxy"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Layer, Logger, Redacted, References, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { readdirSync, readFileSync } from "node:fs"
import { inspect } from "node:util"
import { everyGet } from "../support/EveryGet.ts"
import { Partner } from "../support/Partner.ts"
import { type Ask, request, Sluice } from "../support/Sluice.ts"

const canary = (member: string) => `cnry${member}Zq7fXw9Kd2`
const vaultKey = Buffer.from(canary("vaultkey").padEnd(32, "7").slice(0, 32)).toString("base64")

/** Client certificates, whose keys are secrets. */
const clients = { connector: selfSigned(), provider: selfSigned(), endpoint: selfSigned() }

/** The line of a PEM key that holds nothing but bits of the key. */
const bitsOf = ({ key }: Certificate) => key.split("\n")[2] ?? ""

const tlsOf = ({ certificate, key }: Certificate) => ({ clientCertificate: certificate, clientKey: key })

const canaries = {
  "SLUICE_API_KEYS": canary("apikey"),
  "SLUICE_EGRESS_PROXY": canary("proxy"),
  "connector clientKey": bitsOf(clients.connector),
  "auth provider clientKey": bitsOf(clients.provider),
  "endpoint auth clientKey": bitsOf(clients.endpoint),
  "SLUICE_ENCRYPTION_KEY": vaultKey,
  "OTEL_EXPORTER_OTLP_HEADERS": canary("telemetry"),
  "connector BearerToken": canary("bearer"),
  "connector CustomHeaders": canary("custom"),
  "connector Host query": canary("hostquery"),
  "connector signingSecret": `whsec_${Buffer.from(canary("signingsecret")).toString("base64")}`,
  "connector Password": canary("password"),
  "auth provider password": canary("basic"),
  "auth provider token": canary("token"),
  "auth provider clientSecret": canary("client"),
  "fetched token": canary("fetched"),
  "callout header": canary("header"),
  "callout endpoint query": canary("query"),
  "compensation header": canary("compensation"),
  "workflow RequestHeaders": canary("property"),
  "post-processing header": canary("post"),
  "endpoint secret": `whsec_${Buffer.from(canary("endpointsecret")).toString("base64")}`,
  "endpoint headers": canary("endpointheader"),
  "endpoint url query": canary("endpointquery"),
  "endpoint auth": canary("endpointauth")
} as const

/** No secret: stands in an order and in a log line, where the search must find it, or it would find no leak either. */
const planted = canary("planted")

/** The forms in which a secret may stand in a text. */
const formsOf = (secret: string): ReadonlyArray<string> => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString("hex"),
  ...[0, 1, 2].map((offset) => Buffer.from("x".repeat(offset) + secret).toString("base64").slice(4, -4))
]

const logged: Array<string> = []
const logs = Logger.make(({ cause, message }) => void logged.push(inspect([message, cause], { depth: 9 })))

const world = Layer.unwrap(
  Effect.map(Effect.all([Partner, ConnectProxy]), ([{ url }, proxy]) =>
    Sluice.layer({
      SLUICE_EGRESS_PROXY: proxy.url.replace("//", `//u:${canaries.SLUICE_EGRESS_PROXY}@`),
      SLUICE_API_KEYS: `ops=${canaries.SLUICE_API_KEYS}`,
      SLUICE_ENCRYPTION_KEY: vaultKey,
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_HEADERS: `x-key=${canaries.OTEL_EXPORTER_OTLP_HEADERS}`
    }))
).pipe(
  Layer.provideMerge(Layer.merge(Partner.layer, ConnectProxy.layer())),
  Layer.provide([Logger.layer([logs]), Layer.succeed(References.MinimumLogLevel, "All")])
)

const asking = Effect.map(
  Sluice,
  ({ url }) => (method: string, path: string, ask: Ask = {}) =>
    request(url, method, path, {
      ...ask,
      headers: { authorization: `Bearer ${canaries.SLUICE_API_KEYS}`, ...ask.headers }
    })
)

/** Settings of every kind, their secrets, and the partner that repeats what it is sent. */
const configure = Effect.gen(function*() {
  const ask = yield* asking
  const partner = yield* Partner
  partner.answer("/token", (_, response) =>
    void response.writeHead(200, { "content-type": "application/json" }).end(
      JSON.stringify({ access_token: canaries["fetched token"], token_type: "Bearer" })
    ))
  partner.answer("/later", (_, response) => void response.writeHead(202).end("{}"))
  partner.answer(
    "/p",
    ({ headers, path }, response) =>
      void response.writeHead(path.includes("fails") ? 500 : 200, { "x-echo": JSON.stringify(headers) }).end(
        JSON.stringify({ path, headers })
      )
  )
  const at = new URL(partner.url)
  const settings: ReadonlyArray<readonly [path: string, body: Json]> = [
    ["connectors/c", {
      Name: "Webhook",
      ConnectorId: "c",
      Host: `${partner.url}/p/c?api_key=${canaries["connector Host query"]}`,
      BearerToken: canaries["connector BearerToken"],
      signingSecret: canaries["connector signingSecret"],
      ...tlsOf(clients.connector),
      CustomHeaders: { "X-Api-Key": canaries["connector CustomHeaders"] }
    }],
    ["connectors/d", {
      Name: "Webhook",
      ConnectorId: "d",
      Host: `${partner.url}/p/d`,
      Username: "u",
      Password: canaries["connector Password"]
    }],
    ["auth-providers/basic", {
      domain: "basic.invalid",
      type: "basic",
      username: "u",
      password: canaries["auth provider password"]
    }],
    ["auth-providers/bearer", { domain: "bearer.invalid", type: "bearer", token: canaries["auth provider token"] }],
    ["auth-providers/oauth", {
      domain: at.host,
      type: "oauth2ClientCredentials",
      tokenUrl: `${partner.url}/token`,
      clientId: "i",
      clientSecret: canaries["auth provider clientSecret"],
      ...tlsOf(clients.provider)
    }],
    ["webhook-endpoints/e", {
      url: `${partner.url}/p/e?token=${canaries["endpoint url query"]}`,
      types: ["*"],
      secret: canaries["endpoint secret"],
      headers: { "x-auth": canaries["endpoint headers"] },
      auth: { type: "bearer", token: canaries["endpoint auth"], ...tlsOf(clients.endpoint) }
    }],
    ["pipelines/p", {
      match: { orderTypes: ["NEW_ORDER"] },
      steps: [
        {
          name: "calloutPlugin",
          id: "call",
          options: {
            endpoint: `${partner.url}/p/call?token=${canaries["callout endpoint query"]}`,
            headers: { "x-api-key": canaries["callout header"] },
            shouldRejectOn: { status: [500] }
          },
          compensate: {
            endpoint: `${partner.url}/p/undo`,
            headers: { "x-secret": canaries["compensation header"] }
          }
        },
        {
          name: "calloutPlugin",
          id: "fetched",
          options: { endpoint: `${partner.url}/p/f`, shouldRejectOn: { status: [500] } }
        },
        {
          name: "WebhookWorkflowStep",
          id: "work",
          Properties: [
            { Key: "Host", Value: `${partner.url}/p/w` },
            { Key: "x-token", Value: canaries["workflow RequestHeaders"], KeyGroup: "RequestHeaders" }
          ]
        },
        { name: "WebhookWorkflowStep", id: "c", Connector: "Webhook", ConnectorId: "c" },
        { name: "WebhookWorkflowStep", id: "d", Connector: "Webhook", ConnectorId: "d" },
        {
          name: "calloutPlugin",
          id: "fails",
          critical: true,
          options: { endpoint: `${partner.url}/p/fails`, shouldRejectOn: { status: [500] } }
        }
      ],
      postProcessing: [{
        name: "webhook",
        options: { endpoint: `${partner.url}/p/post`, headers: { "x-key": canaries["post-processing header"] } }
      }]
    }],
    ["pipelines/plain", { match: { orderTypes: ["NEW_ORDER"], marketIds: ["NO"] }, priority: 5, steps: [] }],
    ["pipelines/later", {
      match: { orderTypes: ["B"] },
      steps: [{
        name: "calloutPlugin",
        id: "later",
        awaitCallback: { timeout: "01:00:00" },
        options: { endpoint: `${partner.url}/later`, shouldRejectOn: { status: [500] } }
      }]
    }]
  ]
  for (const [path, body] of settings) {
    const { status, text } = yield* ask("PUT", `/v1/${path}`, { body })
    assert.include([200, 201], status, `${path}: ${text}`)
    // Once more, so that the audit has a state before.
    yield* ask("PUT", `/v1/${path}`, { body: { ...body as object, "x-note": "1" } as Json })
  }
})

const settles = (condition: Effect.Effect<boolean, never, Sluice | Partner>) =>
  Effect.repeat(condition, { until: (met) => met, schedule: Schedule.spaced("50 millis") })

/** Orders that use every setting. Answers the token of the callback. */
const work = Effect.gen(function*() {
  const ask = yield* asking
  const partner = yield* Partner
  const body = {
    id: "a",
    orderType: "NEW_ORDER",
    customerId: "k",
    customerEmail: "k@example.org",
    notes: planted,
    orderItems: [{ name: "Paper", offer: { id: "paper", products: ["/p"] }, quantity: 2 }]
  }
  const first = yield* ask("POST", "/v1/orders", { body, headers: { prefer: "wait=30" } })
  assert.strictEqual(first.status, 200, first.text)
  assert.strictEqual(first.json.processEvent.state, "failed", first.text)
  // A run that completes leaves a customer and a subscription behind.
  yield* ask("POST", "/v1/orders", { body: { ...body, id: "c", marketId: "NO" }, headers: { prefer: "wait=30" } })
  yield* ask("POST", "/v1/orders", { body: { orderType: "B" } })
  const later = () => partner.asked.find(({ path }) => path === "/later")?.headers["sluice-callback-url"]
  yield* settles(Effect.sync(() => later() !== undefined))
  yield* settles(Effect.map(ask("GET", "/v1/issues"), ({ json }) => json.items.length > 0))
  yield* ask("POST", "/v1/process-events/retry", { body: { filter: { orderId: "a" }, reason: "again" } })
  yield* settles(Effect.map(ask("GET", "/v1/jobs"), ({ json }) => json.items[0]?.finishedAt !== undefined))
  // The server's log is heard: it tells of an endpoint that its partner gives up.
  partner.answer("/gone", (_, response) => void response.writeHead(410).end())
  yield* ask("PUT", "/v1/webhook-endpoints/gone", {
    body: { url: `${partner.url}/gone`, types: ["checkout.initiated"] }
  })
  yield* ask("POST", "/v1/events", { body: { type: "checkout.initiated", data: {} } })
  yield* settles(Effect.sync(() => logged.some((line) => line.includes("gone is disabled"))))
  yield* Effect.provide(Effect.logInfo(planted), Logger.layer([logs]))
  return new URL(String(later())).pathname.split("/").at(-1) ?? ""
})

const refusals: ReadonlyArray<readonly [path: string, body: Json]> = [
  ["/v1/connectors/x", { Name: "Webhook", Host: `ftp://u:${canaries["connector Password"]}@x` }],
  ["/v1/auth-providers/x", {
    type: "basic",
    domain: "x",
    username: "u:",
    password: canaries["auth provider password"]
  }],
  ["/v1/pipelines/x", {
    steps: [{ name: "calloutPlugin", options: { headers: { "x-key": canaries["callout header"] } } }]
  }],
  ["/v1/webhook-endpoints/x", { url: "x", types: ["*"], secret: canaries["endpoint secret"] }]
]

interface Piece {
  readonly bytes: Uint8Array | null
}

const textOf = (pieces: ReadonlyArray<Piece>) =>
  pieces.map(({ bytes }) => Buffer.from(bytes ?? []).toString("latin1")).join("\n")

/** The newest of the log from which backups are made, with the planted text in it. */
const writeAheadLog = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [emitted] = yield* sql<{ readonly segment: string }>`
    select pg_walfile_name(pg_logical_emit_message(true, 'test', ${planted})) as segment`
  // Writes what is in memory, tables and log.
  yield* sql`checkpoint`
  // In pieces, because a row is at most 16 MiB; a segment may have gone meanwhile.
  return textOf(
    yield* sql<Piece>`
    select pg_read_binary_file('pg_wal/' || name, piece * 4194304, 4194304, true) as bytes
    from (select name from pg_ls_waldir() order by name = ${emitted?.segment ?? ""} desc, modification desc limit 3) w,
      generate_series(0, 3) piece`
  )
}).pipe(Effect.repeat({ until: (text) => text.includes(planted), times: 9 }))

/** The bytes of the database's files: its rows, older versions of them, and indexes; and of its log. */
const files = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const log = yield* writeAheadLog
  const rows = yield* sql<Piece>`
    select pg_read_binary_file(pg_relation_filepath(c.oid)) as bytes from pg_class c
      where relkind in ('r', 't', 'i') and pg_relation_filepath(c.oid) like 'base/%'
        and relnamespace <> 'pg_catalog'::regnamespace`
  return [["database files", textOf(rows)], ["write-ahead log", log]] as const
})

/** Every row of every table as text, as a dump writes it; compressed values too. */
const backup = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ readonly name: string }>`
    select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`
  const rows = yield* Effect.forEach(
    tables,
    ({ name }) => sql<{ readonly row: string }>`select t::text as row from ${sql(name)} t`
  )
  return rows.flat().map(({ row }) => row).join("\n")
})

/** The console's page and everything that it loads. */
const consoleFiles = Effect.gen(function*() {
  const ask = yield* asking
  const page = yield* ask("GET", "/")
  const loaded = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = ""]) => path)
  const files = yield* Effect.forEach(loaded, (path) => ask("GET", path))
  return [page, ...files].map(({ headers, text }) => JSON.stringify(headers) + text).join("\n")
})

/** Arguments of all processes. */
const processes = () =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1")
    } catch {
      return ""
    }
  }).join("\n")

const outlets = Effect.gen(function*() {
  const ask = yield* asking
  const partner = yield* Partner
  const shown = yield* everyGet(ask, ["/v1/subscriptions/:id", "/v1/subscriptions/:id/history"])
  const problems = yield* Effect.forEach(refusals, ([path, body]) => ask("PUT", path, { body }))
  assert.deepStrictEqual(problems.map(({ status }) => status), [400, 400, 400, 400])
  yield* settles(Effect.sync(() => partner.asked.some(({ path }) => path === "/v1/traces")))
  return [
    ["console", yield* consoleFiles] as const,
    ["docs", (yield* ask("GET", "/docs")).text + (yield* ask("GET", "/openapi.json")).text] as const,
    ["backup", yield* backup] as const,
    ...shown.map(({ answer, route }) => [`GET ${route}`, answer.text] as const),
    ["problem details", problems.map(({ text }) => text).join("\n")] as const,
    ["logs", logged.join("\n")] as const,
    [
      "telemetry",
      partner.asked.filter(({ path }) => /^\/v1\/(traces|metrics|logs)$/.test(path)).map(({ body }) => body).join("\n")
    ] as const,
    ["processes", process.platform === "linux" ? processes() : ""] as const,
    ...yield* files
  ]
})

layer(world, { excludeTestServices: true })("canaries", (it) => {
  it.effect("no secret of any member is in anything that leaves the process, where a planted text is found", () =>
    Effect.gen(function*() {
      yield* configure
      const token = yield* work
      const database = new URL(Redacted.value((yield* DatabaseTest).url)).password
      // Only a generated one is a canary.
      const password = database.length < 20 ? {} : { "DATABASE_URL": database }
      const sought = Object.entries({ ...canaries, ...password, "callback token": token })
      const all = yield* outlets
      const leaks = all.flatMap(([outlet, text]) =>
        sought.filter(([, secret]) => formsOf(secret).some((form) => text.includes(form))).map(([member]) =>
          `${member} in ${outlet}`
        )
      )
      assert.deepStrictEqual([...new Set(leaks)], [])
      const seen = all.filter(([, text]) => text.includes(planted)).map(([outlet]) => outlet)
      const reached = [
        "GET /v1/orders/:id",
        "GET /v1/customers/:id/export",
        "GET /v1/webhook-endpoints/:id/feed",
        "logs"
      ]
      for (const outlet of [...reached, "database files", "write-ahead log", "backup"]) assert.include(seen, outlet)
      // What the partner got is what was configured.
      const sent = JSON.stringify((yield* Partner).asked.map(({ headers, path }) => [path, headers]))
      for (const member of ["connector BearerToken", "callout header", "endpoint headers", "fetched token"] as const) {
        assert.include(sent, canaries[member], member)
      }
      const proxied = Buffer.from(`u:${canaries.SLUICE_EGRESS_PROXY}`).toString("base64")
      assert.include((yield* ConnectProxy).asked.join("\n"), proxied)
    }))
})
