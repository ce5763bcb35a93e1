/** Contract: section 2, "Audit": every route that changes something, by the API's own description. */
import { assert, describe, layer } from "@effect/vitest"
import type { ChangingRoute } from "@sluice/api/internal/Access"
import { access } from "@sluice/api/internal/Access"
import { resourceOf } from "@sluice/domain/access/Act"
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Partner } from "../support/Partner.ts"
import { type Answer, type Ask, Sluice } from "../support/Sluice.ts"

const rootKey = "key-of-the-root-user"
const opsKey = "key-of-an-operator"
const shopKey = "key-of-a-web-shop"
const keys = `root=${rootKey},ops:operate+read=${opsKey},shop:submit=${shopKey}`
const secret = "a-secret-that-nobody-may-read"

const send = Effect.fnUntraced(function*(method: string, path: string, ask: Ask = {}, key = rootKey) {
  const sluice = yield* Sluice
  return yield* sluice.ask(method, path, { ...ask, headers: { authorization: `Bearer ${key}`, ...ask.headers } })
})

const json = { "content-type": "application/json" }

/** The state before the change, and the change. */
interface Scenario {
  readonly action: string
  /** Prepares what is changed, and answers with the request that changes it. */
  readonly prepare: Effect.Effect<
    readonly [method: string, path: string, body?: unknown],
    never,
    Sluice | Partner | SqlClient.SqlClient
  >
  readonly status?: number
  readonly before?: (before: any) => boolean
  readonly after?: (after: any) => boolean
  readonly reason?: string
}

const uuid = newUuidUnsafe
const idOf = (kind: string, id: string) => `${kind}-${id.replaceAll("-", "")}`

const submit = Effect.fnUntraced(function*(orderType: string, id?: string) {
  const answer = yield* send("POST", "/v1/orders", {
    headers: { prefer: "wait=30" },
    body: { orderType, ...(id !== undefined && { id }) }
  })
  return answer.json.processEvent ?? { id: answer.json.processEventId, orderId: answer.json.orderId }
})

const setting = (kind: string, document: object): { readonly put: Scenario; readonly remove: Scenario } => {
  const [noun = "", plural = ""] = kind.split(" ")
  const prepare = Effect.fnUntraced(function*(method: string, body?: unknown) {
    const path = `/v1/${plural}/${noun}-${uuid()}`
    if (method === "DELETE") yield* send("PUT", path, { body: document as never })
    return [method, path, body] as const
  })
  const hasNoSecret = (shown: unknown) => !JSON.stringify(shown).includes(secret)
  return {
    put: {
      action: `${noun}.create`,
      status: 201,
      prepare: Effect.suspend(() => prepare("PUT", document)),
      after: hasNoSecret
    },
    remove: {
      action: `${noun}.delete`,
      status: 204,
      prepare: Effect.suspend(() => prepare("DELETE")),
      before: hasNoSecret
    }
  }
}

const endpoint = { url: "https://example.com/hook", types: ["order.submitted"], headers: { "x-api-key": secret } }
const endpointPath = Effect.map(
  Effect.suspend(() => send("PUT", `/v1/webhook-endpoints/${uuid()}`, { body: endpoint })),
  ({ json }) => `/v1/webhook-endpoints/${json.id}`
)

const failedRun = submit("FAILS")

const pipeline = setting("pipeline pipelines", {
  match: { orderTypes: ["NOTHING"] },
  steps: [{
    name: "calloutPlugin",
    options: { endpoint: "https://example.com/", headers: { "x-api-key": secret }, shouldRejectOn: { status: [500] } }
  }]
})
const connector = setting("connector connectors", {
  Name: "Webhook",
  Host: "https://example.com/",
  BearerToken: secret
})
const authProvider = setting("auth_provider auth-providers", { domain: "example.com", type: "bearer", token: secret })
const webhookEndpoint = setting("webhook_endpoint webhook-endpoints", endpoint)

const many = (verb: "cancel" | "retry" | "resolve"): Scenario => ({
  action: `run.${verb}_many`,
  status: 202,
  prepare: Effect.succeed(["POST", `/v1/process-events/${verb}`, { filter: { orderId: "nobody" }, reason: "all" }]),
  after: ({ filter, jobId }) => filter.orderId === "nobody" && jobId.startsWith("job-"),
  reason: "all"
})

const onIssue = (
  verb: "acknowledge" | "resolve" | "retry",
  status: number,
  after: (after: any) => boolean
): Scenario => ({
  action: `issue.${verb}`,
  status,
  prepare: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const id = uuid()
    yield* Effect.orDie(sql`insert into issues (id, key, pipeline, step_id, outcome, message, count, first_seen,
      last_seen, sample) values (${id}, ${id}, 'none', 's', 'rejected', 'm', 1, now(), now(), '{}')`)
    return ["POST", `/v1/issues/${idOf("issue", id)}/${verb}`, { reason: "known" }] as const
  }),
  after,
  reason: "known"
})

/** One for each changing route; a new route without one does not compile. `unrecorded`: changes nothing, or is kept elsewhere. */
const scenarios: { readonly [Route in ChangingRoute]: Scenario | "unrecorded" } = {
  "orders.submit": "unrecorded",
  "events.report": "unrecorded",
  "callbacks.answer": "unrecorded",
  "pipelines.simulate": "unrecorded",
  "orders.edit": {
    action: "order.update",
    prepare: Effect.map(submit("ENDS"), ({ orderId }) => ["PATCH", `/v1/orders/${orderId}`, { tags: ["a"] }] as const),
    before: ({ version, ...rest }) => version === 1 && Object.keys(rest).length === 0,
    after: ({ version, ...rest }) => version === 2 && Object.keys(rest).length === 0
  },
  "orders.process": {
    action: "order.process",
    status: 202,
    prepare: Effect.map(submit("ENDS"), ({ orderId }) => ["POST", `/v1/orders/${orderId}/process`] as const),
    after: ({ version }) => version === 1
  },
  "processEvents.cancel": {
    action: "run.cancel",
    prepare: Effect.map(
      send("POST", "/v1/orders", { body: { orderType: "HANGS" } }),
      ({ json }) => ["POST", `/v1/process-events/${json.processEventId}/cancel`, { reason: `not ${secret}` }] as const
    ),
    // Decided, although the executor of the run may not have learned of it yet.
    after: ({ compensate, state }) => state === "cancelled" && compensate === false,
    reason: "not [redacted]"
  },
  "retries.retry": {
    action: "run.retry",
    status: 202,
    prepare: Effect.map(
      failedRun,
      ({ id }) => ["POST", `/v1/process-events/${id}/retry`, { reason: "again" }] as const
    ),
    after: ({ processEventId }) => processEventId.startsWith("process_event-"),
    reason: "again"
  },
  "retries.resolve": {
    action: "step.resolve",
    prepare: Effect.map(
      failedRun,
      ({ id }) =>
        ["POST", `/v1/process-events/${id}/steps/fails/resolve`, { reason: "by hand", output: { a: 1 } }] as const
    ),
    before: ({ state }) => state === "failed",
    after: ({ output, state }) => state === "succeeded" && output.a === 1,
    reason: "by hand"
  },
  "issues.acknowledge": onIssue("acknowledge", 200, ({ state }) => state === "acknowledged"),
  "issues.resolve": onIssue("resolve", 200, ({ state }) => state === "resolved"),
  "issues.retry": onIssue("retry", 202, ({ jobId }) => jobId.startsWith("job-")),
  "jobs.retryMany": many("retry"),
  "jobs.cancelMany": many("cancel"),
  "jobs.resolveMany": many("resolve"),
  "personalData.erase": {
    action: "customer.erase",
    status: 202,
    prepare: Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      // An id that Sluice made stays readable in the path.
      const id = idOf("customer", uuid())
      yield* Effect.orDie(sql`insert into customers (key, id, version, created_at, updated_at)
        values (${`email:${id}`}, ${id}, 1, now(), now())`)
      return ["POST", `/v1/customers/${id}/erase`, { reason: "asked by letter" }] as const
    }),
    after: ({ jobId }) => jobId.startsWith("job-"),
    reason: "asked by letter"
  },
  "jobs.cancel": {
    action: "job.cancel",
    prepare: Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const id = uuid()
      // Held by a worker that does not exist, so that nobody ends it meanwhile.
      yield* Effect.orDie(sql`insert into jobs (id, state, filter, reason, created_at, owner, lease_until)
        values (${id}, 'running', '{}', 'r', clock_timestamp(), ${uuid()}, clock_timestamp() + interval '1 hour')`)
      return ["POST", `/v1/jobs/${idOf("job", id)}/cancel`] as const
    })
  },
  "pipelines.put": pipeline.put,
  "pipelines.remove": pipeline.remove,
  "pipelines.pause": {
    action: "pipeline.pause",
    prepare: Effect.gen(function*() {
      const path = `/v1/pipelines/${uuid()}`
      yield* send("PUT", path, { body: { match: { orderTypes: ["NOTHING"] }, steps: [] } })
      return ["POST", `${path}/pause`, { reason: "stock-taking" }] as const
    }),
    before: (before) => Object.keys(before).length === 0,
    after: ({ paused }) => paused.reason === "stock-taking" && paused.by.length > 0,
    reason: "stock-taking"
  },
  "pipelines.resume": {
    action: "pipeline.resume",
    prepare: Effect.gen(function*() {
      const path = `/v1/pipelines/${uuid()}`
      yield* send("PUT", path, { body: { match: { orderTypes: ["NOTHING"] }, steps: [] } })
      yield* send("POST", `${path}/pause`, { body: { reason: "stock-taking" } })
      return ["POST", `${path}/resume`, { reason: "done" }] as const
    }),
    before: ({ paused }) => paused.reason === "stock-taking",
    after: (after) => Object.keys(after).length === 0,
    reason: "done"
  },
  "connectors.put": connector.put,
  "connectors.remove": connector.remove,
  "connectors.testConnection": {
    action: "connector.test",
    prepare: Effect.gen(function*() {
      const { url } = yield* Partner
      const path = `/v1/connectors/${uuid()}`
      yield* send("PUT", path, { body: { Name: "n", Host: `${url}/tested?token=${secret}`, BearerToken: secret } })
      return ["POST", `${path}/test`, { method: "HEAD" }] as const
    }),
    after: ({ method, url }) => method === "HEAD" && url.endsWith("/tested?token=[redacted]")
  },
  "authProviders.testConnection": {
    action: "auth_provider.test",
    prepare: Effect.gen(function*() {
      const { url } = yield* Partner
      const name = uuid()
      const body = { domain: new URL(url).host, type: "bearer", token: secret }
      yield* send("PUT", `/v1/auth-providers/${name}`, { body })
      return ["POST", `/v1/auth-providers/${name}/test`, { url: `${url}/asked` }] as const
    }),
    after: ({ method, url }) => method === "GET" && url.endsWith("/asked")
  },
  "authProviders.put": authProvider.put,
  "authProviders.remove": authProvider.remove,
  "webhookEndpoints.put": webhookEndpoint.put,
  "webhookEndpoints.remove": webhookEndpoint.remove,
  "webhookEndpoints.create": {
    action: "webhook_endpoint.create",
    status: 201,
    prepare: Effect.succeed(["POST", "/v1/webhook-endpoints", endpoint]),
    after: (after) => after.secret === "[redacted]" && after.headers["x-api-key"] === "[redacted]"
  },
  "webhookEndpoints.rotateSecret": {
    action: "webhook_endpoint.rotate_secret",
    prepare: Effect.map(endpointPath, (path) => ["POST", `${path}/rotate-secret`] as const),
    before: (before) => before.secret === "[redacted]",
    after: (after) => !JSON.stringify(after).includes("whsec_")
  },
  "webhookEndpoints.test": {
    action: "webhook_endpoint.test",
    status: 202,
    prepare: Effect.map(endpointPath, (path) => ["POST", `${path}/test`] as const),
    after: ({ deliveryId }) => deliveryId.startsWith("delivery-")
  },
  "webhookEndpoints.replay": {
    action: "webhook_endpoint.replay",
    status: 202,
    prepare: Effect.map(endpointPath, (path) => ["POST", `${path}/replay`, { since: "2026-01-01" }] as const),
    after: ({ replayId, since }) => replayId.startsWith("replay-") && since.startsWith("2026-01-01")
  },
  "webhookEndpoints.cancelReplay": {
    action: "job.cancel",
    prepare: Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const path = yield* endpointPath
      const id = uuid()
      // Nobody looks for it before a minute has passed.
      yield* Effect.orDie(sql`insert into replays (id, endpoint_id, since, until, states)
        values (${id}, ${path.split("/").at(-1) ?? ""}, clock_timestamp(), clock_timestamp(), '{}')`)
      return ["POST", `${path}/replays/${idOf("replay", id)}/cancel`] as const
    })
  },
  "deliveries.redeliver": {
    action: "delivery.redeliver",
    status: 202,
    prepare: Effect.gen(function*() {
      const path = yield* endpointPath
      const { json } = yield* send("POST", `${path}/test`)
      return ["POST", `/v1/deliveries/${json.id}/redeliver`] as const
    }),
    after: ({ state }) => state === "pending"
  },
  "partners.put": {
    action: "partner.update",
    prepare: Effect.sync(() =>
      ["PUT", `/v1/partners/${uuid()}.example.com`, { ratePerSecond: 5, reason: "agreed" }] as const
    ),
    before: ({ paused, ratePerSecond }) => paused === false && ratePerSecond === null,
    after: ({ ratePerSecond, reason }) => ratePerSecond === 5 && reason === "agreed",
    reason: "agreed"
  },
  "partners.reset": {
    action: "partner.update",
    prepare: Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const host = `${uuid()}.example.com`
      yield* Effect.orDie(sql`insert into partners (host, state, failures, openings, retry_at)
        values (${host}, 'open', 3, 1, clock_timestamp() + interval '1 hour')`)
      return ["POST", `/v1/partners/${host}/reset`] as const
    }),
    before: ({ state }) => state === "open",
    after: ({ state }) => state === "closed"
  },
  "apiKeys.create": {
    action: "api_key.create",
    status: 201,
    prepare: Effect.sync(() => ["POST", "/v1/api-keys", { name: uuid(), roles: ["admin"] }] as const),
    after: (after) => after.roles[0] === "admin" && !("key" in after) && !("digest" in after)
  },
  "apiKeys.remove": {
    action: "api_key.delete",
    status: 204,
    prepare: Effect.map(
      Effect.suspend(() => send("POST", "/v1/api-keys", { body: { name: uuid(), roles: ["admin"] } })),
      ({ json }) => ["DELETE", `/v1/api-keys/${json.id}`] as const
    ),
    before: (before) => before.roles[0] === "admin"
  }
}

const recorded = Object.entries(scenarios).flatMap(([route, scenario]) =>
  scenario === "unrecorded" ? [] : [{ route, scenario }]
)

const perform = ([method, path, body]: readonly [string, string, unknown?], once = false) =>
  send(method, path, { once, ...(body !== undefined && { body: body as never }) })

const newest = Effect.map(send("GET", "/v1/audit?limit=1"), ({ json }) => json.items[0])
const count = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* Effect.orDie(sql<{ readonly n: number }>`select count(*)::int4 as n from audit`)
  return row?.n ?? 0
})

const settings = Effect.gen(function*() {
  const partner = yield* Partner
  partner.answer("/fails", (_, response) => response.writeHead(500).end("{}"))
  partner.answer("/hangs", () => {})
  const step = (id: string, timeoutValue = 2000) => ({
    match: { orderTypes: [id.toUpperCase()] },
    steps: [{
      name: "calloutPlugin",
      id,
      critical: true,
      options: { endpoint: `${partner.url}/${id}`, timeoutValue, shouldRejectOn: { status: [500] } }
    }]
  })
  yield* send("PUT", "/v1/pipelines/fails", { body: step("fails") })
  yield* send("PUT", "/v1/pipelines/hangs", { body: step("hangs", 600_000) })
  yield* send("PUT", "/v1/pipelines/ends", { body: { match: { orderTypes: ["ENDS", "NEW_ORDER"] }, steps: [] } })
  yield* send("PUT", "/v1/connectors/secret", {
    body: { Name: "Webhook", Host: "https://secret.example.com/", BearerToken: secret }
  })
})

describe("audit", () => {
  layer(Layer.merge(Sluice.layer({ SLUICE_API_KEYS: keys }), Partner.layer), { excludeTestServices: true })((it) => {
    it.effect("settings for the scenarios", () => settings)

    it.effect.each(recorded)(
      "$route writes one record of what was changed, by whom and from where",
      ({ scenario }) =>
        Effect.gen(function*() {
          const request = yield* scenario.prepare
          const before = yield* count
          const answer = yield* perform(request)
          assert.strictEqual(answer.status, scenario.status ?? 200, answer.text)
          assert.strictEqual(yield* count, before + 1)
          const record = yield* newest
          assert.match(record.id, /^audit-[0-9a-f]{32}$/)
          assert.deepInclude(record, {
            actor: "root",
            roles: ["admin"],
            action: scenario.action,
            resource: resourceOf(request[1]),
            remoteAddress: "127.0.0.1"
          })
          assert.notProperty(record, "outcome")
          assert.strictEqual(record.reason, scenario.reason)
          const shown = JSON.stringify(record)
          if (scenario.before !== undefined) assert.isTrue(scenario.before(record.before), shown)
          if (scenario.after !== undefined) assert.isTrue(scenario.after(record.after), shown)
          assert.notInclude(shown, secret)
          assert.deepStrictEqual((yield* send("GET", `/v1/audit/${record.id}`)).json, record)
        })
    )

    it.effect("every id that is made, in SQL too, ends in the three hex digits of its cell (contract, section 11)", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* send("PUT", "/v1/webhook-endpoints/all", { body: { url: "http://127.0.0.1:9/", types: ["*"] } })
        const order = { orderType: "NEW_ORDER", customerEmail: "a@b.c", orderItems: [{ offer: { products: ["/p"] } }] }
        yield* send("POST", "/v1/orders", { headers: { prefer: "wait=30" }, body: order })
        const columns = yield* sql<{ readonly table: string; readonly column: string }>`
          select table_name as "table", column_name as "column" from information_schema.columns
          where table_schema = 'public' and data_type in ('uuid', 'text')`
        const kinds: Array<string> = []
        for (const { column, table } of columns) {
          const rows = yield* sql<{ readonly id: string; readonly isHere: boolean }>`
            select ${sql(column)}::text as id, right(${sql(column)}::text, 3) = '000' as "isHere"
            from ${sql(table)} where ${sql(column)}::text ~ '^([a-z_]+-[0-9a-f]{32}|[0-9a-f-]{36})$'`
          for (const { id, isHere } of rows) assert.isTrue(isHere, `${table}.${column}: ${id}`)
          if (rows.length > 0) kinds.push(`${table}.${column}`)
        }
        for (const kind of ["orders.run_id", "subscriptions.id", "deliveries.id"]) {
          assert.include(kinds, kind)
        }
      }))

    it.effect.each(recorded)(
      "$route changes nothing where its record cannot be written",
      ({ scenario }) =>
        Effect.gen(function*() {
          const sql = yield* SqlClient.SqlClient
          const request = yield* scenario.prepare
          yield* sql`alter table audit add constraint nothing check (id is null) not valid`
          const refused = yield* perform(request, true)
          yield* sql`alter table audit drop constraint nothing`
          assert.isAtLeast(refused.status, 500, refused.text)
          // What was not changed can be changed now; the process may still find out whether the refused one was stored.
          const answer = yield* Effect.repeat(Effect.delay(perform(request), "20 millis"), {
            until: ({ status }) => status !== 503
          })
          assert.strictEqual(answer.status, scenario.status ?? 200, answer.text)
        })
    )

    it.effect("the table of the API says of every changing route whether it is recorded, and the scenarios agree", () =>
      Effect.sync(() => {
        for (const [route, scenario] of Object.entries(scenarios)) {
          const [group = "", name = ""] = route.split(".")
          const rule = (access as unknown as Record<string, Record<string, readonly [string, string]>>)[group]?.[name]
          const action = rule?.[1].replace(/\.put$/, ".create")
          assert.strictEqual(scenario === "unrecorded" ? scenario : scenario.action, action, route)
        }
      }))

    it.effect("a record of a changed setting holds the earlier version; writing the same again is no change", () =>
      Effect.gen(function*() {
        const path = "/v1/pipelines/changed"
        yield* send("PUT", path, { body: { match: { orderTypes: ["X"] }, steps: [] } })
        yield* send("PUT", path, { body: { match: { orderTypes: ["Y"] }, steps: [] } })
        const record = yield* newest
        assert.strictEqual(record.action, "pipeline.update")
        assert.deepStrictEqual([record.before.match.orderTypes, record.after.match.orderTypes], [["X"], ["Y"]])
        const before = yield* count
        yield* send("PUT", path, { body: { match: { orderTypes: ["Y"] }, steps: [] } })
        assert.strictEqual(yield* count, before)
      }))

    it.effect("submissions, reads, repetitions, and requests with a wrong key or for unknown resources are not recorded", () =>
      Effect.gen(function*() {
        const { json: { orderId } } = yield* send("POST", "/v1/orders", { body: { orderType: "ENDS" } })
        const hanging = yield* send("POST", "/v1/orders", { body: { orderType: "HANGS" } })
        const cancel = `/v1/process-events/${hanging.json.processEventId}/cancel`
        yield* send("POST", cancel, { body: {} })
        const before = yield* count
        const requests: ReadonlyArray<readonly [number, Effect.Effect<Answer, never, Sluice>]> = [
          [202, send("POST", "/v1/orders", { body: { orderType: "ENDS" } }, shopKey)],
          [400, send("POST", "/v1/orders", { body: {} }, shopKey)],
          [202, send("POST", "/v1/events", { body: { type: "checkout.initiated", data: {} } }, shopKey)],
          [400, send("POST", "/v1/events", { body: {} }, shopKey)],
          [200, send("GET", "/v1/orders")],
          [200, send("POST", "/v1/pipelines/ends/simulate", { body: { lastRuns: 1 } }, opsKey)],
          [200, send("POST", cancel, { body: {} })],
          [403, send("PUT", "/v1/pipelines/x", { body: { steps: [] } }, opsKey)],
          [403, send("PATCH", `/v1/orders/${orderId}`, { body: {} }, shopKey)],
          [401, send("DELETE", "/v1/pipelines/ends", {}, "no-key-of-anybody")],
          [404, send("DELETE", "/v1/pipelines/nobody")],
          [415, send("PATCH", `/v1/orders/${orderId}`, { headers: { "content-type": "text/plain" }, raw: "{}" })]
        ]
        for (const [status, request] of requests) {
          const answer = yield* request
          assert.strictEqual(answer.status, status, answer.text)
        }
        assert.strictEqual(yield* count, before)
      }))

    it.effect.each<readonly [number, string, string, string, Ask]>([
      [400, "pipeline.create", "PUT", "/v1/pipelines/not-there", { headers: json, raw: "{" }],
      [400, "pipeline.update", "PUT", "/v1/pipelines/ends", { body: { steps: 1, headers: { "x-api-key": secret } } }],
      [400, "pipeline.update", "PUT", "/v1/pipelines/ends?x=1", { body: { steps: [] } }],
      [412, "pipeline.update", "PUT", "/v1/pipelines/ends", { headers: { "if-match": "\"99\"" }, body: { steps: [] } }],
      [409, "webhook_endpoint.create", "POST", "/v1/webhook-endpoints", { body: { ...endpoint, id: "there" } }],
      [400, "order.update", "PATCH", "/v1/orders/read-only", { body: { nobody: 1 } }],
      [409, "order.update", "PATCH", "/v1/orders/read-only", { body: { tags: ["a"] } }],
      [422, "order.process", "POST", "/v1/orders/read-only/process", { body: { pipeline: "nobody" } }],
      [409, "api_key.create", "POST", "/v1/api-keys", { body: { name: "root", roles: ["read"] } }]
    ])(
      "a change that is refused with %i is recorded alone: %s",
      ([status, action, method, path, ask]) =>
        Effect.gen(function*() {
          yield* send("PUT", "/v1/webhook-endpoints/there", { body: endpoint })
          yield* send("POST", "/v1/orders", { body: { orderType: "ENDS", id: "read-only", isReadOnly: true } })
          const before = yield* count
          const answer = yield* send(method, path, ask)
          assert.strictEqual(answer.status, status, answer.text)
          assert.strictEqual(yield* count, before + 1)
          const { at: _at, id: _id, ...record } = yield* newest
          assert.deepStrictEqual(record, {
            actor: "root",
            roles: ["admin"],
            action,
            resource: path.split("?", 1)[0],
            remoteAddress: "127.0.0.1",
            outcome: "refused",
            status
          })
        })
    )

    it.effect("the resource has one spelling, however its path was escaped, and is found by each", () =>
      Effect.gen(function*() {
        const spelled = [
          "/v1/pipelines/a%20b%3A%C3%A9",
          "/v1/pipelines/%61%20b:%c3%a9",
          "/v1/pipelines/a%20%62%3a%C3%a9"
        ]
        for (const path of spelled) yield* send("PUT", path, { body: { steps: [], "x-path": path } })
        yield* send("PUT", spelled[1]!, { body: { steps: "none" } })
        for (const given of [...spelled, "/v1/pipelines/a b:é"]) {
          const { json } = yield* send("GET", `/v1/audit?resource=${encodeURIComponent(given)}`)
          assert.deepStrictEqual(json.items.map(({ outcome, resource }: any) => [outcome, resource]), [
            ["refused", spelled[0]],
            [undefined, spelled[0]],
            [undefined, spelled[0]],
            [undefined, spelled[0]]
          ], given)
        }
      }))

    it.effect("the list is filtered by actor, action, resource and time, and paged", () =>
      Effect.gen(function*() {
        yield* send("PATCH", "/v1/orders/read-only", { body: { isReadOnly: false } }, opsKey)
        const list = (query: string) => Effect.map(send("GET", `/v1/audit?${query}`), ({ json }) => json)
        const ofOps = yield* list("actor=ops&limit=200")
        assert.isTrue(ofOps.items.length > 0 && ofOps.items.every(({ actor }: any) => actor === "ops"))
        assert.deepStrictEqual(ofOps.items[0].roles, ["operate", "read"])
        const creations = yield* list("action=pipeline.create&limit=200")
        assert.isTrue(
          creations.items.length > 1 && creations.items.every(({ action }: any) => action === "pipeline.create")
        )
        const resource = yield* list(`resource=${encodeURIComponent("/v1/pipelines/changed")}`)
        assert.deepStrictEqual(resource.items.map(({ action }: any) => action), ["pipeline.update", "pipeline.create"])
        assert.lengthOf((yield* list("createdAfter=2100-01-01")).items, 0)
        assert.lengthOf((yield* list("createdBefore=2020-01-01")).items, 0)
        assert.strictEqual((yield* send("GET", "/v1/audit?action=nothing")).status, 400)
        const seen: Array<string> = []
        let cursor = ""
        do {
          const page = yield* list(`limit=7${cursor}`)
          seen.push(...page.items.map(({ id }: any) => id))
          cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`
        } while (cursor !== "")
        assert.strictEqual(seen.length, yield* count)
        assert.strictEqual(new Set(seen).size, seen.length)
      }))

    it.effect("records about an order carry its id, so that they are kept as long as the order", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const rows = yield* sql<{ readonly action: string; readonly owned: boolean }>`
          select action, bool_and(order_id is not null) as owned from audit where outcome is null group by action`
        const owned = rows.filter((row) => row.owned).map(({ action }) => action).toSorted()
        assert.deepStrictEqual(owned, ["order.process", "order.update", "run.cancel", "run.retry", "step.resolve"])
      }))
  })

  layer(Sluice.layer(), { excludeTestServices: true })((it) => {
    it.effect("without keys, the actor is anonymous and has no roles", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        yield* ask("PUT", "/v1/pipelines/all", { body: { steps: [] } })
        const { json } = yield* ask("GET", "/v1/audit")
        assert.deepInclude(json.items[0], { actor: "anonymous", roles: [], remoteAddress: "127.0.0.1" })
      }))
  })
})
