import { PgClient } from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import { Journal } from "@sluice/engine/journal/Journal"
import { entryOf, finished, nextId, noon, stepAt, submission, writeOn } from "@sluice/engine/testing/JournalFixtures"
import { Effect, Layer, Result } from "effect"
import { SqlClient } from "effect/sql"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import { partsOf } from "../../src/journal/writer/FlushParts.ts"
import { flushParameters } from "../../src/journal/writer/FlushRows.ts"
import { renewingFlush } from "../../src/journal/writer/FlushStatement.ts"
import { localClaimParameters } from "../../src/outbox/LocalClaims.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"
import { pendingSubmission } from "../journal/writer/WriterFixtures.ts"
import { complete, submit } from "../RunFixtures.ts"

const layer = JournalPg.layer().pipe(Layer.provideMerge(DatabaseTest.layer))

const subscribe = Effect.fnUntraced(
  function*(id: string, types: ReadonlyArray<string>, options: { perOrder?: boolean; disabled?: boolean } = {}) {
    const sql = yield* SqlClient.SqlClient
    const { perOrder = true, disabled = false } = options
    yield* sql`insert into webhook_endpoints (id, version, document, types, per_order, disabled_at)
      values (${id}, 1, '{}', ${types}, ${perOrder}, ${disabled ? "2026-01-01" : null})`
  }
)

interface Made {
  readonly endpoint: string | null
  readonly type: string
  readonly state: string
  readonly due: boolean
  readonly body: string
}

/** Deliveries in their sequence. */
const made = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<Made>`select d.endpoint_id as endpoint, d.type, d.state, d.due_at is not null as due,
    coalesce(convert_from(m.body, 'UTF8'), v.doc) as body
    from deliveries d join messages m on m.id = d.message_id
    left join order_versions v on v.order_id = m.order_id and v.version = 1 order by d.seq, d.endpoint_id`
})

const summary = Effect.map(
  made,
  (all) => all.map(({ due, endpoint, state, type }) => `${endpoint ?? "-"} ${type} ${state}${due ? " due" : ""}`)
)

const reprocess = Effect.fnUntraced(function*(orderId: string) {
  const journal = yield* Journal
  const { eventId: _, ...run } = submission().run
  const stored = yield* journal.reprocess({ orderId, run })
  return stored._tag === "Accepted" ? stored.run : yield* Effect.die(stored._tag)
})

const items = [{ name: "Digital", offer: { products: ["/p/web"] } }, { name: "Print" }]

describe("deliveries", () => {
  it("a submission makes deliveries only where its type has a known subscriber, and is guarded where it has none", () => {
    const partsFor = (orderType: string, untold: ReadonlyArray<string>) => {
      const member = { kind: "accept", submission: submission({ orderType }), untold: () => untold } as never
      const { delivers, guards } = partsOf([member], [])
      return { delivers, guards }
    }
    assert.deepStrictEqual(partsFor("REFUND", []), { delivers: false, guards: false })
    assert.deepStrictEqual(partsFor("NEW_ORDER", []), { delivers: true, guards: false })
    assert.deepStrictEqual(partsFor("NEW_ORDER", ["order.submitted", "*"]), { delivers: false, guards: true })
  })

  it.live("are created with the order for the endpoints that subscribe to it, held if an endpoint is disabled", () =>
    Effect.gen(function*() {
      yield* subscribe("all", ["*"])
      yield* subscribe("some", ["order.submitted"])
      yield* subscribe("others", ["order.address_change"])
      yield* subscribe("off", ["*"], { disabled: true })
      yield* submit({ orderType: "NEW_GIFT_ORDER" })
      yield* submit({ orderType: "REFUND" })
      assert.deepStrictEqual(yield* summary, [
        "all order.submitted pending due",
        "off order.submitted held",
        "some order.submitted pending due"
      ])
    }).pipe(Effect.provide(layer)))

  it.live("of a completed new order announce its customer, subscriptions and entitlements once, however often it runs", () =>
    Effect.gen(function*() {
      yield* subscribe("all", ["*"])
      const members = { customerId: "C1", customerEmail: "a@b.c", customerName: "Jané\u0000", orderItems: items }
      const run = yield* submit(members as never)
      yield* complete(run)
      assert.deepStrictEqual(yield* summary, [
        "all order.submitted pending due",
        "all customer.created pending",
        "all subscription.created pending",
        "all subscription.created pending",
        "all entitlements.updated pending",
        "all order.completed pending"
      ])
      const bodies = (yield* made).map(({ body }) => JSON.parse(body))
      assert.strictEqual(bodies[1].id, "C1")
      assert.strictEqual(bodies[1].customerName, "Jané\u0000")
      assert.strictEqual(bodies[2].name, "Digital")
      assert.strictEqual(bodies[4].subscriptionId, bodies[2].id)
      assert.strictEqual(bodies[4].customerId, "C1")
      assert.deepStrictEqual(bodies[4].entitlements.map(({ product }: { product: string }) => product), ["/p/web"])
      yield* complete(yield* reprocess(run.orderId))
      assert.strictEqual((yield* made).length, 7, "the second run tells of its end alone")
      yield* complete(yield* submit({ ...members, orderItems: [] } as never))
      assert.deepStrictEqual((yield* summary).slice(7), [
        "all order.submitted pending due",
        "all customer.updated pending",
        "all order.completed pending"
      ])
    }).pipe(Effect.provide(layer)))

  it.live("of an UPDATE_CUSTOMER run announce the existing customer, also found by address, and create none", () =>
    Effect.gen(function*() {
      yield* subscribe("all", ["customer.created", "customer.updated"])
      yield* complete(yield* submit({ orderType: "UPDATE_CUSTOMER", customerId: "nobody" } as never))
      assert.deepStrictEqual(yield* summary, [])
      yield* complete(yield* submit({ customerId: "C1", customerEmail: "A@b.c", customerName: "Jane" } as never))
      yield* complete(
        yield* submit({ orderType: "UPDATE_CUSTOMER", customerEmail: "a@B.c", customerPhone: "1" } as never)
      )
      const [, updated] = (yield* made).map(({ body }) => JSON.parse(body))
      assert.deepInclude(updated, { id: "C1", customerName: "Jane", customerPhone: "1", version: 2 })
    }).pipe(Effect.provide(layer)))

  it.live("of orders of one customer that end together are stored one after another", () =>
    Effect.gen(function*() {
      yield* subscribe("all", ["customer.created", "customer.updated"])
      const runs = yield* Effect.forEach(Array.from({ length: 20 }), () => submit({ customerId: "C1" } as never))
      yield* Effect.forEach(runs, complete, { concurrency: "unbounded" })
      const types = (yield* made).map(({ type }) => type)
      assert.strictEqual(types.filter((type) => type === "customer.created").length, 1)
      assert.strictEqual(types.filter((type) => type === "customer.updated").length, 19)
    }).pipe(Effect.provide(layer)))

  it.live("are built from the order at the end of the run; if it was changed meanwhile, nothing is stored", () =>
    Effect.gen(function*() {
      const journal = yield* Journal
      yield* subscribe("all", ["subscription.created"])
      const run = yield* submit({ orderItems: items } as never)
      const before = yield* journal.document(run.orderId)
      yield* journal.edit(run.orderId, writeOn(before, { orderItems: [{ name: "Changed" }] } as never), [])
      const stale = yield* journal.commit(entryOf(run, { finish: { ...finished.finish, order: before } }))
      assert.strictEqual(stale._tag, "Stale")
      yield* complete(run)
      assert.deepStrictEqual((yield* made).map(({ body }) => JSON.parse(body).name), ["Changed"])
    }).pipe(Effect.provide(layer)))

  it.live("announce a run in which plugins failed, with the order as it was submitted", () =>
    Effect.gen(function*() {
      const journal = yield* Journal
      yield* subscribe("all", ["error"])
      const run = yield* submit({})
      const error = { name: "calloutPlugin", message: "callout plugin failed due to response status: [404]" }
      yield* journal.commit(entryOf(run, {
        step: stepAt(0, { state: "failed", error }),
        finish: { state: "failed", failedSteps: 1, at: noon, errors: [error] }
      }))
      const [body] = (yield* made).map(({ body }) => JSON.parse(body))
      assert.deepStrictEqual(Object.keys(body), ["eventId", "processEventId", "event", "pluginErrorOutput"])
      assert.strictEqual(body.eventId, `event-${run.eventId.replaceAll("-", "")}`)
      assert.strictEqual(body.processEventId, `process_event-${run.runId.replaceAll("-", "")}`)
      assert.strictEqual(body.event.id, run.orderId)
      assert.deepStrictEqual(body.pluginErrorOutput, [error])
    }).pipe(Effect.provide(layer)))

  it.live("announce the failures of a cancelled run that no process executes", () =>
    Effect.gen(function*() {
      const journal = yield* Journal
      yield* subscribe("all", ["error"])
      const run = yield* submit({})
      const error = { name: "calloutPlugin", message: "This operation was aborted" }
      const output = { odd: "\u0000\ud800" }
      const failed = stepAt(0, { state: "failed", error: { ...error, kind: "timed-out" }, output })
      const cancelled = stepAt(1, { state: "cancelled", error: { ...error, kind: "cancelled" } })
      yield* journal.commit(entryOf(run, { skipped: [failed], step: cancelled }))
      yield* journal.release(entryOf(run, { wait: { index: 2, request: 0, attempt: 2, dueAt: noon * 2 } }) as never)
      const answer = yield* journal.cancel(run.runId, { reason: "test", compensate: false }, noon)
      assert.deepStrictEqual(answer, { _tag: "Stored", state: "cancelled" })
      const [body] = (yield* made).map(({ body }) => JSON.parse(body))
      assert.deepStrictEqual(body.pluginErrorOutput, [error])
    }).pipe(Effect.provide(layer)))

  it.live("of steps go to the step's own address, in order per order and address", () =>
    Effect.gen(function*() {
      const journal = yield* Journal
      yield* subscribe("all", ["*"])
      const run = yield* submit({ orderType: "REFUND" })
      const message = (url: string): OutgoingMessage => ({
        id: nextId(),
        type: "export",
        url,
        headers: { "x-a": "1" },
        body: "{}",
        idempotencyKey: "k",
        timeoutMs: 1000,
        origin: { pipeline: { name: "p", version: 1 }, stepId: "s" }
      })
      const urls = ["https://a.example/x", "https://a.example/x", "https://a.example/y"]
      for (const [index, url] of urls.entries()) {
        yield* journal.commit(entryOf(run, { step: stepAt(index), messages: [message(url)] }))
      }
      assert.deepStrictEqual(yield* summary, ["- export pending due", "- export pending", "- export pending due"])
    }).pipe(Effect.provide(layer)))

  it.live(
    "exist exactly if the order does, over 1,000 transactions with random rollbacks",
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const client = yield* PgClient
        yield* subscribe("a", ["*"])
        yield* subscribe("b", ["order.submitted"], { perOrder: false })
        const worker = nextId()
        yield* sql`insert into workers (id, alive_until) values (${worker}::uuid, 'infinity')`
        // Those at "a" are claimed in the statement that makes them.
        const room = { room: new Map([["e:b", 0]]), otherwise: 10, total: 100 }
        const offer = localClaimParameters({ mark: nextId(), room, taken: () => {} })
        let kept = 0
        yield* Effect.forEach(Array.from({ length: 1000 }), () =>
          Effect.suspend(() => {
            const fails = Math.random() < 0.5
            const member = pendingSubmission({ submission: submission({ orderType: "NEW_ORDER" }) })
            const parts = partsOf([member], [])
            return client.withTransaction(Effect.andThen(
              client.unsafe(renewingFlush(parts), [
                ...flushParameters(worker, 0, [member], [], parts),
                ...offer
              ]),
              fails ? Effect.fail("rolled back") : Effect.sync(() => kept++)
            ))
          }).pipe(
            Effect.result,
            Effect.tap((result) =>
              Effect.sync(() => assert.isTrue(Result.isSuccess(result) || result.failure === "rolled back"))
            )
          ), { concurrency: 8 })
        const [count] = yield* sql<Record<string, number>>`select (select count(*)::int from orders) as orders,
        (select count(*)::int from deliveries) as deliveries,
        (select count(*)::int from deliveries where claim is not null and endpoint_id = 'a') as claimed,
        (select count(*)::int from deliveries d where not exists (select from orders o where o.id = d.order_id)) as loose,
        (select count(*)::int from messages m where not exists (select from orders o where o.id = m.order_id)) as stray`
        assert.deepStrictEqual(count, { orders: kept, deliveries: 2 * kept, claimed: kept, loose: 0, stray: 0 })
      }).pipe(Effect.provide(layer))
  )
})
