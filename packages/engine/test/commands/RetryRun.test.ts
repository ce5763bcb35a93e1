import { assert, describe, it } from "@effect/vitest"
import { processEventId } from "@sluice/domain/identity/Ids"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import { EditOrder } from "@sluice/engine/commands/EditOrder"
import { Intake } from "@sluice/engine/commands/Intake"
import { ResolveStep } from "@sluice/engine/commands/ResolveStep"
import { type RetryRequest, RetryRun } from "@sluice/engine/commands/RetryRun"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { OutboundTimedOut } from "@sluice/http-client/Outbound"
import { OutboundMemory, type OutboundScript } from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { callout, partners, pipeline, process, respond, type World } from "../Harness.ts"

const world = (world: World, script: OutboundScript) =>
  process(world).pipe(Layer.provideMerge(JournalStore.layer), Layer.provideMerge(partners(script)))

const settle = TestClock.adjust("1 millis").pipe(Effect.repeat({ times: 20 }))

/** Submits an order and lets its run end; answers the id of the process event. */
const failed = Effect.gen(function*() {
  const { submit } = yield* Intake
  const { processEventId } = yield* submit({ body: { id: "o-1", orderType: "NEW_ORDER" } })
  yield* settle
  return processEventId
})

const retry = Effect.fnUntraced(function*(id: string, request: RetryRequest = {}) {
  const receipt = yield* Effect.flatMap(RetryRun, (service) => service.retry(id, request))
  yield* settle
  return receipt.processEventId
})

const refusal = (id: string, request: RetryRequest = {}) => Effect.flip(retry(id, request))

const run = (id: string) =>
  Effect.map(JournalStore, ({ runs }) => [...runs.values()].find(({ runId }) => processEventId(runId) === id)!)

const steps = (id: string) =>
  Effect.map(
    run(id),
    (one) =>
      one.steps.toSorted((a, b) => a.index - b.index).map(({ stepId, state, reusedFrom }) =>
        reusedFrom === undefined
          ? `${stepId} ${state}`
          : `${stepId} ${state} of ${reusedFrom === id ? "itself" : reusedFrom}`
      )
  )

const sent = Effect.map(OutboundMemory, ({ requests }) =>
  requests.map(({ url, headers, body }) => ({
    host: new URL(url).hostname.replace(".example", ""),
    key: headers["idempotency-key"],
    body: JSON.parse(String(body)) as JsonObject
  })))

const order = Effect.map(JournalStore, ({ orders }) => orders.get("o-1")!)
const newestStatus = Effect.map(order, ({ versions }) => versions.at(-1)!.order.status)

const critical = { shouldRejectOn: { status: [500] } }
const abc = (members: Partial<Pipeline> = {}) =>
  pipeline([
    callout("a"),
    callout("b", critical, { critical: true }),
    callout("c", { headers: { "x-seen": "{% callouts.a.body.token %}" } })
  ], members)

/** Refuses `b` the first `times` times. */
const refusing = (times: number): OutboundScript => {
  let refused = 0
  return ({ url }) => url.includes("b.example") && refused++ < times ? respond(500) : respond(200, { token: "from a" })
}

describe("a retry", () => {
  it.effect("continues at the failed step with the records before it, and the old run stays unchanged", () =>
    Effect.gen(function*() {
      const old = yield* failed
      const before = structuredClone(yield* run(old))
      assert.strictEqual(yield* newestStatus, "Failed")
      const again = yield* retry(old, { reason: "mended", requestedBy: "ops" })
      assert.deepStrictEqual(yield* steps(again), [`a succeeded of ${old}`, "b succeeded", "c succeeded"])
      const all = yield* sent
      assert.deepStrictEqual(all.map(({ host }) => host), ["a", "b", "b", "c"])
      const after = yield* run(again)
      assert.deepInclude(after, { state: "completed", fromStep: "b", retryReason: "mended", requestedBy: "ops" })
      assert.strictEqual(after.retryOf, before.runId)
      assert.deepStrictEqual(structuredClone(yield* run(old)), before)
      const { requests } = yield* OutboundMemory
      assert.strictEqual(requests.at(-1)!.headers["x-seen"], "from a", "the reused answer is seen by expressions")
    }).pipe(Effect.provide(world({ pipelines: [abc()] }, refusing(1)))))

  it.effect("restores the status that the failure replaced, before its first step reads the order", () =>
    Effect.gen(function*() {
      const old = yield* failed
      yield* retry(old)
      assert.strictEqual((yield* sent).at(-1)!.body.status, "New")
      assert.strictEqual(yield* newestStatus, "New")
      const { history } = yield* order
      assert.deepInclude(history.at(-1), {
        operation: "StatusChanged",
        before: { status: "Failed" },
        after: { status: "New" }
      })
    }).pipe(Effect.provide(world({ pipelines: [abc()] }, refusing(1)))))

  it.effect("keeps a status that was changed since the failure", () =>
    Effect.gen(function*() {
      const old = yield* failed
      yield* Effect.flatMap(EditOrder, ({ patch }) => patch("o-1", { status: "Looked at" }))
      yield* retry(old)
      assert.strictEqual(yield* newestStatus, "Looked at")
    }).pipe(Effect.provide(world({ pipelines: [abc()] }, refusing(1)))))

  for (
    const [what, answer, request, same] of [
      ["a known answer: a new key", () => respond(500), {}, false],
      [
        "no answer to what was sent: the same key",
        () => Effect.fail(new OutboundTimedOut({ sent: true })),
        {},
        true
      ],
      [
        "no answer to what was never sent: a new key",
        () => Effect.fail(new OutboundTimedOut({ sent: false })),
        {},
        false
      ],
      [
        "no answer, and newKey: a new key",
        () => Effect.fail(new OutboundTimedOut({ sent: true })),
        { newKey: true },
        false
      ]
    ] as const
  ) {
    it.effect(`after ${what}`, () =>
      Effect.gen(function*() {
        const old = yield* failed
        yield* retry(old, request)
        const keys = (yield* sent).filter(({ host }) => host === "b").map(({ key }) => key)
        assert.strictEqual(keys.length, 2)
        assert.strictEqual(keys[0] === keys[1], same)
      }).pipe(Effect.provide(world(
        { pipelines: [abc()] },
        (() => {
          let asked = 0
          return ({ url }) => url.includes("b.example") && asked++ === 0 ? answer() : respond(200, { token: "t" })
        })() satisfies OutboundScript
      ))))
  }

  it.effect("of a retry names the run in which a step ran, and keeps the key of a request not reached since", () =>
    Effect.gen(function*() {
      const first = yield* failed
      const second = yield* retry(first, { from: "a" })
      assert.deepStrictEqual(yield* steps(second), ["a failed"])
      const third = yield* retry(second)
      assert.deepStrictEqual(yield* steps(third), ["a succeeded", "b succeeded"])
      const b = (yield* sent).filter(({ host }) => host === "b").map(({ key }) => key)
      assert.strictEqual(new Set(b).size, 1, "b may have happened in the first run: the key is the same")
      const fourth = yield* retry(third, { from: "b" })
      const fifth = yield* retry(fourth, { from: "b" })
      assert.deepStrictEqual(yield* steps(fifth), [`a succeeded of ${third}`, "b succeeded"])
    }).pipe(Effect.provide(world(
      { pipelines: [pipeline([callout("a", critical, { critical: true }), callout("b", {}, { critical: true })])] },
      (_request, index) =>
        index === 1
          ? Effect.fail(new OutboundTimedOut({ sent: true }))
          : respond(index === 2 ? 500 : 200)
    ))))

  it.effect("of a completed run requires a step whose predecessors have records, and runs from there", () =>
    Effect.gen(function*() {
      const old = yield* failed
      assert.deepInclude(yield* refusal(old), { _tag: "RetryRefused", path: "from" })
      const unknown = yield* refusal(old, { from: "nobody" })
      assert.match((unknown as { message: string }).message, /nobody.*name one of a, b, c/)
      const again = yield* retry(old, { from: "c" })
      assert.deepStrictEqual(yield* steps(again), [`a succeeded of ${old}`, `b succeeded of ${old}`, "c succeeded"])
    }).pipe(Effect.provide(world({ pipelines: [abc()] }, refusing(0)))))

  it.effect("is refused after the step that ended the run, and while the run or a retry is open; a repetition is not", () =>
    Effect.gen(function*() {
      const old = yield* failed
      const past = yield* refusal(old, { from: "c" })
      assert.match((past as { message: string }).message, /step b comes before c and failed/)
      const again = yield* retry(old, { idempotencyKey: "k" })
      assert.strictEqual((yield* run(again)).state, "running")
      assert.strictEqual((yield* refusal(old))._tag, "IntakeConflict")
      assert.strictEqual((yield* refusal(again))._tag, "IntakeConflict")
      assert.strictEqual(yield* retry(old, { idempotencyKey: "k" }), again)
      assert.strictEqual((yield* refusal(old, { idempotencyKey: "k", reason: "other" }))._tag, "IntakeConflict")
      assert.strictEqual((yield* Effect.flip(retry("process_event-0")))._tag, "RunNotFound")
      yield* TestClock.adjust("3 seconds")
    }).pipe(Effect.provide(world(
      { pipelines: [abc()] },
      (_request, index) => index === 1 ? respond(500) : index === 2 ? Effect.never : respond(200, { token: "t" })
    ))))

  it.effect("runs the newest version if asked to, its steps matched by id", () =>
    Effect.gen(function*() {
      const old = yield* failed
      const again = yield* retry(old, { pipeline: "current" })
      assert.deepStrictEqual(yield* steps(again), [`a succeeded of ${old}`, "b succeeded", "d succeeded"])
      assert.deepStrictEqual((yield* sent).map(({ host }) => host), ["a", "b", "b2", "d"])
      assert.strictEqual((yield* run(again)).pipeline.version, 2)
    }).pipe(Effect.provide(world(
      {
        pipelines: [
          abc({ match: { orderTypes: ["NEW_ORDER"] }, priority: 1 }),
          pipeline([callout("a"), callout("b", { endpoint: "https://b2.example" }), callout("d")], { version: 2 })
        ].toReversed()
      },
      refusing(1)
    ))))

  it.effect("asks the probe before it repeats a call that an earlier run may have made, and follows its answer", () =>
    Effect.gen(function*() {
      const old = yield* failed
      const again = yield* retry(old)
      assert.deepStrictEqual(yield* steps(again), ["b succeeded"])
      const { requests } = yield* OutboundMemory
      assert.deepStrictEqual(requests.map(({ url }) => new URL(url).hostname), ["b.example", "probe.example"])
    }).pipe(Effect.provide(world(
      { pipelines: [pipeline([callout("b", {}, { critical: true, probe: { endpoint: "https://probe.example" } })])] },
      (_request, index) => index === 0 ? Effect.fail(new OutboundTimedOut({ sent: true })) : respond(200)
    ))))

  it.effect("repeats exactly the steps that a compensation undid", () =>
    Effect.gen(function*() {
      const old = yield* failed
      assert.strictEqual(yield* newestStatus, "Failed")
      const again = yield* retry(old)
      assert.deepStrictEqual(yield* steps(again), [`a succeeded of ${old}`, "b succeeded", "c succeeded"])
      assert.deepStrictEqual((yield* sent).map(({ host }) => host), ["a", "b", "c", "undo", "b", "c"])
      assert.strictEqual(yield* newestStatus, "New")
      const b = (yield* sent).filter(({ host }) => host === "b").map(({ key }) => key)
      assert.strictEqual(new Set(b).size, 2, "under the old key the partner would answer what was undone since")
    }).pipe(Effect.provide(world(
      {
        pipelines: [pipeline([
          callout("a"),
          callout("b", {}, { compensate: { endpoint: "https://undo.example" } }),
          callout("c", critical, { critical: true })
        ])]
      },
      (_request, index) => respond(index === 2 ? 500 : 200)
    ))))

  it.effect("is requested once even if a process dies: the next process takes it over with the reused answers", () =>
    Effect.gen(function*() {
      const shared = Layer.mergeAll(
        JournalStore.layer,
        partners((_request, index) =>
          index === 1 ? respond(500) : index === 2 ? Effect.never : respond(200, { token: "kept" })
        )
      )
      yield* Effect.gen(function*() {
        const first = yield* Layer.build(Layer.fresh(process({ pipelines: [abc()] })))
        const old = yield* Effect.provide(failed, first)
        const again = yield* Effect.provide(retry(old), first)
        yield* Effect.flatMap(JournalStore, ({ killAll }) => killAll)
        yield* Layer.build(Layer.fresh(process({ pipelines: [abc()] })))
        yield* TestClock.adjust("10 seconds")
        yield* settle
        assert.deepStrictEqual(yield* steps(again), [`a succeeded of ${old}`, "b succeeded", "c succeeded"])
        const { requests } = yield* OutboundMemory
        assert.strictEqual(requests.at(-1)!.headers["x-seen"], "kept")
        assert.strictEqual(requests[2]!.headers["idempotency-key"], requests[3]!.headers["idempotency-key"])
      }).pipe(Effect.scoped, Effect.provide(shared))
    }))
})

const resolve = (id: string, stepId: string, reason: string, output?: JsonObject) =>
  Effect.flatMap(
    ResolveStep,
    (service) => service.resolve(id, stepId, { reason, requestedBy: "ops", ...(output !== undefined && { output }) })
  )

describe("a step settled by hand", () => {
  it.effect("lets a retry continue, with its output in place of the missing answer", () =>
    Effect.gen(function*() {
      const old = yield* failed
      yield* resolve(old, "b", "made by hand", { accountId: "A-1" })
      yield* resolve(old, "b", "made by hand", { accountId: "A-1" })
      const again = yield* retry(old)
      assert.deepStrictEqual(yield* steps(again), [`b succeeded of ${old}`, "c succeeded"])
      const { requests } = yield* OutboundMemory
      assert.strictEqual(requests.length, 2, "b is not asked again")
      assert.deepInclude(requests[1]!.headers, { "x-body": "A-1", "x-output": "A-1" })
      const { history } = yield* order
      const told = history.filter(({ operation }) => operation === "StepResolved")
      assert.strictEqual(told.length, 1)
      assert.match(told[0]!.message, /b of .* resolved by hand by ops: made by hand/)
    }).pipe(Effect.provide(world(
      {
        pipelines: [pipeline([
          callout("b", {}, { critical: true }),
          callout("c", {
            headers: { "x-body": "{% callouts.b.body.accountId %}", "x-output": "{% steps.b.output.accountId %}" }
          })
        ])]
      },
      (_request, index) => index === 0 ? Effect.fail(new OutboundTimedOut({ sent: true })) : respond(200)
    ))))

  it.effect("must have failed in an ended run, and is resolved once", () =>
    Effect.gen(function*() {
      const old = yield* failed
      const refused = (stepId: string, reason = "r") => Effect.flip(resolve(old, stepId, reason))
      assert.strictEqual((yield* refused("a"))._tag, "NotResolvable")
      assert.strictEqual((yield* refused("c"))._tag, "StepNotFound")
      yield* resolve(old, "b", "once")
      assert.strictEqual((yield* refused("b", "twice"))._tag, "NotResolvable")
      const again = yield* retry(old, { from: "b" })
      assert.strictEqual((yield* run(again)).state, "running")
      const open = yield* Effect.flip(resolve(again, "b", "too early"))
      assert.strictEqual(open._tag, "NotResolvable")
      yield* TestClock.adjust("3 seconds")
    }).pipe(Effect.provide(world(
      { pipelines: [abc()] },
      (_request, index) => index === 1 ? respond(500) : index === 2 ? Effect.never : respond(200, { token: "t" })
    ))))
})
