import { assert, describe, it } from "@effect/vitest"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { Deferred, Effect, Fiber, Random } from "effect"
import { TestClock } from "effect/testing"
import { callout, pipeline, respond, workflow } from "../Harness.ts"
import { settle, stand, start, submitted, takenOver, the } from "../Stand.ts"

const world = { pipelines: [pipeline([callout("a"), callout("b"), callout("c")], { completedStatus: "Done" })] }

const hangsAt = (at: number) => stand((_, index) => index === at ? Effect.never : respond(200))

describe("cancelling a run", () => {
  it.effect("aborts the call, records it with an unknown outcome, starts no other, and keeps the order's status", () =>
    Effect.gen(function*() {
      const { cancelling } = yield* submitted(world)
      yield* cancelling.cancel((yield* the).runId, { reason: "ordered twice" })
      const { state, reason, status, steps, outcomes, requests } = yield* the
      assert.deepStrictEqual([state, reason, status], ["cancelled", "ordered twice", "New"])
      assert.deepStrictEqual(steps, ["a succeeded", "b cancelled"])
      assert.deepStrictEqual(outcomes, ["0.1 succeeded", "1.1 cancelled?"])
      assert.strictEqual(requests.length, 2)
    }).pipe(Effect.provide(hangsAt(1))))

  it.effect("reaches a run that another process executes", () =>
    Effect.gen(function*() {
      yield* submitted(world)
      const other = yield* start(world)
      const { runId } = yield* the
      const cancelled = yield* Effect.forkChild(other.cancelling.cancel(runId, {}))
      yield* TestClock.adjust(500)
      yield* settle
      yield* Fiber.join(cancelled)
      const { state, reason, outcomes } = yield* the
      assert.deepStrictEqual([state, reason], ["cancelled", "cancelled by an operator"])
      assert.deepStrictEqual(outcomes, ["0.1 succeeded", "1.1 cancelled?"])
    }).pipe(Effect.provide(hangsAt(1))))

  it.effect("ends a wait between two attempts at once", () =>
    Effect.gen(function*() {
      const { cancelling } = yield* submitted({ pipelines: [pipeline([workflow("a"), callout("b")])] })
      yield* cancelling.cancel((yield* the).runId, {})
      const { state, steps, outcomes } = yield* the
      assert.strictEqual(state, "cancelled")
      assert.deepStrictEqual(steps, ["a cancelled"])
      assert.deepStrictEqual(outcomes, ["0.1 rejected"])
    }).pipe(Effect.provide(stand(() => respond(503)))))

  it.effect("takes effect in the process that takes the run over, which records the call that may have been open", () =>
    Effect.gen(function*() {
      yield* submitted(world)
      const { run } = yield* the
      run.cancel = { reason: "stored, and then everybody died", compensate: false }
      yield* takenOver(world)
      const { state, steps, outcomes, requests } = yield* the
      assert.strictEqual(state, "cancelled")
      assert.deepStrictEqual(steps, ["a succeeded", "b cancelled"])
      assert.deepStrictEqual(outcomes, ["0.1 succeeded", "1.1 interrupted?"])
      assert.strictEqual(requests.length, 2)
    }).pipe(Effect.provide(hangsAt(1))))

  it.effect("a second time changes nothing, and after another end it is refused", () =>
    Effect.gen(function*() {
      const first = yield* submitted(world)
      const { run, runId } = yield* the
      assert.strictEqual(run.state, "completed")
      const refused = yield* Effect.flip(first.cancelling.cancel(runId, {}))
      assert.deepInclude(refused, { _tag: "RunEnded", state: "completed" })
      const unknown = yield* Effect.flip(first.cancelling.cancel("0199aaaa-0000-7000-8000-ffffffffffff", {}))
      assert.strictEqual(unknown._tag, "RunNotFound")
      yield* first.intake.process("o-1", {})
      yield* settle
      const again = (yield* the).runId
      yield* first.cancelling.cancel(again, { reason: "first" })
      yield* first.cancelling.cancel(again, { reason: "second", compensate: true })
      assert.deepInclude(yield* the, { state: "cancelled", reason: "first" })
    }).pipe(Effect.provide(hangsAt(3))))

  it.effect("from any process at any moment answers what is stored, and no call follows it", () =>
    Effect.gen(function*() {
      const won = new Set<string>()
      for (let round = 0; round < 80; round++) {
        yield* Effect.gen(function*() {
          const own = yield* start(world)
          const other = yield* start(world)
          yield* own.intake.submit({ body: { id: "o-1", orderType: "NEW_ORDER" } })
          const { runId } = yield* the
          yield* TestClock.adjust(yield* Random.nextIntBetween(0, 34))
          const { cancelling } = (yield* Random.nextBoolean) ? own : other
          const cancelled = yield* Effect.forkChild(Effect.result(cancelling.cancel(runId, {})))
          const before = (yield* the).requests.length
          yield* TestClock.adjust(1000)
          const answer = yield* Fiber.join(cancelled)
          const { state, status, requests } = yield* the
          won.add(state)
          if (answer._tag === "Success") {
            assert.deepStrictEqual([state, status], ["cancelled", "New"])
            assert.isAtMost(requests.length, before + 1)
          } else {
            assert.deepInclude(answer.failure, { _tag: "RunEnded", state: "completed" })
            assert.deepStrictEqual([state, status], ["completed", "Done"])
          }
        }).pipe(Effect.provide(stand(() => Effect.as(Effect.sleep("10 millis"), respond(200)))))
      }
      assert.sameMembers([...won], ["cancelled", "completed"], "the race had both endings")
    }))
})

const late = (deadlineMs: number, steps = [callout("a"), callout("b", { timeoutValue: 60_000 }), callout("c")]) => ({
  pipelines: [pipeline(steps, { deadlineMs })]
})

describe("a run with a deadline", () => {
  it.effect("fails when the deadline has passed, whatever the step's policy, and the open call is timed out", () =>
    Effect.gen(function*() {
      yield* submitted(late(5000))
      yield* TestClock.adjust(4900)
      assert.strictEqual((yield* the).state, "running")
      yield* TestClock.adjust(100)
      const { state, reason, status, steps, outcomes, run } = yield* the
      assert.deepStrictEqual([state, reason, status], ["failed", "run deadline exceeded", "Failed"])
      assert.deepStrictEqual(steps, ["a succeeded", "b failed"])
      assert.deepStrictEqual(outcomes, ["0.1 succeeded", "1.1 timed-out?"])
      assert.strictEqual(run.callouts.at(-1)!.record.error!.message, "run deadline exceeded")
    }).pipe(Effect.provide(hangsAt(1))))

  it.effect("measures it from the run's start across processes, and no wait outlasts it", () =>
    Effect.gen(function*() {
      const patient = { shouldRejectOn: { status: [503] }, retry: { delaysMs: [3_600_000] } }
      const world = late(60_000, [callout("a", patient), callout("b")])
      yield* submitted(world)
      yield* TestClock.adjust(30_000)
      yield* takenOver(world)
      assert.strictEqual((yield* the).state, "running")
      yield* TestClock.adjust(30_000)
      yield* settle
      assert.deepInclude(yield* the, { state: "failed", reason: "run deadline exceeded", steps: ["a failed"] })
      assert.strictEqual((yield* the).requests.length, 1)
    }).pipe(Effect.provide(stand(() => respond(503)))))

  it.effect("fails after a later takeover: a call that may have been open is recorded, and nothing is sent", () =>
    Effect.gen(function*() {
      yield* submitted(late(5000))
      yield* Effect.flatMap(JournalStore, ({ killAll }) => killAll)
      yield* TestClock.adjust(6000)
      yield* start(late(5000))
      yield* settle
      const { state, reason, steps, outcomes, requests } = yield* the
      assert.deepStrictEqual([state, reason], ["failed", "run deadline exceeded"])
      assert.deepStrictEqual(steps, ["a succeeded", "b failed"])
      assert.deepStrictEqual(outcomes, ["0.1 succeeded", "1.1 interrupted?"])
      assert.strictEqual(requests.length, 2)
    }).pipe(Effect.provide(hangsAt(1))))
})

it.effect("a cancel during the shutdown of the process takes effect", () =>
  Effect.gen(function*() {
    const answered = yield* Deferred.make<void>()
    yield* Effect.gen(function*() {
      const { cancelling } = yield* submitted(world)
      const { runId } = yield* the
      yield* Effect.all([cancelling.cancel(runId, {}), Deferred.succeed(answered, undefined)], { concurrency: 2 })
      yield* settle
      assert.deepInclude(yield* the, { state: "cancelled" })
    }).pipe(Effect.provide(stand(() => Effect.as(Deferred.await(answered), respond(200)))))
  }))
