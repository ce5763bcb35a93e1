/**
 * What every `Journal` must do. An adapter's test is one call of `suite`; its harness starts processes over one store
 * and kills them. Contract: sections 3, 7 and 10.
 */
// oxlint-disable-next-line eslint/no-restricted-imports -- a suite is a test; nothing of it runs in the engine
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, type Layer, Scope, Stream } from "effect"
import type { HeldRun, Intake, Journal, Submission } from "../Journal.ts"
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

export class JournalHarness extends Context.Service<JournalHarness, {
  /** A process over the store. Closing its scope ends it orderly. */
  readonly start: Effect.Effect<Journal["Service"], never, Scope.Scope>
  /** The processes that are there are dead to the others, though they may not know it yet. */
  readonly killAll: Effect.Effect<void>
}>()("@sluice/engine/testing/JournalSuite") {}

/** The run of a submission that is new. */
export const accepted = (journal: Journal["Service"], given: Submission) => Effect.map(journal.accept(given), heldOf)

export const heldOf = (intake: Intake): HeldRun => {
  assert.strictEqual(intake._tag, "Accepted")
  return (intake as Extract<Intake, { readonly _tag: "Accepted" }>).run
}

/** The next `count` runs that the process is given to execute. */
export const claims = (journal: Journal["Service"], count: number) =>
  Stream.runCollect(Stream.take(journal.claimed, count))

export const claimOne = (journal: Journal["Service"]) =>
  Effect.map(claims(journal, 1), ([run]) => {
    assert.isDefined(run)
    return run as HeldRun
  })

const failure = <A, E>(effect: Effect.Effect<A, E>) => Effect.flip(effect)

/** A test of one process over an empty store; the harness can start more. */
export const inProcess = (layer: Layer.Layer<JournalHarness>) =>
<E>(
  sentence: string,
  body: (harness: JournalHarness["Service"], journal: Journal["Service"]) => Effect.Effect<void, E, Scope.Scope>
) =>
  it.live(sentence, () =>
    Effect.gen(function*() {
      const harness = yield* JournalHarness
      yield* body(harness, yield* harness.start)
    }).pipe(Effect.scoped, Effect.provide(layer)))

export const suite = (name: string, layer: Layer.Layer<JournalHarness>) =>
  // oxlint-disable-next-line vitest/valid-title -- the adapter's name
  describe(name, () => {
    const test = inProcess(layer)

    test("an accepted order can be read, and its run is this process's", (_, journal) =>
      Effect.gen(function*() {
        const given = submission({ customFields: { a: "\u0000\ud800" } }, {})
        const run = yield* accepted(journal, given)
        assert.deepStrictEqual(yield* journal.document(run.orderId), given.document)
        assert.strictEqual(yield* journal.state(run.runId), "running")
        assert.isTrue(journal.maySend(run))
        assert.deepStrictEqual(run.document, given.document)
      }))

    test("a repeat answers the first one's ids and its state; with another body it is refused, naming key and order", (
      _,
      journal
    ) =>
      Effect.gen(function*() {
        const keys = { idempotencyKey: "k1", fingerprint: fingerprint(1) }
        const first = submission({ externalId: "e1" }, keys)
        const run = yield* accepted(journal, first)
        yield* journal.commit(entryOf(run, finished))
        const again = yield* journal.accept(submission({ externalId: "e1" }, keys))
        assert.deepStrictEqual(again, {
          _tag: "Repeated",
          orderId: run.orderId,
          eventId: run.eventId,
          runId: run.runId,
          state: "completed"
        })
        const other = { ...keys, fingerprint: fingerprint(2) }
        for (const each of [submission({ externalId: "e1" }, other), submission({}, other)]) {
          const refused = yield* failure(journal.accept(each))
          assert.strictEqual(refused._tag, "IntakeConflict")
          assert.include(JSON.stringify(refused), run.orderId)
        }
        const byId = yield* failure(journal.accept(submission({ id: run.orderId }, { fingerprint: fingerprint(3) })))
        assert.strictEqual(byId._tag, "IntakeConflict")
      }))

    test("keys of two orders are refused naming both, and a refused request uses up no key", (_, journal) =>
      Effect.gen(function*() {
        const a = yield* accepted(journal, submission({ externalId: "a" }, { fingerprint: fingerprint(1) }))
        const b = yield* accepted(journal, submission({}, { idempotencyKey: "b", fingerprint: fingerprint(2) }))
        const both = submission({ externalId: "a" }, { idempotencyKey: "b", fingerprint: fingerprint(1) })
        const refused = JSON.stringify(yield* failure(journal.accept(both)))
        assert.include(refused, a.orderId)
        assert.include(refused, b.orderId)
        const fresh = submission({ externalId: "a" }, { idempotencyKey: "c", fingerprint: fingerprint(9) })
        yield* failure(journal.accept(fresh))
        yield* accepted(journal, submission({}, { idempotencyKey: "c", fingerprint: fingerprint(9) }))
      }))

    test("of many submissions with one key at once, one is stored", (_, journal) =>
      Effect.gen(function*() {
        const rest = { idempotencyKey: "same", fingerprint: fingerprint(1) }
        const answers = yield* Effect.all(
          Array.from({ length: 20 }, () =>
            journal.accept(submission({ externalId: "same" }, rest))),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(
          answers.filter(({ _tag }) =>
            _tag === "Accepted"
          ).length,
          1
        )
        assert.strictEqual(
          new Set(answers.map((each) => each._tag === "Accepted" ? each.run.runId : each.runId)).size,
          1
        )
      }))

    test("a commit on an order that moved on stores nothing, and one without a document learns of the change", (
      _,
      journal
    ) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const first = yield* journal.document(run.orderId)
        const edited = yield* journal.edit(run.orderId, writeOn(first, { tags: ["patched"] }), [])
        assert.deepStrictEqual(edited, { _tag: "Committed", version: 2 })
        const stale = entryOf(run, {
          step: stepAt(0),
          callouts: [{ index: 0, record: record() }],
          write: writeOn(first, { status: "Lost" }),
          ...finished
        })
        assert.deepStrictEqual(yield* journal.commit(stale), { _tag: "Stale", version: 2 })
        assert.strictEqual(yield* journal.state(run.runId), "running")
        assert.deepStrictEqual(yield* journal.edit(run.orderId, writeOn(first, {}), []), { _tag: "Stale", version: 2 })
        const plain = yield* journal.commit(entryOf(run, { step: stepAt(0) }))
        assert.deepStrictEqual(plain, { _tag: "Committed", version: 2 })
        const merged = writeOn(yield* journal.document(run.orderId), { status: "Kept" })
        assert.deepStrictEqual(yield* journal.commit(entryOf(run, { step: stepAt(1), write: merged, ...finished })), {
          _tag: "Committed",
          version: 3,
          ended: "completed"
        })
        const last = (yield* journal.document(run.orderId)).order
        assert.deepStrictEqual([last["tags"], last.status, last.version], [["patched"], "Kept", 3])
        assert.deepStrictEqual(yield* journal.document(run.orderId, 1), first)
      }))

    test("a second run over an order waits its turn, oldest first, and starts from the order as it is then", (
      _,
      journal
    ) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const [second, third] = [newRun(), newRun()]
        for (const next of [second, third]) {
          const queued = yield* journal.reprocess({ orderId: run.orderId, run: next })
          assert.strictEqual(queued._tag, "Queued")
          assert.strictEqual(yield* journal.state(next.runId), "queued")
        }
        yield* journal.edit(run.orderId, writeOn(yield* journal.document(run.orderId), {}), [])
        yield* journal.commit(entryOf(run, finished))
        const claimed = yield* claimOne(journal)
        assert.deepStrictEqual(
          [claimed.runId, claimed.startVersion, claimed.takenOver, claimed.eventId],
          [second.runId, 2, false, run.eventId]
        )
        assert.deepStrictEqual([yield* journal.state(second.runId), yield* journal.state(third.runId)], [
          "running",
          "queued"
        ])
      }))

    test("a request to process is repeated by its key, and an unknown order is told", (_, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        yield* journal.commit(entryOf(run, finished))
        const key = { idempotencyKey: "p", fingerprint: fingerprint(1) }
        const reusedStep = stepAt(0, { reusedFrom: "process_event-1" })
        const first = heldOf(
          yield* journal.reprocess({ orderId: run.orderId, run: newRun(), reused: [reusedStep], ...key })
        )
        assert.deepStrictEqual(first.steps, [{ ...reusedStep, nextVersion: 1 }])
        const again = yield* journal.reprocess({ orderId: run.orderId, run: newRun(), ...key })
        assert.deepStrictEqual([again._tag, again._tag === "Repeated" && again.runId], ["Repeated", first.runId])
        const other = { orderId: run.orderId, run: newRun(), ...key, fingerprint: fingerprint(2) }
        assert.strictEqual((yield* failure(journal.reprocess(other)))._tag, "IntakeConflict")
        const nobody = yield* failure(journal.reprocess({ orderId: "nobody", run: newRun() }))
        assert.strictEqual(nobody._tag, "OrderUnknown")
      }))

    test("a dead process's run is taken over where it stood, byte for byte, and the dead one can store nothing more", (
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
          tenure: taken.tenure,
          takeovers: 1,
          takenOver: true,
          steps: [{ ...step, nextVersion: 1 }],
          callouts: [{ index: 0, record: told }]
        })
        assert.strictEqual((yield* failure(zombie.commit(entryOf(run, { step: stepAt(1) }))))._tag, "Fenced")
        assert.isFalse(zombie.maySend(run))
        assert.strictEqual((yield* heir.commit(entryOf(taken, finished)))._tag, "Committed")
      }))

    test("takeovers are counted until the run gets on, and an interrupted record is no getting on", (harness, first) =>
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
      }))

    test("a run that was put off is claimed when it is due, with its wait, and was not taken over", (_, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const wait = { index: 0, request: 0, attempt: 2, dueAt: noon }
        const failed = { index: 0, record: record({ outcome: "timed-out" }) }
        yield* journal.release({ ...entryOf(run, { callouts: [failed] }), wait })
        assert.isFalse(journal.maySend(run))
        assert.strictEqual((yield* failure(journal.commit(entryOf(run, finished))))._tag, "Fenced")
        const claimed = yield* claimOne(journal)
        assert.deepStrictEqual([claimed.wait, claimed.takenOver, claimed.takeovers], [wait, false, 0])
      }))

    test("an open attempt and a wait are shown until a later record overtakes them", (harness, first) =>
      Effect.gen(function*() {
        const runs = yield* Effect.all([1, 2, 3].map(() =>
          accepted(first, submission())
        ))
        const [opened, answered, waiting] = runs as [HeldRun, HeldRun, HeldRun]
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

    test("a process that ends orderly leaves its runs at once, and that counts as no takeover", (harness) =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const leaving = yield* Scope.provide(harness.start, scope)
        const run = yield* accepted(leaving, submission())
        const heir = yield* harness.start
        yield* Scope.close(scope, Exit.void)
        const taken = yield* claimOne(heir)
        assert.deepStrictEqual([taken.runId, taken.takeovers, taken.takenOver], [run.runId, 0, true])
      }))

    test("a run that was given up is taken over, and what is not held is fenced", (_, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        yield* journal.giveUp(run)
        assert.strictEqual((yield* failure(journal.commit(entryOf(run, finished))))._tag, "Fenced")
        const taken = yield* claimOne(journal)
        assert.deepStrictEqual([taken.runId, taken.takeovers, taken.takenOver], [run.runId, 1, true])
        const unknown = entryOf({ ...run, runId: nextId() }, finished)
        assert.strictEqual((yield* failure(journal.commit(unknown)))._tag, "Fenced")
      }))

    test("what was begun before the process lost the run is fenced when it holds the run again", (_, journal) =>
      Effect.gen(function*() {
        const before = yield* accepted(journal, submission())
        yield* journal.giveUp(before)
        const again = yield* claimOne(journal)
        assert.deepStrictEqual([journal.maySend(before), journal.maySend(again)], [false, true])
        assert.strictEqual((yield* failure(journal.commit(entryOf(before, finished))))._tag, "Fenced")
        yield* journal.giveUp(before)
        assert.isTrue(journal.maySend(again))
        assert.deepInclude(yield* journal.commit(entryOf(again, finished)), { ended: "completed" })
      }))

    test("a run that waits is running again with its next entry, and one that compensates stays so", (_, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const states: Array<unknown> = []
        for (const state of ["waiting", undefined, "compensating", undefined] as const) {
          yield* journal.commit(entryOf(run, state === undefined ? {} : { state }))
          states.push(yield* journal.state(run.runId))
        }
        assert.deepStrictEqual(states, ["waiting", "running", "compensating", "compensating"])
        assert.isUndefined(yield* journal.state(nextId()))
      }))
  })
