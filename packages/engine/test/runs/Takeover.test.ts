import { assert, describe, it } from "@effect/vitest"
import { Intake } from "@sluice/engine/commands/Intake"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { OutboundMemory, type OutboundScript } from "@sluice/http-client/testing/OutboundMemory"
import { Deferred, Effect, Exit, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import { callout, partners, pipeline, process, respond, workflow, type World } from "../Harness.ts"

const shared = (script: OutboundScript) => Layer.mergeAll(JournalStore.layer, partners(script))

/** A process of its own, which lives until its scope is closed. */
const start = (world: World) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(Layer.fresh(process(world)), scope)
    return { scope, intake: yield* Effect.provide(Intake, context) }
  })

const settle = TestClock.adjust("1 millis").pipe(Effect.repeat({ times: 20 }))

const the = Effect.gen(function*() {
  const store = yield* JournalStore
  const { requests } = yield* OutboundMemory
  return { run: [...store.runs.values()][0]!, requests }
})

const counts = (requests: ReadonlyArray<{ readonly headers: Readonly<Record<string, string>> }>) =>
  requests.map(({ headers }) => headers["x-delivery-count"])
const keys = (requests: ReadonlyArray<{ readonly headers: Readonly<Record<string, string>> }>) =>
  new Set(requests.map(({ headers }) => headers["idempotency-key"]))

describe("when a process dies", () => {
  it.effect("in the middle of a call, another records it as interrupted and sends the next attempt", () =>
    Effect.gen(function*() {
      const world: World = { pipelines: [pipeline([workflow("a"), workflow("b")])] }
      const first = yield* start(world)
      yield* first.intake.submit({ body: { orderType: "NEW_ORDER" } })
      yield* settle
      yield* Effect.flatMap(JournalStore, ({ killAll }) => killAll)
      yield* start(world)
      yield* TestClock.adjust("10 seconds")
      yield* settle
      const { run, requests } = yield* the
      assert.strictEqual(run.state, "completed")
      // a once; b as it was open, and again.
      assert.deepStrictEqual(counts(requests), ["1", "1", "2"])
      assert.strictEqual(keys(requests.slice(1)).size, 1)
      assert.strictEqual(requests[1]!.body, requests[2]!.body)
      assert.deepStrictEqual(
        run.callouts.map(({ index, record }) => [index, record.attempt, record.outcome]),
        [[0, 1, "succeeded"], [1, 1, "interrupted"], [1, 2, "succeeded"]]
      )
    }).pipe(Effect.provide(shared((_request, index) => index === 1 ? Effect.never : respond(200)))))

  it.effect("in a wait between attempts, the wait goes on and nothing is recorded as interrupted", () =>
    Effect.gen(function*() {
      const world: World = { pipelines: [pipeline([workflow("a")])] }
      const first = yield* start(world)
      yield* first.intake.submit({ body: { orderType: "NEW_ORDER" } })
      yield* settle
      yield* TestClock.adjust(1000)
      yield* settle
      assert.strictEqual((yield* the).requests.length, 2)
      yield* Effect.flatMap(JournalStore, ({ killAll }) => killAll)
      yield* start(world)
      yield* TestClock.adjust(4900)
      assert.strictEqual((yield* the).requests.length, 2, "5 s have not passed since the second attempt")
      yield* TestClock.adjust(200)
      yield* settle
      const { run, requests } = yield* the
      assert.strictEqual(run.state, "completed")
      assert.deepStrictEqual(counts(requests), ["1", "2", "3"])
      assert.deepStrictEqual(run.callouts.map(({ record }) => record.outcome), ["rejected", "rejected", "succeeded"])
    }).pipe(Effect.provide(shared((_request, index) => index < 2 ? respond(503) : respond(200)))))

  it.effect("again and again without progress, the run ends as failed with worker-lost", () =>
    Effect.gen(function*() {
      const world: World = { pipelines: [pipeline([callout("a", { timeoutValue: 60_000 })])] }
      const first = yield* start(world)
      yield* first.intake.submit({ body: { orderType: "NEW_ORDER" } })
      const { killAll } = yield* JournalStore
      for (let i = 0; i < 7; i++) {
        yield* settle
        yield* killAll
        yield* start(world)
        yield* TestClock.adjust("2 seconds")
      }
      yield* settle
      const { run } = yield* the
      assert.strictEqual(run.state, "failed")
      assert.strictEqual(run.reason, "worker-lost")
    }).pipe(Effect.provide(shared(() => Effect.never))))
})

it.effect("a run whose fiber ends prematurely is claimed again, also by the same process", () =>
  Effect.gen(function*() {
    const { intake } = yield* start({ pipelines: [pipeline([workflow("a"), workflow("b")])] })
    yield* intake.submit({ body: { orderType: "NEW_ORDER" } })
    yield* TestClock.adjust("10 seconds")
    yield* settle
    const { run, requests } = yield* the
    assert.strictEqual(run.state, "completed")
    assert.deepStrictEqual(counts(requests), ["1", "1", "2"])
    assert.deepStrictEqual(
      run.callouts.map(({ record }) => record.outcome),
      ["succeeded", "interrupted", "succeeded"]
    )
  }).pipe(Effect.provide(shared((_request, index) => index === 1 ? Effect.interrupt : respond(200)))))

it.effect("a process that is told to stop finishes the open call, and releases the rest without an interrupted record", () =>
  Effect.gen(function*() {
    const answered = yield* Deferred.make<void>()
    yield* Effect.gen(function*() {
      const world: World = { pipelines: [pipeline([callout("a"), callout("b")])] }
      const first = yield* start(world)
      yield* first.intake.submit({ body: { orderType: "NEW_ORDER" } })
      yield* settle
      const closed = yield* Effect.forkChild(Scope.close(first.scope, Exit.void))
      yield* settle
      yield* Deferred.succeed(answered, undefined)
      yield* settle
      assert.isDefined(closed.pollUnsafe(), "the process ended as soon as the call did")
      assert.strictEqual((yield* the).requests.length, 1)
      yield* start(world)
      yield* settle
      const { run, requests } = yield* the
      assert.strictEqual(run.state, "completed")
      assert.strictEqual(requests.length, 2)
      assert.deepStrictEqual(run.callouts.map(({ record }) => record.outcome), ["succeeded", "succeeded"])
    }).pipe(
      Effect.provide(
        shared((_request, index) => index === 0 ? Effect.as(Deferred.await(answered), respond(200)) : respond(200))
      )
    )
  }))
