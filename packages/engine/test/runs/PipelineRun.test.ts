import { assert, describe, it } from "@effect/vitest"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import type { JsonObject } from "@sluice/domain/json/Json"
import { EditOrder } from "@sluice/engine/commands/EditOrder"
import { Intake } from "@sluice/engine/commands/Intake"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { OutboundUnreachable } from "@sluice/http-client/Outbound"
import { OutboundMemory, type OutboundScript } from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { callout, partners, pipeline, process, respond, workflow, type World } from "../Harness.ts"

const world = (world: World, script: OutboundScript) =>
  process(world).pipe(Layer.provideMerge(JournalStore.layer), Layer.provideMerge(partners(script)))

const order: JsonObject = {
  id: "o-1",
  orderType: "NEW_ORDER",
  relatedOrders: [""],
  customFields: { keep: [1, { deep: null }] }
}

const submit = Effect.gen(function*() {
  const { submit } = yield* Intake
  return yield* submit({ body: order })
})

/** Lets everything that is due happen. */
const settle = TestClock.adjust("1 millis").pipe(Effect.repeat({ times: 20 }))

const ended = Effect.gen(function*() {
  yield* settle
  const store = yield* JournalStore
  const { requests } = yield* OutboundMemory
  const run = [...store.runs.values()].at(-1)!
  run.steps.sort((a, b) => a.index - b.index)
  const { versions, history } = store.orders.get("o-1")!
  return {
    state: run.state,
    reason: run.reason,
    steps: run.steps.map(({ stepId, state }) => `${stepId} ${state}`),
    records: run.callouts.map(({ record }) => record),
    order: versions.at(-1)!.order,
    versions: versions.length,
    history,
    requests,
    run
  }
})

const bodyOf = (request: { readonly body?: string | Uint8Array | undefined }): unknown =>
  JSON.parse(String(request.body))
const hosts = (requests: ReadonlyArray<{ readonly url: string }>) => requests.map(({ url }) => new URL(url).hostname)

describe("a run", () => {
  it.effect("calls each partner once, in order, with the whole order, and completes", () =>
    Effect.gen(function*() {
      const receipt = yield* submit
      assert.strictEqual(receipt.state, "running")
      const { state, requests, records, order: stored } = yield* ended
      assert.strictEqual(state, "completed")
      assert.strictEqual(stored.status, "Done")
      assert.deepStrictEqual(hosts(requests), ["a.example", "b.example", "c.example"])
      assert.deepStrictEqual(bodyOf(requests[0]!), {
        ...order,
        status: "New",
        createdAt: stored.createdAt,
        updatedAt: stored.createdAt,
        version: 1
      })
      assert.strictEqual(new Set(requests.map(({ headers }) => headers["idempotency-key"])).size, 3)
      assert.match(requests[0]!.headers["traceparent"]!, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
      assert.deepStrictEqual(records.map(({ outcome, attempt }) => [outcome, attempt]), [["succeeded", 1], [
        "succeeded",
        1
      ], ["succeeded", 1]])
    }).pipe(Effect.provide(world(
      { pipelines: [pipeline([callout("a"), callout("b"), callout("c")], { completedStatus: "Done" })] },
      () => respond(200, { ok: true })
    ))))

  it.effect("ends at a critical rejection: later steps make no request, and the order's errors name it", () =>
    Effect.gen(function*() {
      yield* submit
      const { state, reason, requests, steps, order } = yield* ended
      assert.strictEqual(state, "failed")
      assert.strictEqual(reason, "a: callout plugin failed due to response status: [404]")
      assert.deepStrictEqual(steps, ["a failed"])
      assert.strictEqual(requests.length, 1)
      assert.strictEqual(order.status, "Failed")
    }).pipe(Effect.provide(world(
      {
        pipelines: [pipeline([callout("a", { shouldRejectOn: { status: [404] } }, { critical: true }), callout("b")])]
      },
      () => respond(404)
    ))))

  it.effect("continues after a step that is not critical has timed out", () =>
    Effect.gen(function*() {
      yield* submit
      yield* settle
      assert.strictEqual((yield* OutboundMemory).requests.length, 1)
      yield* TestClock.adjust(2000)
      const { state, steps, records } = yield* ended
      assert.strictEqual(state, "completed")
      assert.deepStrictEqual(steps, ["slow failed", "b succeeded"])
      assert.deepInclude(records[0], {
        outcome: "timed-out",
        unknown: true,
        error: { message: "This operation was aborted" }
      })
    }).pipe(Effect.provide(world(
      { pipelines: [pipeline([callout("slow"), callout("b")])] },
      ({ url }) => url.includes("slow") ? Effect.never : respond(200)
    ))))

  it.effect("skips steps by their filters and `when`, with a reason", () =>
    Effect.gen(function*() {
      yield* submit
      const { requests, run } = yield* ended
      assert.deepStrictEqual(hosts(requests), ["yes.example"])
      assert.deepStrictEqual(run.steps.map(({ state }) => state), [
        "skipped",
        "skipped",
        "succeeded",
        "skipped",
        "skipped"
      ])
      assert.match(run.steps[4]!.reason ?? "", /when does not hold: order\.relatedOrders/)
      assert.match(run.steps[1]!.reason ?? "", /when does not hold: order\.missing/)
    }).pipe(Effect.provide(world(
      {
        pipelines: [pipeline([
          callout("off", {}, { active: false }),
          callout("no", {}, { when: "order.missing" }),
          callout("yes", {}, { when: "order.customFields" }),
          callout("nowhere", {}, { scope: { enabledForMarkets: ["NOR"] } }),
          callout("nothingTrue", {}, { when: "order.relatedOrders" })
        ])]
      },
      () => respond(200)
    ))))

  it.effect("builds a later request from an earlier partner's answer", () =>
    Effect.gen(function*() {
      yield* submit
      const { requests } = yield* ended
      assert.strictEqual(requests[1]!.headers["x-account"], "ACC-12345")
    }).pipe(Effect.provide(world(
      {
        pipelines: [
          pipeline([
            callout("provision"),
            callout("bill", { headers: { "x-account": "{% callouts.provision.body.accountId %}" } })
          ])
        ]
      },
      () => respond(200, { accountId: "ACC-12345" })
    ))))

  it.effect("sends nothing if an expression yields nothing, and names the expression", () =>
    Effect.gen(function*() {
      yield* submit
      const { requests, run } = yield* ended
      assert.strictEqual(requests.length, 0)
      assert.strictEqual(
        run.steps[0]!.error?.message,
        "headers.x-account: the expression {% callouts.none.body.id %} yields nothing, and a value is needed"
          + ": step none made no callout, or was skipped"
      )
    }).pipe(Effect.provide(world(
      { pipelines: [pipeline([callout("bill", { headers: { "x-account": "{% callouts.none.body.id %}" } })])] },
      () => respond(200)
    ))))
})

describe("a workflow step", () => {
  const retried = world(
    { pipelines: [pipeline([workflow("w", { stopOnError: true })])] },
    (_request, index) =>
      index < 2
        ? respond(503)
        : index === 2
        ? new OutboundUnreachable({ code: "refused", message: "refused", sent: false })
        : respond(200, { OrderPatch: { status: "Validated", tags: ["checked"] } })
  )

  it.effect("retries after 1, 5 and 15 s with the same key and bytes, and counts deliveries", () =>
    Effect.gen(function*() {
      yield* submit
      const { requests } = yield* OutboundMemory
      const seen: Array<number> = []
      for (const wait of [0, 999, 1, 4999, 1, 14_999, 1]) {
        yield* TestClock.adjust(wait)
        yield* Effect.yieldNow
        seen.push(requests.length)
      }
      assert.deepStrictEqual(seen, [1, 1, 2, 2, 3, 3, 4])
      assert.deepStrictEqual(requests.map(({ headers }) => headers["x-delivery-count"]), ["1", "2", "3", "4"])
      assert.strictEqual(new Set(requests.map(({ headers }) => headers["idempotency-key"])).size, 1)
      assert.strictEqual(new Set(requests.map(({ body }) => body)).size, 1)
      const { state, order, records, history } = yield* ended
      assert.strictEqual(state, "completed")
      assert.strictEqual(order.status, "Validated")
      assert.deepStrictEqual(records.at(-1)!.patch, [
        { path: "/status", before: "New", after: "Validated" },
        { path: "/tags", after: ["checked"] }
      ])
      assert.deepInclude(history[0], { operation: "ExecuteExportOrder", operationId: 110105, source: "w" })
    }).pipe(Effect.provide(retried)))

  it.effect("merges its patch onto a change that was made meanwhile, so that no update is lost", () =>
    Effect.gen(function*() {
      yield* submit
      const editing = yield* EditOrder
      yield* settle
      yield* editing.patch("o-1", { properties: [{ key: "byHand", value: "1" }], tags: ["mine"] })
      yield* TestClock.adjust(30_000)
      const { order, versions, requests } = yield* ended
      assert.deepStrictEqual(order.tags, ["mine", "checked"])
      assert.deepStrictEqual(order.properties, [{ key: "byHand", value: "1" }])
      assert.strictEqual(order.version, versions)
      assert.isUndefined(JSON.parse(String(requests[3]!.body)).Value.Tags, "later attempts send the first one's bytes")
    }).pipe(Effect.provide(retried)))

  it.effect("stops the run on CancelWorkflow with StopOnError, and records the reason in the order", () =>
    Effect.gen(function*() {
      yield* submit
      const { state, order, history, requests, run } = yield* ended
      assert.strictEqual(state, "failed")
      assert.strictEqual(order.status, "ValidationFailed")
      assert.deepInclude((order.errors as ReadonlyArray<JsonObject>)[0], {
        source: "WebhookWorkflowStep",
        stepId: "w",
        message: "no such street"
      })
      assert.deepStrictEqual(history.map(({ message }) => message), [
        "no such street",
        "status set because the run failed"
      ])
      assert.strictEqual(requests.length, 1)
      assert.deepStrictEqual(run.steps[0]!.error, {
        name: "WebhookWorkflowStep",
        kind: "rejected",
        message: "no such street"
      })
    }).pipe(Effect.provide(world(
      {
        pipelines: [
          pipeline([
            workflow("w", { stopOnError: true }, [{ key: "ErrorStatus", value: "ValidationFailed" }]),
            callout("b")
          ])
        ]
      },
      () => respond(200, { OrderActionExecutionResults: [{ CancelWorkflow: true, ErrorReason: "no such street" }] })
    ))))

  it.effect("is a warning with a reason if the partner reports one, and its patch is applied", () =>
    Effect.gen(function*() {
      yield* submit
      const { state, steps, order: stored, run, history } = yield* ended
      assert.deepStrictEqual([state, stored.status], ["completed", "Validated"])
      assert.deepStrictEqual(steps, ["w warning", "b succeeded"])
      const [row] = run.steps
      assert.match(row?.reason ?? "", /^answered 200 with ActionStatus Warning: check the street; /)
      assert.isUndefined(row?.error)
      assert.deepStrictEqual(row?.output, { actionStatus: "Warning" })
      assert.deepStrictEqual(history.map(({ message, operation }) => [operation, message]), [
        ["ExecuteExportOrder", "WebhookWorkflowStep w ended with Warning after 1 attempt(s): check the street"]
      ])
    }).pipe(Effect.provide(world(
      { pipelines: [pipeline([workflow("w", { stopOnError: true }), callout("b")])] },
      () =>
        respond(200, {
          OrderActionExecutionResults: [{ ActionStatus: "Warning", ErrorReason: "check the street" }],
          OrderPatch: { status: "Validated" }
        })
    ))))

  it.effect("waits as long as Retry-After says, across processes, and not beyond the deadline", () =>
    Effect.gen(function*() {
      yield* submit
      const { runs } = yield* JournalStore
      const [run] = [...runs.values()]
      yield* settle
      assert.deepStrictEqual([run?.owner, run?.wait?.attempt], [undefined, 2], "nobody holds a run that waits so long")
      yield* TestClock.adjust("119 seconds")
      assert.strictEqual((yield* ended).requests.length, 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* ended).requests.length, 2)
      yield* TestClock.adjust("3 minutes")
      const { reason, requests, state } = yield* ended
      assert.deepStrictEqual([requests.length, state, reason], [2, "failed", "run deadline exceeded"])
    }).pipe(Effect.provide(world(
      { pipelines: [pipeline([workflow("w")], { deadlineMs: 300_000 })] },
      (_, index) => respond(503, "", { "retry-after": index === 0 ? "120" : "3600" })
    ))))

  it.effect("that patches a read-only order changes nothing, and ends as a warning", () =>
    Effect.gen(function*() {
      const { submit } = yield* Intake
      yield* submit({ body: { ...order, isReadOnly: true } })
      const { state, steps, order: stored, run } = yield* ended
      assert.strictEqual(state, "completed")
      assert.strictEqual(stored.status, "New")
      assert.deepStrictEqual(steps, ["w warning"])
      assert.match(run.steps[0]!.error?.message ?? "", /read-only/)
    }).pipe(Effect.provide(world(
      { pipelines: [pipeline([workflow("w", { stopOnError: true })])] },
      () => respond(200, { OrderPatch: { status: "Validated" } })
    ))))

  it.effect("fails without a request where no connector fits, and the workflow continues", () =>
    Effect.gen(function*() {
      yield* submit
      const { state, steps, requests } = yield* ended
      assert.strictEqual(state, "completed")
      assert.deepStrictEqual(steps, ["w failed", "b succeeded"])
      assert.deepStrictEqual(hosts(requests), ["b.example"])
    }).pipe(Effect.provide(world(
      {
        pipelines: [
          pipeline([{
            ...workflow("w", { stopOnError: true }),
            options: { connector: "Webhook", connectorId: "none", stopOnError: true }
          }, callout("b")])
        ]
      },
      () => respond(200)
    ))))
})

it.effect("configured secrets are redacted in records, and not in requests", () =>
  Effect.gen(function*() {
    yield* submit
    const { requests, records, order, history } = yield* ended
    assert.strictEqual(requests[0]!.headers["x-api-key"], "s3cret-s3cret")
    assert.strictEqual(records[0]!.headers["x-api-key"], "[redacted]")
    assert.strictEqual(Utf8.decode(records[0]!.response!.body), "{\"orderPatch\":{\"orderOrigin\":\"[redacted]\"}}")
    assert.strictEqual(order.orderOrigin, "[redacted]", "a patch carries no secret into the order either")
    assert.notInclude(JSON.stringify([records, history]), "s3cret")
  }).pipe(Effect.provide(world(
    {
      pipelines: [
        pipeline([workflow("a", {}, [{ key: "x-api-key", value: "s3cret-s3cret", keyGroup: "RequestHeaders" }])])
      ],
      secrets: ["s3cret-s3cret"]
    },
    () => respond(200, { orderPatch: { orderOrigin: "s3cret-s3cret" } })
  ))))
