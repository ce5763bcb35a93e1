/**
 * The conformance suite of `Journal`. An adapter's test is one call of `suite`; its harness starts processes over one
 * store and kills them. Contract: sections 3, 7 and 10.
 */
// oxlint-disable-next-line eslint/no-restricted-imports -- a suite is a test; nothing of it runs in the engine
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, type Layer, type Scope, Stream } from "effect"
import type { ClaimedRun, Intake, Journal, Submission } from "../journal/Journal.ts"
import { entryOf, fingerprint, finished, newRun, record, stepAt, submission, writeOn } from "./JournalFixtures.ts"

export class JournalHarness extends Context.Service<JournalHarness, {
  /** Starts a process over the store. Closing its scope stops it in an orderly way. */
  readonly start: Effect.Effect<Journal["Service"], never, Scope.Scope>
  /** Declares the present processes dead to the others, though they may not know it yet. */
  readonly killAll: Effect.Effect<void>
  /** The ids of open runs without an owner, a due time and a hold: they would never end. */
  readonly lost: Effect.Effect<ReadonlyArray<string>>
}>()("@sluice/engine/testing/JournalSuite") {}

/** Submits an order that is new, and returns its run. */
export const accepted = (journal: Journal["Service"], given: Submission) => Effect.map(journal.accept(given), heldOf)

export const heldOf = (intake: Intake): ClaimedRun => {
  assert.strictEqual(intake._tag, "Accepted")
  return (intake as Extract<Intake, { readonly _tag: "Accepted" }>).run
}

/** The next `count` runs that the process is given to execute. */
export const claims = (journal: Journal["Service"], count: number) =>
  Stream.runCollect(Stream.take(journal.claimed, count))

export const claimOne = (journal: Journal["Service"]) =>
  Effect.map(claims(journal, 1), ([run]) => {
    assert.isDefined(run)
    return run as ClaimedRun
  })

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

    test("a repetition returns the first ids and state; with another body it is refused, naming key and order", (
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
          const refused = yield* Effect.flip(journal.accept(each))
          assert.strictEqual(refused._tag, "IntakeConflict")
          assert.include(JSON.stringify(refused), run.orderId)
        }
        const byId = yield* Effect.flip(
          journal.accept(submission({ id: run.orderId }, { fingerprint: fingerprint(3) }))
        )
        assert.strictEqual(byId._tag, "IntakeConflict")
      }))

    test(
      "keys of two different orders are refused with both names, and a refused request uses up no key",
      (_, journal) =>
        Effect.gen(function*() {
          const a = yield* accepted(journal, submission({ externalId: "a" }, { fingerprint: fingerprint(1) }))
          const b = yield* accepted(journal, submission({}, { idempotencyKey: "b", fingerprint: fingerprint(2) }))
          const both = submission({ externalId: "a" }, { idempotencyKey: "b", fingerprint: fingerprint(1) })
          const refused = JSON.stringify(yield* Effect.flip(journal.accept(both)))
          assert.include(refused, a.orderId)
          assert.include(refused, b.orderId)
          const fresh = submission({ externalId: "a" }, { idempotencyKey: "c", fingerprint: fingerprint(9) })
          yield* Effect.flip(journal.accept(fresh))
          yield* accepted(journal, submission({}, { idempotencyKey: "c", fingerprint: fingerprint(9) }))
        })
    )

    test("of many concurrent submissions with one key, one is stored", (_, journal) =>
      Effect.gen(function*() {
        const rest = { idempotencyKey: "same", fingerprint: fingerprint(1) }
        const answers = yield* Effect.all(
          Array.from({ length: 20 }, () => journal.accept(submission({ externalId: "same" }, rest))),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(
          answers.filter(({ _tag }) => _tag === "Accepted").length,
          1
        )
        assert.strictEqual(
          new Set(answers.map((each) => each._tag === "Accepted" ? each.run.runId : each.runId)).size,
          1
        )
      }))

    test("a commit on a changed order stores nothing, and one without a document returns the new version", (
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

    test("runs over one order wait their turn, oldest first, and start from the order as it is then", (
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

    test("a request to process is repeated by its key, and an unknown order is an error", (_, journal) =>
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
        assert.strictEqual((yield* Effect.flip(journal.reprocess(other)))._tag, "IntakeConflict")
        const nobody = yield* Effect.flip(journal.reprocess({ orderId: "nobody", run: newRun() }))
        assert.strictEqual(nobody._tag, "OrderNotFound")
      }))
  })
