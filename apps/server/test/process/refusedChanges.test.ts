/** What a refusal says of a change, for every route that changes something. Contract: section 10, promise 6. */
import { assert, describe, it } from "@effect/vitest"
import { Api } from "@sluice/api/Api"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as Cable from "../support/Cable.ts"
import { Partner } from "../support/Partner.ts"
import { type Answer, Sluice } from "../support/Sluice.ts"

interface Stored {
  readonly failed: string
  readonly running: string
  readonly delivery: string
  readonly job: string
  readonly replay: string
}

interface Change {
  readonly endpoint: string
  readonly method: string
  readonly path: string
  readonly body?: object
}

/** One request for each endpoint that changes something, in what {@link fill} has stored. */
const changes = ({ delivery, failed, job, replay, running }: Stored): ReadonlyArray<Change> => [
  { endpoint: "orders.submit", method: "POST", path: "/v1/orders", body: { orderType: "A" } },
  { endpoint: "orders.edit", method: "PATCH", path: "/v1/orders/one", body: { status: "Paid" } },
  { endpoint: "orders.process", method: "POST", path: "/v1/orders/one/process", body: {} },
  { endpoint: "processEvents.cancel", method: "POST", path: `/v1/process-events/${running}/cancel`, body: {} },
  { endpoint: "retries.retry", method: "POST", path: `/v1/process-events/${failed}/retry`, body: {} },
  {
    endpoint: "retries.resolve",
    method: "POST",
    path: `/v1/process-events/${failed}/steps/call/resolve`,
    body: { reason: "by hand" }
  },
  {
    endpoint: "retries.retryMany",
    method: "POST",
    path: "/v1/process-events/retry",
    body: { filter: { pipeline: "calling" }, reason: "r" }
  },
  { endpoint: "retries.cancelJob", method: "POST", path: `/v1/jobs/${job}/cancel` },
  { endpoint: "events.report", method: "POST", path: "/v1/events", body: { type: "cancel.attempted", data: {} } },
  { endpoint: "deliveries.redeliver", method: "POST", path: `/v1/deliveries/${delivery}/redeliver` },
  { endpoint: "partners.reset", method: "POST", path: "/v1/partners/nobody.invalid/reset" },
  { endpoint: "pipelines.put", method: "PUT", path: "/v1/pipelines/new", body: { steps: [] } },
  { endpoint: "pipelines.remove", method: "DELETE", path: "/v1/pipelines/old" },
  {
    endpoint: "connectors.put",
    method: "PUT",
    path: "/v1/connectors/new",
    body: { Name: "n", Host: "https://x.example" }
  },
  { endpoint: "connectors.remove", method: "DELETE", path: "/v1/connectors/old" },
  {
    endpoint: "authProviders.put",
    method: "PUT",
    path: "/v1/auth-providers/new",
    body: { domain: "x.example", type: "basic", username: "u", password: "long enough" }
  },
  { endpoint: "authProviders.remove", method: "DELETE", path: "/v1/auth-providers/old" },
  {
    endpoint: "webhookEndpoints.put",
    method: "PUT",
    path: "/v1/webhook-endpoints/new",
    body: { url: "https://x.example", types: ["*"] }
  },
  { endpoint: "webhookEndpoints.remove", method: "DELETE", path: "/v1/webhook-endpoints/old" },
  {
    endpoint: "webhookEndpoints.create",
    method: "POST",
    path: "/v1/webhook-endpoints",
    body: { url: "https://y.example", types: ["*"] }
  },
  { endpoint: "webhookEndpoints.rotateSecret", method: "POST", path: "/v1/webhook-endpoints/kept/rotate-secret" },
  { endpoint: "webhookEndpoints.test", method: "POST", path: "/v1/webhook-endpoints/kept/test" },
  {
    endpoint: "webhookEndpoints.replay",
    method: "POST",
    path: "/v1/webhook-endpoints/kept/replay",
    body: { since: "2026-01-01T00:00:00Z" }
  },
  {
    endpoint: "webhookEndpoints.cancelReplay",
    method: "POST",
    path: `/v1/webhook-endpoints/kept/replays/${replay}/cancel`
  }
]

/** Changes nothing, whatever its method. */
const readers = ["pipelines.simulate"]

/** Where there is nothing to change, and no statement that would commit is sent. */
const changesNothing = new Set(["partners.reset"])

const ok = (answer: Answer): Answer => {
  assert.isBelow(answer.status, 300, answer.text)
  return answer
}

const fill = Effect.gen(function*() {
  const { ask } = yield* Sluice
  const partner = yield* Partner
  const put = (path: string, body: object) => Effect.map(ask("PUT", path, { body: body as never }), ok)
  partner.answer("/hangs", () => {})
  const step = (path: string, timeoutValue: number) => ({
    id: "call",
    name: "calloutPlugin",
    critical: true,
    options: { endpoint: partner.url + path, timeoutValue, shouldRejectOn: { status: [200] } }
  })
  yield* put("/v1/pipelines/plain", { match: { orderTypes: ["A"] }, steps: [] })
  yield* put("/v1/pipelines/calling", { match: { orderTypes: ["CALL"] }, steps: [step("/no", 1000)] })
  yield* put("/v1/pipelines/hanging", { match: { orderTypes: ["HANG"] }, steps: [step("/hangs", 600_000)] })
  yield* put("/v1/pipelines/old", { match: { orderTypes: ["NEVER"] }, steps: [] })
  yield* put("/v1/connectors/old", { Name: "o", Host: "https://x.example" })
  yield* put("/v1/auth-providers/old", { domain: "o.example", type: "bearer", token: "long enough" })
  yield* put("/v1/webhook-endpoints/old", { url: partner.url, types: ["address.added"] })
  yield* put("/v1/webhook-endpoints/kept", { url: partner.url, types: ["cancel.attempted"] })
  const submit = (orderType: string, id: string, wait: number) =>
    Effect.map(ask("POST", "/v1/orders", { headers: { prefer: `wait=${wait}` }, body: { orderType, id } }), ok)
  yield* submit("A", "one", 20)
  const { json } = yield* submit("CALL", "two", 20)
  const hanging = yield* submit("HANG", "three", 0)
  yield* ask("POST", "/v1/events", { body: { type: "cancel.attempted", data: {} } })
  const post = (path: string, body: object) => Effect.map(ask("POST", path, { body: body as never }), ok)
  const delivery = yield* Effect.repeat(ask("GET", "/v1/deliveries?state=delivered"), {
    until: ({ json }) => json.items.length > 0,
    schedule: Schedule.spaced("50 millis")
  })
  const replay = yield* post("/v1/webhook-endpoints/kept/replay", { since: "2026-01-01T00:00:00Z" })
  const job = yield* post("/v1/process-events/retry", { filter: { pipeline: "none" }, reason: "r" })
  const completed = (path: string) =>
    Effect.repeat(ask("GET", path), {
      until: ({ json }) => json.state === "completed",
      schedule: Schedule.spaced("50 millis")
    })
  yield* completed(`/v1/webhook-endpoints/kept/replays/${replay.json.id}`)
  yield* completed(`/v1/jobs/${job.json.id}`)
  return {
    failed: json.processEvent.id,
    running: hanging.json.processEventId,
    delivery: delivery.json.items[0].id,
    job: job.json.id,
    replay: replay.json.id
  } satisfies Stored
})

const counts = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return yield* sql`select (select count(*) from orders) as orders, (select sum(version) from orders) as versions,
    (select count(*) from runs) as runs, (select count(*) from runs where cancel_requested) as cancels,
    (select count(*) from messages) as messages, (select count(*) from deliveries) as deliveries,
    (select sum(round) from deliveries) as rounds, (select count(*) from jobs) as jobs,
    (select count(*) from replays) as replays, (select revision from settings_revision) as settings,
    (select count(*) from steps where record like '%"resolution":%') as resolved`
})

interface Situation {
  readonly answers: ReadonlyArray<readonly [Change, Answer]>
  /** What was stored before and afterwards. */
  readonly before: unknown
  readonly after: unknown
}

/** Asks for every change, `atOnce` at a time, while the cable is in the state that `spoil` brings it to. */
const situation = (
  spoil: (cable: Cable.Cable) => Effect.Effect<void>,
  atOnce: number | "unbounded" = "unbounded"
): Effect.Effect<Situation> =>
  Effect.gen(function*() {
    const database = yield* DatabaseTest
    const cable = yield* Cable.make(Redacted.value(database.url))
    return yield* Effect.gen(function*() {
      const { ask } = yield* Sluice
      const stored = yield* fill
      const all = changes(stored)
      const before = yield* counts
      yield* spoil(cable)
      const answers = yield* Effect.forEach(
        all,
        (change) =>
          Effect.map(
            ask(change.method, change.path, { body: change.body as never }),
            (answer) => [change, answer] as const
          ),
        { concurrency: atOnce }
      ).pipe(Effect.ensuring(cable.put))
      yield* Effect.repeat(ask("GET", "/health/ready"), {
        until: ({ status }) => status === 200,
        schedule: Schedule.spaced("50 millis")
      })
      const after = yield* counts
      // A call that is open would hold up the end.
      yield* ask("POST", `/v1/process-events/${stored.running}/cancel`, { body: {} })
      return { answers, before, after }
    }).pipe(Effect.provide(Sluice.layer({ DATABASE_URL: cable.url })), Effect.provide(Partner.layer))
  }).pipe(Effect.orDie, Effect.scoped, Effect.provide(DatabaseTest.layer))

const nothing = /nothing was stored/
const unknown = /may have been stored: repeat it with the same key/

const assertRefused = ({ answers }: Situation) => {
  for (const [{ endpoint }, { status, text }] of answers) {
    assert.strictEqual(status, 503, `${endpoint}: ${text}`)
    assert.isTrue(nothing.test(text) !== unknown.test(text), `${endpoint}: ${text}`)
  }
}

describe("refused changes", () => {
  it("are tried for every endpoint of the API that changes something", () => {
    const endpoints = Object.entries(Api.groups).flatMap(([group, { endpoints }]) =>
      Object.values(endpoints).filter(({ method }) => method !== "GET").map(({ identifier }) =>
        `${group}.${identifier}`
      )
    )
    const stored = { failed: "", running: "", delivery: "", job: "", replay: "" }
    const tried = changes(stored).map(({ endpoint }) => endpoint)
    assert.deepStrictEqual([...tried, ...readers].toSorted(), endpoints.toSorted())
  })

  it.live("store nothing and say so where the connection is refused", () =>
    Effect.map(situation((cable) => cable.pull), (found) => {
      assertRefused(found)
      for (const [{ endpoint }, { text }] of found.answers) assert.match(text, nothing, endpoint)
      assert.deepStrictEqual(found.after, found.before)
    }))

  it.live("claim nothing that is not certain where the connection is lost before the request arrives", () =>
    Effect.map(situation((cable) => cable.cutRequests), (found) => {
      assertRefused(found)
      assert.deepStrictEqual(found.after, found.before)
    }))

  it.live("may have been stored where the answer of the commit is lost", () =>
    Effect.map(situation((cable) => cable.loseCommits, 1), (found) => {
      for (const [{ endpoint }, { status, text }] of found.answers) {
        if (changesNothing.has(endpoint)) continue
        // The journal looks for what it may have stored, and answers for it.
        if (endpoint === "orders.submit" && status === 202) continue
        assert.strictEqual(status, 503, `${endpoint}: ${text}`)
        assert.match(text, unknown, endpoint)
      }
      assert.notDeepEqual(found.after, found.before)
    }))

  it.live("are not said to be refused by a database that is away where it is slow", () =>
    Effect.map(situation((cable) => cable.freeze), (found) => {
      assertRefused(found)
      for (const [{ endpoint }, { text }] of found.answers) assert.notMatch(text, /away/, endpoint)
    }))
})
