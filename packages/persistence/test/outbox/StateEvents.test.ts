import { assert, describe, it } from "@effect/vitest"
import { DeliveryStore } from "@sluice/delivery/DeliveryStore"
import { Next } from "@sluice/delivery/internal/Judgement"
import { calloutId, processEventId, stepEntryId, versionEntryId } from "@sluice/domain/identity/Ids"
import { type ClaimedRun, type Entry, Journal } from "@sluice/engine/journal/Journal"
import { PartnerBreaker } from "@sluice/engine/partners/PartnerBreaker"
import { entryOf, finished, noon, record, stepAt, writeOn } from "@sluice/engine/testing/JournalFixtures"
import { Effect, Layer, Schedule, Stream } from "effect"
import { SqlClient } from "effect/sql"
import * as DeliveryStorePg from "../../src/deliveries/DeliveryStorePostgres.ts"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import { disable, endpointWritten } from "../../src/settings/EndpointState.ts"
import { transaction } from "../../src/sql/Transaction.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"
import { submit } from "../RunFixtures.ts"

const layer = DeliveryStorePg.layer.pipe(
  Layer.provideMerge(JournalPg.layer()),
  Layer.provideMerge(DatabaseTest.layer)
)

/** Inserts the endpoint past the process, which does not know of it. */
const subscribe = Effect.fnUntraced(function*(id: string, ...types: ReadonlyArray<string>) {
  const sql = yield* SqlClient.SqlClient
  const document = JSON.stringify({ url: `https://${id}.example/?api_key=0123456789`, types })
  yield* sql`insert into webhook_endpoints (id, version, document, types)
    values (${id}, 1, ${document}, ${`{${types.join(",")}}`}::text[])`
})

const refund = (members: object = {}) => submit({ orderType: "REFUND", ...members })

/** Stores an entry that changes the newest version of the order. */
const change = Effect.fnUntraced(function*(run: ClaimedRun, members: object, rest: Partial<Entry> = {}) {
  const journal = yield* Journal
  const before = yield* journal.document(run.orderId)
  return yield* journal.commit(entryOf(run, { write: writeOn(before, members), ...rest }))
})

interface Message {
  readonly type: string
  readonly cause: string | null
  readonly endpoint: string
  readonly body: any
}

/** The messages that are stored to be sent, in order of `webhook-sequence`. */
const messages = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<Message & { readonly text: string }>`select m.type, m.cause, d.endpoint_id as endpoint,
    convert_from(m.body, 'UTF8') as text from messages m join deliveries d on d.message_id = m.id order by m.seq, endpoint`
  return rows.map(({ text, ...row }) => ({ ...row, body: JSON.parse(text) as any }))
})

const typesOf = Effect.map(messages, (all) => all.map(({ type }) => type))

const until = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(condition, { until: (so) => so, schedule: Schedule.spaced("10 millis") })

const everything = ["order.updated", "order.status_changed", "order.completed", "order.failed", "order.cancelled"]

describe("state events", () => {
  it.live("report a run's end in the order updated, status_changed, the end, with the changes and their cause", () =>
    Effect.gen(function*() {
      yield* subscribe("all", ...everything)
      const run = yield* refund({ tags: ["a"], billingAddress: { city: "Oslo", zip: "1" } })
      const partner = record()
      yield* change(run, { tags: ["a", "b"] }, { step: stepAt(0), callouts: [{ index: 0, record: partner }] })
      yield* change(run, { status: "Done", billingAddress: { city: "Bergen", zip: "1" } }, {
        step: stepAt(1),
        ...finished
      })
      const found = yield* messages
      assert.deepStrictEqual(
        found.map(({ cause, type }) => [type, cause]),
        [
          ["order.updated", versionEntryId(run.eventId, 2)],
          ["order.updated", versionEntryId(run.eventId, 3)],
          ["order.status_changed", versionEntryId(run.eventId, 3)],
          ["order.completed", processEventId(run.runId)]
        ]
      )
      const [first, second, status, end] = found.map(({ body }) => body)
      assert.deepInclude(first, {
        before: 1,
        after: 2,
        changes: [{ path: "/tags", before: ["a"], after: ["a", "b"] }],
        cause: calloutId(partner.id)
      })
      assert.deepStrictEqual(status, second)
      assert.deepInclude(second, {
        before: 2,
        after: 3,
        changes: [
          { path: "/status", before: "New", after: "Done" },
          { path: "/billingAddress/city", before: "Oslo", after: "Bergen" }
        ],
        cause: processEventId(run.runId)
      })
      const journal = yield* Journal
      const { order } = yield* journal.document(run.orderId)
      assert.deepStrictEqual([second.order, end], [order, order])
    }).pipe(Effect.provide(layer)))

  const ends: ReadonlyArray<
    readonly [state: "completed" | "failed" | "cancelled" | "compensation-failed", type: string]
  > = [
    ["completed", "order.completed"],
    ["failed", "order.failed"],
    ["compensation-failed", "order.failed"],
    ["cancelled", "order.cancelled"]
  ]
  for (const [state, type] of ends) {
    it.live(`report a run that ended ${state} as ${type}, although nothing of the order changed`, () =>
      Effect.gen(function*() {
        const journal = yield* Journal
        yield* subscribe("all", ...everything)
        const run = yield* refund()
        yield* journal.commit(entryOf(run, { finish: { state, failedSteps: 0, at: noon + 10 } }))
        const [told, ...more] = yield* messages
        assert.deepStrictEqual([told?.type, told?.body.version, more], [type, 1, []])
      }).pipe(Effect.provide(layer)))
  }

  it.live("report a queued run that is cancelled, and a change that is made outside of any run", () =>
    Effect.gen(function*() {
      const journal = yield* Journal
      const sql = yield* SqlClient.SqlClient
      yield* subscribe("all", ...everything)
      const run = yield* refund()
      const before = yield* journal.document(run.orderId)
      yield* journal.edit(run.orderId, writeOn(before, { status: "Held" }), [])
      assert.deepStrictEqual(yield* typesOf, ["order.updated", "order.status_changed"])
      yield* sql`update runs set owner = null, state = 'queued'`
      yield* journal.cancel(run.runId, { reason: "no", compensate: false }, noon)
      const told = yield* messages
      assert.deepInclude(told.at(-1), { type: "order.cancelled", cause: processEventId(run.runId) })
      assert.deepInclude(told.at(-1)?.body, { status: "Held", version: 2 })
    }).pipe(Effect.provide(layer)))

  it.live("are not missed by a new subscriber that the process does not know yet", () =>
    Effect.gen(function*() {
      const journal = yield* Journal
      const run = yield* refund()
      yield* change(run, { status: "A" })
      yield* subscribe("ends", "order.completed")
      yield* change(run, { status: "B" })
      yield* subscribe("changes", "order.status_changed")
      const before = yield* journal.document(run.orderId)
      yield* journal.edit(run.orderId, writeOn(before, { status: "C" }), [])
      yield* subscribe("all", "*")
      yield* change(run, { status: "D" }, finished)
      assert.deepStrictEqual((yield* messages).map(({ endpoint, type }) => `${endpoint} ${type}`), [
        "changes order.status_changed",
        "all order.updated",
        "all order.status_changed",
        "changes order.status_changed",
        "all order.completed",
        "ends order.completed"
      ])
    }).pipe(Effect.provide(layer)))

  it.live("are sent in their sequence: of one order at one endpoint one at a time", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStore
      yield* subscribe("all", ...everything)
      const run = yield* refund()
      yield* change(run, { status: "Done" }, finished)
      for (const type of ["order.updated", "order.status_changed", "order.completed"]) {
        const { deliveries } = yield* store.claim({ room: new Map(), otherwise: 10, total: 10 })
        assert.deepStrictEqual(deliveries.map((one) => one.type), [type])
        const attempt = { number: 1, startedAt: noon, durationMs: 1 }
        yield* store.settle(deliveries[0]!, { _tag: "Attempted", attempt, next: Next.Delivered() })
      }
    }).pipe(Effect.provide(layer)))

  it.live("without a subscriber leave nothing behind, and cost no statement of their own", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* subscribe("errors", "error")
      const run = yield* refund()
      yield* change(run, { status: "Done" }, finished)
      assert.deepStrictEqual(yield* sql`select id from messages`, [])
    }).pipe(Effect.provide(layer)))
})

describe("operational events", () => {
  it.live("report once a step that waits for its partner, and a compensation that failed", () =>
    Effect.gen(function*() {
      const journal = yield* Journal
      const sql = yield* SqlClient.SqlClient
      yield* subscribe("ops", "run.waiting", "run.compensation_failed")
      const waiting = yield* refund()
      const wait = { index: 2, request: 0, attempt: 1, dueAt: noon, heldFor: "p.example" }
      const hold = { wait, state: "waiting", waitingStep: "pay" } as const
      yield* journal.release({ ...entryOf(waiting, hold), wait })
      // Tried again, and still without an answer.
      yield* sql`update runs set held_for = null, due_at = clock_timestamp()`
      const [again] = yield* Stream.runCollect(Stream.take(journal.claimed, 1))
      yield* journal.release({ ...entryOf(again ?? waiting, hold), wait })
      const failing = yield* refund()
      const step = stepAt(3, { phase: "compensation", stepId: "pay_compensation", state: "failed" })
      const callouts = [{ index: 3, record: record({ endpoint: "https://q.example:8443/undo" }) }]
      yield* journal.commit(entryOf(failing, {
        step,
        callouts,
        finish: { state: "compensation-failed", failedSteps: 1, at: noon }
      }))
      const told = yield* messages
      assert.deepStrictEqual(told.map(({ body: { at: _at, ...body }, cause, type }) => ({ type, cause, ...body })), [
        {
          type: "run.waiting",
          cause: stepEntryId(waiting.runId, 2),
          reason: "step pay waits until its partner is up again",
          processEventId: processEventId(waiting.runId),
          orderId: waiting.orderId,
          pipeline: "new-order",
          stepId: "pay",
          host: "p.example"
        },
        {
          type: "run.compensation_failed",
          cause: processEventId(failing.runId),
          reason: "a compensation failed",
          processEventId: processEventId(failing.runId),
          orderId: failing.orderId,
          pipeline: "new-order",
          stepId: "pay_compensation",
          host: "q.example:8443"
        }
      ] as never)
    }).pipe(Effect.provide(layer)))

  it.live("report once that a partner is down, and once that it is up again", () =>
    Effect.gen(function*() {
      const breaker = yield* PartnerBreaker
      yield* subscribe("ops", "partner.down", "partner.up")
      const told = (count: number) => until(Effect.map(typesOf, (types) => types.length === count))
      breaker.failed("p.example", 5)
      yield* told(1)
      breaker.failed("p.example", 1)
      breaker.failed("q.example", 5)
      yield* told(2)
      breaker.answered("p.example")
      yield* told(3)
      breaker.answered("p.example")
      yield* breaker.reset("q.example")
      yield* breaker.reset("q.example")
      assert.deepStrictEqual((yield* messages).map(({ body, type }) => [type, body.host, body.reason !== ""]), [
        ["partner.down", "p.example", true],
        ["partner.down", "q.example", true],
        ["partner.up", "p.example", true],
        ["partner.up", "q.example", true]
      ])
    }).pipe(Effect.provide(layer)))

  it.live("report an endpoint that is disabled, for any reason, and a delivery that is exhausted", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const store = yield* DeliveryStore
      yield* subscribe("gone", "error")
      yield* subscribe("byHand", "error")
      yield* subscribe("failing", "order.completed")
      yield* subscribe("ops", "endpoint.disabled", "delivery.exhausted")
      yield* transaction(sql, disable(sql, "gone", "it is gone"))
      yield* transaction(sql, disable(sql, "gone", "again"))
      const document = { url: "https://byHand.example", types: ["error"], disabled: true }
      yield* transaction(sql, endpointWritten(sql, "byHand", document))
      yield* transaction(sql, endpointWritten(sql, "byHand", document))
      const run = yield* refund()
      yield* change(run, { status: "Done" }, finished)
      const claim = store.claim({ room: new Map(), otherwise: 10, total: 10 })
      const exhaust = Effect.gen(function*() {
        for (const delivery of (yield* claim).deliveries) {
          const attempt = {
            number: 1,
            startedAt: noon,
            durationMs: 1,
            error: { code: "rejected", message: "answered 500" }
          }
          yield* store.settle(delivery, { _tag: "Attempted", attempt, next: Next.Exhausted() })
        }
      })
      yield* exhaust
      const told = (yield* messages).filter(({ endpoint }) => endpoint === "ops")
      assert.deepStrictEqual(
        told.map(({ body: { at: _at, deliveryId: _id, ...body }, type }) => ({ ...body, event: type })),
        [
          {
            event: "endpoint.disabled",
            reason: "it is gone",
            endpointId: "gone",
            url: "https://gone.example/?api_key=[redacted]"
          },
          {
            event: "endpoint.disabled",
            reason: "disabled in the settings",
            endpointId: "byHand",
            url: "https://byHand.example"
          },
          {
            event: "delivery.exhausted",
            reason: "answered 500",
            endpointId: "failing",
            type: "order.completed",
            orderId: run.orderId
          }
        ]
      )
      // Their own deliveries cause no further ones.
      yield* exhaust
      yield* exhaust
      assert.lengthOf((yield* messages).filter(({ endpoint }) => endpoint === "ops"), 3)
    }).pipe(Effect.provide(layer)))
})
