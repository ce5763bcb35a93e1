/** The conformance suite of `RunReader`: an adapter's test is one call of `suite`, with the journal that it reads. */
// oxlint-disable-next-line eslint/no-restricted-imports -- a suite is a test; nothing of it runs in the engine
import { assert, describe, it } from "@effect/vitest"
import { processEventId } from "@sluice/domain/identity/Ids"
import { Effect, type Layer } from "effect"
import { Journal } from "../journal/Journal.ts"
import { RunReader } from "../journal/RunReader.ts"
import { entryOf, finished, noon, record, stepAt, submission, writeOn } from "./JournalFixtures.ts"
import { accepted } from "./JournalSuite.ts"

export const suite = <E>(name: string, layer: Layer.Layer<Journal | RunReader, E>) =>
  // oxlint-disable-next-line vitest/valid-title -- the adapter's name
  describe(name, () => {
    it.live("an open run has its ended steps, and apart from them the attempts of the step that goes on", () =>
      Effect.gen(function*() {
        const journal = yield* Journal
        const reader = yield* RunReader
        const run = yield* accepted(journal, submission())
        const [first, second] = [record(), record({ outcome: "timed-out" })]
        yield* journal.commit(entryOf(run, { step: stepAt(0), callouts: [{ index: 0, record: first }] }))
        yield* journal.commit(entryOf(run, { callouts: [{ index: 1, record: second }] }))
        const read = yield* reader.get(run.runId)
        assert.strictEqual(read.state, "running")
        assert.isFalse("finishedAt" in read)
        assert.deepStrictEqual(read.steps.map(({ callouts, stepId }) => [stepId, callouts.map(({ id }) => id)]), [
          ["step0", [first.id]]
        ])
        assert.deepStrictEqual(read.openCallouts.map(({ id, outcome }) => [id, outcome]), [[second.id, "timed-out"]])
      }).pipe(Effect.provide(layer)))

    it.live("an ended run is found by its process event's id, with the order as it is now", () =>
      Effect.gen(function*() {
        const journal = yield* Journal
        const reader = yield* RunReader
        const given = submission()
        const run = yield* accepted(journal, given)
        const write = writeOn(given.document, { status: "Active" })
        yield* journal.commit(entryOf(run, { step: stepAt(0), write, ...finished }))
        const read = yield* reader.get(processEventId(run.runId))
        assert.strictEqual(read.id, processEventId(run.runId))
        assert.strictEqual(read.state, "completed")
        assert.strictEqual(read.finishedAt, noon + 10)
        assert.deepStrictEqual(read.order, write.document.order)
        assert.deepStrictEqual(read.steps, [{ ...stepAt(0), callouts: [] }])
      }).pipe(Effect.provide(layer)))

    it.live("an id that no run has is RunNotFound, well-formed or not", () =>
      Effect.gen(function*() {
        const reader = yield* RunReader
        for (const id of ["", "x", processEventId("0199aaaa-0000-7000-8000-ffffffffffff"), "process_event-x'"]) {
          const error = yield* Effect.flip(reader.get(id))
          assert.deepStrictEqual([error._tag, "runId" in error && error.runId], ["RunNotFound", id])
        }
      }).pipe(Effect.provide(layer)))
  })
