/**
 * The conformance suite of `Journal` for runs that their process no longer holds and for runs that wait; an adapter's
 * test is one call of `takeoverSuite`. Contract: section 10; design: ARCHITECTURE.md, "Durability".
 */
// oxlint-disable-next-line eslint/no-restricted-imports -- a suite is a test; nothing of it runs in the engine
import { assert, describe } from "@effect/vitest"
import { Effect, Exit, type Layer, Result, Scope } from "effect"
import type { ClaimedRun, Entry, Journal } from "../journal/Journal.ts"
import { entryOf, finished, nextId, noon, record, stepAt, submission } from "./JournalFixtures.ts"
import { accepted, claimOne, claims, inProcess, type JournalHarness } from "./JournalSuite.ts"

/** Pseudo-random numbers from 0 to 1, the same in each run of the tests. */
const randomOf = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}

/** One of the things that a process does with a run that it holds. */
const deedOf = (journal: Journal["Service"], run: ClaimedRun, random: number, n: number) => {
  const wait = { index: 0, request: n, attempt: 2, dueAt: noon }
  const host = "down.example"
  const entry = (rest: Partial<Entry>) => entryOf(run, rest)
  const deeds: ReadonlyArray<() => Effect.Effect<unknown, unknown>> = [
    () => journal.commit(entry({ wait })),
    () => journal.commit(entry({ open: { index: 0, request: n, attempt: 2, orderVersion: 1 } })),
    () => journal.commit(entry({ callouts: [{ index: 0, record: record({ request: n }) }] })),
    () => journal.commit(entry({ step: stepAt(n) })),
    () => journal.commit(entry({ step: stepAt(n), state: "compensating", reason: "because" })),
    () => journal.commit(entry({ step: stepAt(n), ...finished })),
    () => journal.release({ ...entry({}), wait }),
    () => journal.release({ ...entry({ state: "waiting" }), wait: { ...wait, heldFor: host } }),
    () => journal.release({ ...entry({ state: "waiting" }), wait: { ...wait, heldFor: host, until: noon } }),
    () => journal.abandon(run),
    () => journal.cancel(run.runId, { reason: "enough", compensate: false }, noon),
    () => journal.cancel(run.runId, { reason: "enough", compensate: true }, noon)
  ]
  return Effect.suspend(deeds[Math.floor(random * deeds.length)]!)
}

export const takeoverSuite = (name: string, layer: Layer.Layer<JournalHarness>) =>
  // oxlint-disable-next-line vitest/valid-title -- the adapter's name
  describe(`${name}: takeover`, () => {
    const test = inProcess(layer)

    test(
      "the effects that a step has recorded are known to the process that takes its run over, until the step ends",
      (harness, one) =>
        Effect.gen(function*() {
          const run = yield* accepted(one, submission())
          const wait = { index: 0, request: 0, attempt: 2, dueAt: noon }
          const recorded = { index: 0, results: { book: { id: "\u0000", n: 1 } } }
          yield* one.commit(entryOf(run, { wait }))
          yield* one.commit(entryOf(run, { effects: recorded }))
          yield* harness.killAll
          const journal = yield* harness.start
          const again = yield* claimOne(journal)
          assert.deepStrictEqual(again.effects, recorded)
          assert.deepStrictEqual(again.wait, wait, "marks stay as they are")
          const more = { index: 0, results: { ...recorded.results, publish: 7 } }
          yield* journal.commit(entryOf(again, { effects: more }))
          yield* journal.commit(entryOf(again, { step: stepAt(0, { effects: more.results }) }))
          yield* harness.killAll
          const last = yield* claimOne(yield* harness.start)
          assert.isUndefined(last.effects)
          assert.deepStrictEqual(last.steps[0]?.effects, more.results)
        })
    )

    test(
      "a dead process's run is taken over at its position, byte for byte, and the dead process can store nothing more",
      (
        harness,
        zombie
      ) =>
        Effect.gen(function*() {
          const run = yield* accepted(zombie, submission())
          const body = Uint8Array.from([0, 255, 0xed, 0xa0, 0x80, 10])
          const response = { status: 500, headers: { "x-a": "b\u0000" }, body, truncated: true, length: 9 }
          const told = record({
            response,
            outcome: "rejected",
            body: { form: "workflow", tail: ",\"ShipmentId\":\"\ud83d\ude00\"}" }
          })
          const step = stepAt(0, { output: { deep: ["\u0000", "\ud800"] }, state: "warning", reason: "because" })
          yield* zombie.commit(entryOf(run, { step, callouts: [{ index: 0, record: told }] }))
          yield* harness.killAll
          const heir = yield* harness.start
          const { document: _, ...taken } = yield* claimOne(heir)
          const { document: __, ...before } = run
          assert.deepStrictEqual(taken, {
            ...before,
            claimToken: taken.claimToken,
            takeovers: 1,
            takenOver: true,
            steps: [{ ...step, nextVersion: 1 }],
            callouts: [{ index: 0, record: told }]
          })
          assert.strictEqual((yield* Effect.flip(zombie.commit(entryOf(run, { step: stepAt(1) }))))._tag, "Fenced")
          assert.isFalse(zombie.maySend(run))
          assert.strictEqual((yield* heir.commit(entryOf(taken, finished)))._tag, "Committed")
        })
    )

    test(
      "takeovers are counted until the run makes progress, and an interrupted record is no progress",
      (harness, first) =>
        Effect.gen(function*() {
          let run = yield* accepted(first, submission())
          const counts: Array<number> = []
          for (const outcome of ["interrupted", "interrupted", "succeeded", "interrupted"] as const) {
            yield* harness.killAll
            const journal = yield* harness.start
            run = yield* claimOne(journal)
            counts.push(run.takeovers)
            yield* journal.commit(entryOf(run, { callouts: [{ index: 0, record: record({ outcome }) }] }))
          }
          yield* harness.killAll
          counts.push((yield* claimOne(yield* harness.start)).takeovers)
          assert.deepStrictEqual(counts, [1, 2, 3, 1, 2])
        })
    )

    test("a released run is claimed when it is due, with its wait, and that is no takeover", (_, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const wait = { index: 0, request: 0, attempt: 2, dueAt: noon }
        const failed = { index: 0, record: record({ outcome: "timed-out" }) }
        yield* journal.release({ ...entryOf(run, { callouts: [failed] }), wait })
        assert.isFalse(journal.maySend(run))
        assert.strictEqual((yield* Effect.flip(journal.commit(entryOf(run, finished))))._tag, "Fenced")
        const claimed = yield* claimOne(journal)
        assert.deepStrictEqual([claimed.wait, claimed.takenOver, claimed.takeovers], [wait, false, 0])
      }))

    test("an open attempt and a wait are returned until a later record supersedes them", (harness, first) =>
      Effect.gen(function*() {
        const runs = yield* Effect.all([1, 2, 3].map(() =>
          accepted(first, submission())
        ))
        const [opened, answered, waiting] = runs as [ClaimedRun, ClaimedRun, ClaimedRun]
        const open = { index: 0, request: 0, attempt: 2, orderVersion: 1 }
        const wait = { index: 0, request: 0, attempt: 2, dueAt: noon + 5 }
        for (const run of [opened, answered, waiting]) {
          yield* first.commit(entryOf(run, { wait }))
        }
        for (const run of [opened, answered]) {
          yield* first.commit(entryOf(run, { open }))
        }
        yield* first.commit(entryOf(answered, { callouts: [{ index: 0, record: record({ attempt: 2 }) }] }))
        yield* harness.killAll
        const taken = new Map((yield* claims(yield* harness.start, 3)).map((run) => [run.runId, run]))
        const marks = [opened, answered, waiting].map(({ runId }) => {
          const run = taken.get(runId)
          return [run?.open, run?.wait, run?.takenOver]
        })
        assert.deepStrictEqual(marks, [[open, undefined, false], [undefined, undefined, true], [
          undefined,
          wait,
          false
        ]])
      }))

    test("a process that ends in order leaves its runs at once, and that counts as no takeover", (harness) =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const leaving = yield* Scope.provide(harness.start, scope)
        const run = yield* accepted(leaving, submission())
        const heir = yield* harness.start
        yield* Scope.close(scope, Exit.void)
        const taken = yield* claimOne(heir)
        assert.deepStrictEqual([taken.runId, taken.takeovers, taken.takenOver], [run.runId, 0, true])
      }))

    test("an entry from before the run's release is fenced, and the run stays due", (harness, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const wait = { index: 0, request: 0, attempt: 2, dueAt: noon }
        const [released, committed] = yield* Effect.all([
          journal.release({ ...entryOf(run, {}), wait }),
          Effect.result(journal.commit(entryOf(run, { wait: { ...wait, request: 1 } })))
        ], { concurrency: "unbounded" })
        assert.strictEqual(released._tag, "Committed")
        assert.strictEqual(Result.isFailure(committed) && committed.failure._tag, "Fenced")
        assert.deepStrictEqual(yield* harness.lost, [])
        assert.deepStrictEqual((yield* claimOne(journal)).wait, wait)
      }))

    test(
      "concurrent writes leave no open run without an owner, a due time or a hold",
      (harness, journal) =>
        Effect.gen(function*() {
          const random = randomOf(1)
          for (let trial = 0; trial < 40; trial++) {
            const run = yield* accepted(journal, submission())
            const deeds = Array.from({ length: 4 }, (_, n) =>
              deedOf(journal, run, random(), n))
            yield* Effect.exit(deeds[0]!)
            yield* Effect.all(deeds.slice(1).map(Effect.exit), { concurrency: "unbounded" })
            assert.deepStrictEqual(yield* harness.lost, [], `trial ${trial}`)
          }
        })
    )

    test("an abandoned run is taken over, and an entry without a valid claim is fenced", (_, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        yield* journal.abandon(run)
        assert.strictEqual((yield* Effect.flip(journal.commit(entryOf(run, finished))))._tag, "Fenced")
        const taken = yield* claimOne(journal)
        assert.deepStrictEqual([taken.runId, taken.takeovers, taken.takenOver], [run.runId, 1, true])
        const unknown = entryOf({ ...run, runId: nextId() }, finished)
        assert.strictEqual((yield* Effect.flip(journal.commit(unknown)))._tag, "Fenced")
      }))

    test("work that began before the process lost a run is fenced even if it claims the run again", (_, journal) =>
      Effect.gen(function*() {
        const before = yield* accepted(journal, submission())
        yield* journal.abandon(before)
        const again = yield* claimOne(journal)
        assert.deepStrictEqual([journal.maySend(before), journal.maySend(again)], [false, true])
        assert.strictEqual((yield* Effect.flip(journal.commit(entryOf(before, finished))))._tag, "Fenced")
        yield* journal.abandon(before)
        assert.isTrue(journal.maySend(again))
        assert.deepInclude(yield* journal.commit(entryOf(again, finished)), { ended: "completed" })
      }))

    test(
      "a waiting run is running again with its next entry, and a compensating one stays compensating",
      (_, journal) =>
        Effect.gen(function*() {
          const run = yield* accepted(journal, submission())
          const states: Array<unknown> = []
          for (const state of ["waiting", undefined, "compensating", undefined] as const) {
            yield* journal.commit(entryOf(run, state === undefined ? {} : { state }))
            states.push(yield* journal.state(run.runId))
          }
          assert.deepStrictEqual(states, ["waiting", "running", "compensating", "compensating"])
          assert.isUndefined(yield* journal.state(nextId()))
        })
    )
  })
