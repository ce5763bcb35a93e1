/**
 * The conformance suite of `Journal` for cancels; an adapter's test is one call of `cancelSuite`. Contract: section 7,
 * `cancel`; design: ARCHITECTURE.md.
 */
// oxlint-disable-next-line eslint/no-restricted-imports -- a suite is a test; nothing of it runs in the engine
import { assert, describe } from "@effect/vitest"
import { Effect, Fiber, type Layer, Random, Stream } from "effect"
import type { Journal, Reprocess } from "../journal/Journal.ts"
import { entryOf, finished, newRun, noon, record, stepAt, submission, writeOn } from "./JournalFixtures.ts"
import { accepted, claimOne, inProcess, type JournalHarness } from "./JournalSuite.ts"

const plain = { reason: "no longer wanted", compensate: false }
const undo = { reason: "undo it", compensate: true }

const again = (orderId: string): Reprocess => {
  const { eventId: _, ...run } = newRun()
  return { orderId, run }
}

/** The first cancel that the process is notified of. */
const toldOne = Effect.fnUntraced(function*(journal: Journal["Service"]) {
  // It looks for cancels while it looks for runs.
  yield* Effect.forkScoped(Stream.runDrain(journal.claimed))
  return (yield* Stream.runCollect(Stream.take(journal.cancellations, 1)))[0]
})

export const cancelSuite = (name: string, layer: Layer.Layer<JournalHarness>) =>
  // oxlint-disable-next-line vitest/valid-title -- the adapter's name
  describe(`${name}: cancel`, () => {
    const test = inProcess(layer)

    test("a cancel that was stored first wins over the end of the run, in any process", (harness, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const other = yield* harness.start
        assert.deepStrictEqual(yield* other.cancel(run.runId, plain, noon), { _tag: "Stored", state: "running" })
        const end = yield* journal.commit(entryOf(run, finished))
        assert.deepStrictEqual(end, { _tag: "Committed", version: 1, ended: "cancelled" })
        assert.strictEqual(yield* journal.state(run.runId), "cancelled")
      }))

    test("the executor is notified, and a second cancel changes nothing", (harness, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const other = yield* harness.start
        const told = yield* Effect.forkChild(toldOne(journal))
        yield* other.cancel(run.runId, undo, noon)
        assert.deepStrictEqual(yield* other.cancel(run.runId, plain, noon), { _tag: "Repeated", state: "running" })
        assert.deepStrictEqual(yield* Fiber.join(told), { runId: run.runId, ...undo })
        yield* journal.commit(entryOf(run, { state: "compensating", cancels: true }))
        yield* journal.commit(entryOf(run, finished))
        assert.deepStrictEqual(yield* other.cancel(run.runId, plain, noon), { _tag: "Repeated", state: "cancelled" })
      }))

    test("a cancel after the end of a run is too late, and one of an unknown run is unknown", (_, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        yield* journal.commit(entryOf(run, finished))
        assert.deepStrictEqual(yield* journal.cancel(run.runId, plain, noon), { _tag: "TooLate", state: "completed" })
        const unknown = yield* journal.cancel(newRun().runId, plain, noon)
        assert.deepStrictEqual(unknown, { _tag: "Unknown" })
      }))

    test("a cancel ends a queued or released run, and the next run of the order has its turn", (_, journal) =>
      Effect.gen(function*() {
        const first = yield* accepted(journal, submission())
        const queued = yield* journal.reprocess(again(first.orderId))
        const next = yield* journal.reprocess(again(first.orderId))
        assert.deepStrictEqual([queued._tag, next._tag], ["Queued", "Queued"])
        const state = "cancelled"
        const queuedId = (queued as { readonly runId: string }).runId
        assert.deepStrictEqual(yield* journal.cancel(queuedId, undo, noon), { _tag: "Stored", state })
        const wait = { index: 0, request: 0, attempt: 2, dueAt: noon * 2 }
        yield* journal.release({ ...entryOf(first, {}), wait })
        assert.deepStrictEqual(yield* journal.cancel(first.runId, plain, noon), { _tag: "Stored", state })
        assert.strictEqual((yield* claimOne(journal)).runId, (next as { readonly runId: string }).runId)
      }))

    test("a released run is due at once if its cancel compensates, before or after the release", (_, journal) =>
      Effect.gen(function*() {
        const wait = { index: 0, request: 0, attempt: 2, dueAt: noon * 2 }
        const before = yield* accepted(journal, submission())
        yield* journal.release({ ...entryOf(before, {}), wait })
        assert.deepStrictEqual(yield* journal.cancel(before.runId, undo, noon), { _tag: "Stored", state: "running" })
        assert.deepInclude(yield* claimOne(journal), { runId: before.runId, cancel: undo })
        const after = yield* accepted(journal, submission())
        yield* journal.cancel(after.runId, plain, noon)
        yield* journal.release({ ...entryOf(after, {}), wait })
        assert.deepInclude(yield* claimOne(journal), { runId: after.runId, cancel: plain })
      }))

    test("an end that writes the order is stale once a cancel is stored, and returns that cancel", (_, journal) =>
      Effect.gen(function*() {
        const given = submission()
        const run = yield* accepted(journal, given)
        yield* journal.cancel(run.runId, plain, noon)
        const entry = entryOf(run, { ...finished, step: stepAt(0), write: writeOn(given.document, { status: "Done" }) })
        assert.deepStrictEqual(yield* journal.commit(entry), { _tag: "Stale", version: 1, cancel: plain })
        assert.strictEqual((yield* journal.document(run.orderId)).order.status, "New")
        const heeded = yield* journal.commit({ ...entry, cancels: true })
        assert.deepStrictEqual(heeded, { _tag: "Committed", version: 2, ended: "cancelled" })
      }))

    test(
      "a cancel that compensates turns the end of a run into compensating once, also after a takeover",
      (harness, journal) =>
        Effect.gen(function*() {
          const run = yield* accepted(journal, submission())
          yield* journal.cancel(run.runId, undo, noon)
          const stored = yield* journal.commit(
            entryOf(run, { ...finished, callouts: [{ index: 0, record: record() }] })
          )
          assert.deepStrictEqual(stored, { _tag: "Committed", version: 1 })
          assert.strictEqual(yield* journal.state(run.runId), "compensating")
          yield* harness.killAll
          const heir = yield* harness.start
          const taken = yield* claimOne(heir)
          assert.deepInclude(taken, { runId: run.runId, cancel: undo, compensating: true })
          const finish = { ...finished.finish, state: "compensation-failed" } as const
          assert.deepInclude(yield* heir.commit(entryOf(taken, { finish })), { ended: "compensation-failed" })
        })
    )

    test(
      "a cancel before the end of a failed compensation wins, unless it asks for compensation",
      (_, journal) =>
        Effect.gen(function*() {
          const run = yield* accepted(journal, submission())
          yield* journal.commit(entryOf(run, { state: "compensating" }))
          yield* journal.cancel(run.runId, plain, noon)
          const finish = { ...finished.finish, state: "compensation-failed" } as const
          assert.deepInclude(yield* journal.commit(entryOf(run, { finish })), { ended: "cancelled" })
        })
    )

    test(
      "of a cancel and an end at the same time exactly one wins, and a cancelled run sets no status",
      (harness, journal) =>
        Effect.gen(function*() {
          const other = yield* harness.start
          const won: Array<string> = []
          for (let round = 0; round < 60; round++) {
            const given = submission()
            const run = yield* accepted(journal, given)
            const writes = round % 2 === 0
            const delays = [yield* Random.nextIntBetween(0, 4), yield* Random.nextIntBetween(0, 4)] as const
            const [stored, answer] = yield* Effect.all([
              Effect.delay(
                journal.commit(entryOf(run, {
                  ...finished,
                  ...(writes && { write: writeOn(given.document, { status: "Done" }) })
                })),
                delays[0]
              ),
              Effect.delay(other.cancel(run.runId, plain, noon), delays[1])
            ], { concurrency: 2 })
            const state = stored._tag === "Stale" ? "stale" : stored.ended
            if (answer._tag === "Stored") {
              assert.strictEqual(state, writes ? "stale" : "cancelled")
            } else assert.deepStrictEqual([answer, state], [{ _tag: "TooLate", state: "completed" }, "completed"])
            const { order } = yield* journal.document(run.orderId)
            assert.strictEqual(order.status, writes && state === "completed" ? "Done" : "New")
            if (state !== "stale") {
              assert.strictEqual(yield* other.state(run.runId), state)
            }
            won.push(answer._tag)
          }
          assert.sameMembers([...new Set(won)], ["Stored", "TooLate"], "the race had both endings")
        })
    )
  })
