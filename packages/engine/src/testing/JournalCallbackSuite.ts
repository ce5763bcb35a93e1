/**
 * The conformance suite of `Journal` for answers that come to callback URLs; an adapter's test is one call of
 * `callbackSuite`. Contract: section 6, "Waiting for a callback".
 */
// oxlint-disable-next-line eslint/no-restricted-imports -- a suite is a test; nothing of it runs in the engine
import { assert, describe } from "@effect/vitest"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { Effect, type Layer } from "effect"
import type { CallbackAnswer } from "../journal/Callback.ts"
import type { ClaimedRun, Wait } from "../journal/Journal.ts"
import { entryOf, fingerprint, finished, nextId, noon, record, stepAt, submission } from "./JournalFixtures.ts"
import { accepted, claimOne, inProcess, type JournalHarness } from "./JournalSuite.ts"

const answer = (n: number, at = noon): CallbackAnswer => ({
  headers: { "content-type": "application/json" },
  body: Utf8.encode(`{"n":${n}}`),
  fingerprint: fingerprint(n),
  at
})

const hour = 3_600_000

const waitFor = (members: Partial<Wait> = {}): Wait => ({
  index: 0,
  request: 0,
  attempt: 2,
  dueAt: noon + hour,
  callback: "step0",
  ...members
})

const tokenOf = ({ runId }: ClaimedRun, token = nextId(), index = 0) => ({
  token,
  runId,
  index,
  attempt: 1,
  deadline: Infinity
})

export const callbackSuite = (name: string, layer: Layer.Layer<JournalHarness>) =>
  // oxlint-disable-next-line vitest/valid-title -- the adapter's name
  describe(`${name}: callback`, () => {
    const test = inProcess(layer)

    test(
      "the first answer under any token of a step is taken, its repeat and another one are told apart",
      (_, journal) =>
        Effect.gen(function*() {
          const run = yield* accepted(journal, submission())
          const [first, second] = [tokenOf(run), tokenOf(run)]
          yield* journal.issueToken(first)
          yield* journal.issueToken(second)
          assert.isUndefined(yield* journal.callbackAnswer(run.runId, 0))
          const take = (token: string, n: number) =>
            Effect.map(journal.takeCallback(token, answer(n)), ({ _tag }) => _tag)
          assert.deepStrictEqual(yield* journal.takeCallback(second.token, answer(1)), {
            _tag: "Taken",
            runId: run.runId,
            orderId: run.orderId,
            state: "running"
          })
          assert.deepStrictEqual(
            [yield* take(first.token, 1), yield* take(second.token, 1), yield* take(first.token, 2)],
            ["Repeated", "Repeated", "Contradicts"]
          )
          assert.strictEqual(yield* take(nextId(), 1), "Unknown")
          assert.deepStrictEqual(yield* journal.callbackAnswer(run.runId, 0), answer(1))
          assert.deepStrictEqual(yield* journal.closeCallback(run, 0), answer(1))
          yield* journal.commit(entryOf(run, { callouts: [], step: stepAt(0), ...finished }))
          assert.deepStrictEqual([yield* take(first.token, 1), yield* take(first.token, 2)], [
            "Repeated",
            "Contradicts"
          ])
        })
    )

    test("a run that waits is due as soon as its answer is taken, and is not lost until then", (harness, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const token = tokenOf(run)
        yield* journal.issueToken(token)
        yield* journal.release({ ...entryOf(run, { state: "waiting", reason: "waits" }), wait: waitFor() })
        assert.deepStrictEqual(yield* harness.lost, [])
        assert.deepInclude(yield* journal.takeCallback(token.token, answer(1)), { _tag: "Taken", state: "waiting" })
        const again = yield* claimOne(journal)
        assert.deepInclude(again, { runId: run.runId, wait: waitFor() })
      }))

    test("an answer that is taken just before the run is released makes it due at once, also in a long wait", (
      _,
      journal
    ) =>
      Effect.gen(function*() {
        const waits = [waitFor(), waitFor({ dueAt: noon + hour }), waitFor({ heldFor: "partner.example" })]
        for (const wait of waits) {
          const run = yield* accepted(journal, submission())
          const token = tokenOf(run)
          yield* journal.issueToken(token)
          yield* journal.takeCallback(token.token, answer(1))
          yield* journal.release({ ...entryOf(run, { state: "waiting" }), wait })
          const again = yield* claimOne(journal)
          assert.strictEqual(again.runId, run.runId)
          yield* journal.commit(entryOf(again, finished))
        }
      }))

    test("an answer to an earlier step makes no later one due", (harness, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const token = tokenOf(run)
        yield* journal.issueToken(token)
        yield* journal.takeCallback(token.token, answer(1))
        yield* journal.commit(entryOf(run, { step: stepAt(0) }))
        yield* journal.release({ ...entryOf(run, { state: "waiting" }), wait: waitFor({ index: 1, dueAt: noon * 2 }) })
        const other = yield* accepted(journal, submission())
        yield* journal.release({ ...entryOf(other, {}), wait: waitFor({ dueAt: noon }) })
        assert.strictEqual((yield* claimOne(journal)).runId, other.runId)
        assert.deepStrictEqual(yield* harness.lost, [])
      }))

    test("a step that is closed takes no answer, until another attempt of it gets a token", (_, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const token = tokenOf(run)
        yield* journal.issueToken(token)
        assert.isUndefined(yield* journal.closeCallback(run, 0))
        assert.isUndefined(yield* journal.closeCallback(run, 0))
        assert.strictEqual((yield* journal.takeCallback(token.token, answer(1)))._tag, "TooLate")
        yield* journal.issueToken(tokenOf(run))
        assert.strictEqual((yield* journal.takeCallback(token.token, answer(1)))._tag, "Taken")
      }))

    test("a process that does not hold the run closes nothing", (harness, journal) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const token = tokenOf(run)
        yield* journal.issueToken(token)
        yield* harness.killAll
        const next = yield* harness.start
        yield* claimOne(next)
        assert.strictEqual((yield* Effect.flip(journal.closeCallback(run, 0)))._tag, "Fenced")
        assert.strictEqual((yield* next.takeCallback(token.token, answer(1)))._tag, "Taken")
      }))

    test("after the step's end, the run's, a cancel, the timeout or the deadline it is too late", (_, journal) =>
      Effect.gen(function*() {
        const late = Effect.fnUntraced(function*(end: (run: ClaimedRun) => Effect.Effect<unknown, unknown>, at = noon) {
          const run = yield* accepted(journal, submission())
          const token = { ...tokenOf(run), deadline: noon + hour }
          yield* journal.issueToken(token)
          yield* Effect.orDie(end(run))
          return (yield* journal.takeCallback(token.token, answer(1, at)))._tag
        })
        const release = (run: ClaimedRun) =>
          journal.release({ ...entryOf(run, { state: "waiting" }), wait: waitFor({ dueAt: noon + 5 }) })
        const tags = [
          yield* late((run) =>
            journal.commit(entryOf(run, { callouts: [{ index: 0, record: record() }], step: stepAt(0) }))
          ),
          yield* late((run) =>
            journal.commit(entryOf(run, finished))
          ),
          yield* late(({ runId }) =>
            journal.cancel(runId, { reason: "r", compensate: false }, noon)
          ),
          yield* late(release, noon + 5),
          yield* late(() =>
            Effect.void, noon + hour)
        ]
        assert.deepStrictEqual(new Set(tags), new Set(["TooLate"]))
        assert.strictEqual(yield* late(release, noon + 4), "Taken")
      }))

    test("an operator answers a run that waits for just this step, once; the partner's answer contradicts it", (
      _,
      journal
    ) =>
      Effect.gen(function*() {
        const run = yield* accepted(journal, submission())
        const token = tokenOf(run)
        const operator = {
          answer: { headers: {}, body: Utf8.encode("{\"n\":1}"), at: noon, resolution: { reason: "r", at: noon } },
          history: { at: "2026-11-22T16:00:00.000Z", operation: "StepResolved", message: "m", source: "api" }
        }
        yield* journal.issueToken(token)
        assert.isFalse(yield* journal.answerCallback(run.runId, 0, operator))
        yield* journal.release({ ...entryOf(run, { state: "waiting" }), wait: waitFor() })
        assert.isFalse(yield* journal.answerCallback(run.runId, 1, operator))
        assert.isTrue(yield* journal.answerCallback(run.runId, 0, operator))
        assert.isFalse(yield* journal.answerCallback(run.runId, 0, operator))
        assert.strictEqual((yield* journal.takeCallback(token.token, answer(1)))._tag, "Contradicts")
        assert.deepStrictEqual(yield* journal.callbackAnswer(run.runId, 0), operator.answer)
        assert.strictEqual((yield* claimOne(journal)).runId, run.runId)
      }))
  })
