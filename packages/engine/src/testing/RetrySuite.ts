/**
 * The conformance suite of `Journal` and `PastRuns` for retries. An adapter's test is one call of `suite`. Contract:
 * sections 5 to 8.
 */
// oxlint-disable-next-line eslint/no-restricted-imports -- a suite is a test; nothing of it runs in the engine
import { assert, describe, it } from "@effect/vitest"
import { processEventId } from "@sluice/domain/identity/Ids"
import { Context, Effect, type Layer, type Scope } from "effect"
import type { ClaimedRun, Journal, NewRun, StepRow } from "../journal/Journal.ts"
import type { PastRuns } from "../journal/PastRuns.ts"
import {
  entryOf,
  fingerprint,
  finished,
  newRun,
  nextId,
  noon,
  record,
  stepAt,
  submission,
  writeOn
} from "./JournalFixtures.ts"
import { accepted, claims, heldOf } from "./JournalSuite.ts"

interface Process {
  readonly journal: Journal["Service"]
  readonly pastRuns: PastRuns["Service"]
}

export class RetryHarness extends Context.Service<RetryHarness, {
  readonly start: Effect.Effect<Process, never, Scope.Scope>
  /** Declares the present processes dead to the others. */
  readonly killAll: Effect.Effect<void>
}>()("@sluice/engine/testing/RetrySuite") {}

const failed = { finish: { state: "failed", failedSteps: 1, at: noon + 10, reason: "step1: no" } } as const

/** A run whose step 0 succeeded and whose step 1 failed. */
const failedRun = Effect.fnUntraced(function*({ journal }: Process) {
  const run = yield* accepted(journal, submission())
  const [first, second] = [record(), record({ outcome: "timed-out", unknown: true })]
  yield* journal.commit(entryOf(run, { step: stepAt(0), callouts: [{ index: 0, record: first }] }))
  const after = writeOn(yield* journal.document(run.orderId), { status: "Failed" })
  const write = { write: after, setAside: { before: "New", after: "Failed" } }
  const step = stepAt(1, { state: "failed", error: { name: "calloutPlugin", message: "no" } })
  yield* journal.commit(entryOf(run, { step, callouts: [{ index: 1, record: second }], ...write, ...failed }))
  return { run, first, second }
})

const retryOf = (run: Pick<ClaimedRun, "runId">, rest: Partial<NewRun> = {}): NewRun => ({
  ...newRun(),
  retryOf: run.runId,
  ...rest
})

const reusedFrom = (run: ClaimedRun): StepRow => stepAt(0, { reusedFrom: processEventId(run.runId), reusedIndex: 0 })

/** A test of one process over an empty store; the harness can start more. */
const inProcess = (layer: Layer.Layer<RetryHarness>) =>
<E>(
  sentence: string,
  body: (harness: RetryHarness["Service"], first: Process) => Effect.Effect<void, E, Scope.Scope>
) =>
  it.live(sentence, () =>
    Effect.gen(function*() {
      const harness = yield* RetryHarness
      yield* body(harness, yield* harness.start)
    }).pipe(Effect.scoped, Effect.provide(layer)))

export const suite = (name: string, layer: Layer.Layer<RetryHarness>) =>
  // oxlint-disable-next-line vitest/valid-title -- the adapter's name
  describe(name, () => {
    const test = inProcess(layer)

    test("an ended run is returned with its steps, its last requests and its change of the status", (_, one) =>
      Effect.gen(function*() {
        const { run, first, second } = yield* failedRun(one)
        const past = yield* one.pastRuns.get(run.runId)
        assert.deepInclude(past, {
          runId: run.runId,
          orderId: run.orderId,
          state: "failed",
          reason: "step1: no",
          setAside: { before: "New", after: "Failed" },
          inheritedKeys: []
        })
        assert.deepStrictEqual(past?.steps.map(({ stepId, state }) => [stepId, state]), [["step0", "succeeded"], [
          "step1",
          "failed"
        ]])
        assert.deepStrictEqual(past?.calls, [
          { index: 0, request: 0, idempotencyKey: first.idempotencyKey, unknown: false },
          { index: 1, request: 0, idempotencyKey: second.idempotencyKey, unknown: true }
        ])
        assert.isUndefined(yield* one.pastRuns.get(nextId()))
      }))

    test("a retry has the records of the steps that it reuses, also after a takeover", (harness, one) =>
      Effect.gen(function*() {
        const { run, first } = yield* failedRun(one)
        const inheritedKeys = [{ index: 1, stepId: "step1", request: 0, key: "old" }]
        const reused = [reusedFrom(run)] as const
        const asked = { orderId: run.orderId, run: retryOf(run, { inheritedKeys }), reused }
        const held = heldOf(yield* one.journal.reprocess(asked))
        const expected = {
          steps: [{ ...reused[0], nextVersion: 2 }],
          callouts: [{ index: 0, record: first }],
          inheritedKeys,
          startVersion: 2
        }
        assert.deepInclude(held, expected)
        yield* harness.killAll
        const heir = yield* harness.start
        const [taken] = yield* claims(heir.journal, 1)
        assert.deepInclude(taken, expected)
        yield* heir.journal.commit(entryOf(taken as ClaimedRun, { step: stepAt(1), ...finished }))
        const past = yield* heir.pastRuns.get(held.runId)
        assert.deepStrictEqual(past?.calls, [], "what was reused was not called here")
        assert.deepStrictEqual(past?.inheritedKeys, inheritedKeys)
      }))

    test(
      "the order is written with the retry or not at all, and not if it was changed meanwhile",
      (_, { journal, pastRuns }) =>
        Effect.gen(function*() {
          const { run } = yield* failedRun({ journal, pastRuns })
          const before = yield* journal.document(run.orderId)
          const asked = { orderId: run.orderId, write: writeOn(before, { status: "New" }) }
          const moved = { ...asked, write: { ...asked.write, seen: 1 } }
          const refused = yield* Effect.flip(journal.reprocess({ ...moved, run: retryOf(run) }))
          assert.strictEqual(refused._tag, "OrderMoved")
          assert.deepStrictEqual(yield* journal.document(run.orderId), before)
          const held = heldOf(yield* journal.reprocess({ ...asked, run: retryOf(run) }))
          assert.strictEqual(held.startVersion, 3)
          assert.strictEqual((yield* journal.document(run.orderId)).order.status, "New")
        })
    )

    test(
      "while a run or a retry of it is open, another retry is refused, and a refusal uses up no key",
      (_, one) =>
        Effect.gen(function*() {
          const { run } = yield* failedRun(one)
          const key = { idempotencyKey: "k", fingerprint: fingerprint(1) }
          const open = heldOf(yield* one.journal.reprocess({ orderId: run.orderId, run: retryOf(run) }))
          for (const again of [run, open]) {
            const asked = { orderId: run.orderId, run: retryOf(again), ...key }
            assert.strictEqual((yield* Effect.flip(one.journal.reprocess(asked)))._tag, "IntakeConflict")
          }
          assert.isUndefined(yield* one.pastRuns.keyed(run.orderId, "k"))
          yield* one.journal.commit(entryOf(open, finished))
          const next = heldOf(yield* one.journal.reprocess({ orderId: run.orderId, run: retryOf(run), ...key }))
          assert.deepInclude(yield* one.pastRuns.keyed(run.orderId, "k"), { runId: next.runId, state: "running" })
        })
    )

    test("a failed step of an ended run is resolved once", (_, one) =>
      Effect.gen(function*() {
        const { run } = yield* failedRun(one)
        const step = stepAt(1, { output: { a: "\u0000" }, resolution: { reason: "r", at: noon } })
        const history = { at: "2026-11-22T16:00:00.000Z", operation: "StepResolved", message: "m", source: "api" }
        assert.isTrue(yield* one.pastRuns.settle(run.runId, step, history))
        assert.isFalse(yield* one.pastRuns.settle(run.runId, step, history))
        assert.deepStrictEqual((yield* one.pastRuns.get(run.runId))?.steps[1], step)
        const open = heldOf(yield* one.journal.reprocess({ orderId: run.orderId, run: retryOf(run) }))
        yield* one.journal.commit(entryOf(open, { step: stepAt(0, { state: "failed" }) }))
        assert.isFalse(yield* one.pastRuns.settle(open.runId, stepAt(0), history))
      }))

    test("a step that another run reused and then compensated is no longer done", (_, one) =>
      Effect.gen(function*() {
        const { run } = yield* failedRun(one)
        const asked = { orderId: run.orderId, run: retryOf(run), reused: [reusedFrom(run)] }
        const held = heldOf(yield* one.journal.reprocess(asked))
        const undone = stepAt(2, { stepId: "step0_compensation", phase: "compensation" })
        yield* one.journal.commit(entryOf(held, { step: undone, ...failed }))
        assert.deepStrictEqual((yield* one.pastRuns.get(run.runId))?.compensated, new Set(["step0"]))
      }))
  })
