/** `Prefer: wait`: what is answered from memory is what the database holds. Contract: section 7, `POST /v1/orders`. */
import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Deferred, Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import type { ServerResponse } from "node:http"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

const environment = Layer.provideMerge(Sluice.layer(), Partner.layer)

/** Pipelines by the order type that they take, at a partner. */
const pipelines = (url: string): Readonly<Record<string, object>> => {
  const callout = (path: string, more: object = {}) => ({
    name: "calloutPlugin",
    options: { endpoint: url + path, shouldRejectOn: { status: [404, 500] }, ...more }
  })
  return {
    NOTHING: { steps: [] },
    CALLS: { completedStatus: "Done", steps: [callout("/ok"), { ...callout("/ok"), when: "order.absent" }] },
    FAILS: { steps: [callout("/ok"), { ...callout("/no"), critical: true }, callout("/ok")] },
    TOLERATES: { steps: [callout("/no", { retry: { delaysMs: [1] } }), callout("/text")] },
    COMPENSATES: {
      steps: [
        { ...callout("/ok"), id: "first", compensate: { endpoint: `${url}/ok` } },
        { ...callout("/no"), critical: true }
      ]
    },
    PATCHES: {
      steps: [
        { name: "WebhookWorkflowStep", Connector: "Webhook", Properties: [{ Key: "Host", Value: `${url}/patch` }] },
        callout("/ok")
      ]
    },
    LARGE: { steps: [callout("/large"), callout("/bytes"), callout("/ok")] },
    POSTS: { steps: [callout("/ok")], postProcessing: [{ name: "webhook", options: { endpoint: `${url}/ok` } }] }
  }
}

const prepare = Effect.gen(function*() {
  const { ask } = yield* Sluice
  const partner = yield* Partner
  const answers: Readonly<Record<string, readonly [number, string | Uint8Array]>> = {
    "/no": [500, "{\"reason\":1.10}"],
    "/bytes": [200, Uint8Array.of(0x61, 0xff, 0x00)],
    "/text": [200, "not JSON"],
    "/patch": [200, "{\"Status\":\"Patched\",\"Tags\":[\"a\"]}"],
    "/large": [200, JSON.stringify({ large: "y".repeat(100_000) })]
  }
  for (const [path, [status, body]] of Object.entries(answers)) {
    partner.answer(path, (_, response) => {
      response.writeHead(status, { "content-type": "application/json" })
      response.end(body)
    })
  }
  for (const [orderType, pipeline] of Object.entries(pipelines(partner.url))) {
    const body = { match: { orderTypes: [orderType] }, ...pipeline }
    const { status, text } = yield* ask("PUT", `/v1/pipelines/${orderType.toLowerCase()}`, { body })
    assert.strictEqual(status, 201, text)
  }
})

/** Prepares orders of type `SLOW`, whose only callout is answered by the test. */
const slow = Effect.gen(function*() {
  const { ask } = yield* Sluice
  const partner = yield* Partner
  const asked = yield* Deferred.make<ServerResponse>()
  partner.answer("/slow", (_, response) => void Deferred.doneUnsafe(asked, Effect.succeed(response)))
  yield* ask("PUT", "/v1/pipelines/slow", {
    body: {
      match: { orderTypes: ["SLOW"] },
      completedStatus: "Done",
      steps: [{ name: "calloutPlugin", options: { endpoint: `${partner.url}/slow` } }]
    }
  })
  return asked
})

const submit = Effect.fnUntraced(function*(orderType: string) {
  const { ask } = yield* Sluice
  const order =
    `{"orderType":"${orderType}","properties":[{"key":"k","value":12345678901234567890}],"externalId":"${orderType}"}`
  const headers = { "content-type": "application/json", prefer: "wait=30" }
  const { json, status, text } = yield* ask("POST", "/v1/orders?shipmentId=s1", { headers, raw: order })
  assert.strictEqual(status, 200, text)
  return { json, text }
})

describe("Prefer: wait", () => {
  it.live("is answered with what is stored, whatever the run did", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      yield* prepare
      for (const orderType of Object.keys(pipelines(""))) {
        const { json, text } = yield* submit(orderType)
        const event = yield* ask("GET", `/v1/process-events/${json.processEvent.id}`)
        const order = yield* ask("GET", `/v1/orders/${json.order.id}`)
        assert.strictEqual(text, `{"order":${order.text},"processEvent":${event.text}}`, orderType)
      }
    }).pipe(Effect.provide(environment)))

  it.live("of a further run, by process or by retry, is answered with what is stored", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      yield* prepare
      const headers = { prefer: "wait=30" }
      for (const orderType of Object.keys(pipelines(""))) {
        const first = yield* submit(orderType)
        const { id, steps } = first.json.processEvent
        const again = [
          ["process", `/v1/orders/${first.json.order.id}/process`, {}],
          ["retry", `/v1/process-events/${id}/retry`, steps.length > 0 ? { from: steps[0].id } : undefined],
          [
            "retry from the last step",
            `/v1/process-events/${id}/retry`,
            steps.length > 1 ? { from: steps.at(-1).id } : undefined
          ]
        ] as const
        for (const [what, path, body] of again) {
          if (body === undefined) continue
          const { json, status, text } = yield* ask("POST", path, { headers, body })
          // Of what was compensated a retry begins earlier.
          if (status === 422) continue
          assert.strictEqual(status, 200, `${orderType}, ${what}: ${text}`)
          const event = yield* ask("GET", `/v1/process-events/${json.processEvent.id}`)
          const order = yield* ask("GET", `/v1/orders/${json.order.id}`)
          assert.strictEqual(text, `{"order":${order.text},"processEvent":${event.text}}`, `${orderType}, ${what}`)
        }
      }
    }).pipe(Effect.provide(environment)), 600_000)

  it.live("is answered without reading the run's records from the database", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      const sql = yield* SqlClient.SqlClient
      const all = ["CALLS", "FAILS", "PATCHES", "POSTS"]
      const waited = Effect.gen(function*() {
        yield* prepare
        const { ask } = yield* Sluice
        const submitted = yield* Effect.forEach(all, submit, { concurrency: "unbounded" })
        yield* Effect.forEach(
          submitted,
          ({ json }) =>
            ask("POST", `/v1/orders/${json.order.id}/process`, { headers: { prefer: "wait=30" }, body: {} }),
          { concurrency: "unbounded" }
        )
      })
      const server = Layer.provideMerge(Sluice.layer({ DATABASE_URL: Redacted.value(url) }), Partner.layer)
      yield* Effect.provide(waited, server, { local: true })
      // Connections tell at their end what they did, and within ten seconds otherwise.
      const [callouts] = yield* Effect.repeat(
        sql<{ readonly made: bigint; readonly scans: bigint }>`select n_tup_ins as made,
          coalesce(seq_scan, 0) + coalesce(idx_scan, 0) as scans from pg_stat_user_tables where relname = 'callouts'`,
        { until: ([row]) => (row?.made ?? 0n) >= 12n, schedule: Schedule.spaced("100 millis") }
      )
      // Each insert asks the index whether the record is there; a read for each answer would be four more.
      assert.isBelow(Number((callouts?.scans ?? 0n) - (callouts?.made ?? 0n)), 4)
    }).pipe(Effect.provide(DatabaseTest.layer)))

  it.live("is answered at the end of each request's own wait where several wait for one order", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      yield* prepare
      const asked = yield* slow
      const wait = (seconds: number) =>
        ask("POST", "/v1/orders", {
          headers: { prefer: `wait=${seconds}`, "idempotency-key": "twice" },
          body: { id: "o", orderType: "SLOW" }
        })
      const waiting = yield* Effect.forkChild(wait(30))
      const response = yield* Deferred.await(asked)
      for (const seconds of [0, 1]) {
        const { json, status } = yield* wait(seconds)
        assert.deepStrictEqual([status, json.state], [202, "running"])
      }
      const other = yield* Effect.forkChild(wait(30))
      yield* Effect.sleep("100 millis")
      response.end("{}")
      const answers = yield* Fiber.joinAll([waiting, other])
      assert.deepStrictEqual(answers.map(({ json, status }) => [status, json.order.status]), [
        [200, "Done"],
        [200, "Done"]
      ])
    }).pipe(Effect.provide(environment)))

  it.live("is answered with the newest order if it was changed meanwhile", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      yield* prepare
      const asked = yield* slow
      const waiting = yield* Effect.forkChild(
        ask("POST", "/v1/orders", { headers: { prefer: "wait=30" }, body: { id: "o", orderType: "SLOW" } })
      )
      const response = yield* Deferred.await(asked)
      assert.strictEqual((yield* ask("PATCH", "/v1/orders/o", { body: { tags: ["patched"] } })).status, 200)
      response.end("{}")
      const { json, status } = yield* Fiber.join(waiting)
      assert.strictEqual(status, 200)
      assert.deepInclude(json.order, { tags: ["patched"], status: "Done", version: 3 })
      const event = yield* ask("GET", `/v1/process-events/${json.processEvent.id}`)
      assert.deepStrictEqual(json.processEvent, event.json)
    }).pipe(Effect.provide(environment)))
})
