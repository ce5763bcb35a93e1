import { assert, describe, it } from "@effect/vitest"
import { entryOf, submission } from "@sluice/engine/testing/JournalFixtures"
import { Effect, Exit } from "effect"
import * as Lease from "../../../src/journal/lease/Lease.ts"
import type { PendingSubmission } from "../../../src/journal/writer/PendingWrite.ts"
import { type Executor, executorOf, settleEntry, settleSubmission } from "../../../src/journal/writer/Settlement.ts"
import { pendingEntry, pendingSubmission, writerContext } from "./WriterFixtures.ts"

/** A writer without a database, and the names of the observers that it has called. */
const observed = Effect.gen(function*() {
  const lease = yield* Lease.make()
  const heard: Array<string> = []
  const writer = yield* writerContext(lease, {
    changed: () => void heard.push("changed"),
    claimable: () => void heard.push("claimable"),
    held: () => void heard.push("held"),
    delivers: () => void heard.push("delivers"),
    queued: () => void heard.push("queued"),
    subscribed: () => assert.fail("no entry is taken back")
  })
  lease.registered("worker", writer.clock.monotonicTimeNanosUnsafe())
  return { heard, lease, writer }
})

const pending = (rest: Partial<PendingSubmission> = {}) => {
  const answers: Array<string> = []
  const member = pendingSubmission({
    mayBeStored: true,
    settle: (answer) => {
      const exit = Effect.runSyncExit(answer)
      answers.push(Exit.isSuccess(exit) ? exit.value._tag : "failed")
    },
    ...rest
  })
  return { answers, member }
}

describe("executorOf", () => {
  const both = [true, false]
  const cases = both.flatMap((owned) =>
    both.flatMap((starts) =>
      both.flatMap((claimed) => both.map((abandoned) => ({ owned, starts, claimed, abandoned })))
    )
  )

  it("this process executes a stored run only if its worker stands, it has room, and it does not hold the run yet", () => {
    const byThis = cases.filter((one) => executorOf(one) !== "another")
    assert.deepStrictEqual(byThis, [
      { owned: true, starts: true, claimed: false, abandoned: true },
      { owned: true, starts: true, claimed: false, abandoned: false }
    ])
  })

  it("a run whose caller was answered with an error is uncertain", () => {
    const results = byAbandoned(cases.filter(({ claimed, owned, starts }) => owned && starts && !claimed))
    assert.deepStrictEqual(results, { true: "uncertain", false: "this" })
  })
})

const byAbandoned = (cases: ReadonlyArray<Parameters<typeof executorOf>[0]>): Record<string, Executor> =>
  Object.fromEntries(cases.map((one) => [String(one.abandoned), executorOf(one)]))

describe("settleSubmission", () => {
  it.effect("a run that this process executes is held before its caller is answered", () =>
    Effect.gen(function*() {
      const { heard, lease, writer } = yield* observed
      const { answers, member } = pending()
      settleSubmission(writer, member, true)
      assert.deepStrictEqual(answers, ["Accepted"])
      assert.isTrue(lease.inFlight.has(member.submission.run.runId))
      assert.deepStrictEqual(heard, [])
    }))

  it.effect("a run that was stored under a fenced worker is answered as queued, and is not held", () =>
    Effect.gen(function*() {
      const { lease, writer } = yield* observed
      const { answers, member } = pending()
      settleSubmission(writer, member, false)
      assert.deepStrictEqual(answers, ["Queued"])
      assert.isFalse(lease.inFlight.has(member.submission.run.runId))
    }))

  it.effect("a run that this process had no room for is announced as queued", () =>
    Effect.gen(function*() {
      const { heard, writer } = yield* observed
      settleSubmission(writer, pending({ starts: false }).member, true)
      assert.deepStrictEqual(heard, ["queued"])
    }))

  it.effect("a stored submission whose caller has gone is looked up among the uncertain runs", () =>
    Effect.gen(function*() {
      const { heard, lease, writer } = yield* observed
      const { answers, member } = pending({ abandoned: true })
      settleSubmission(writer, member, true)
      assert.deepStrictEqual([answers, heard], [[], ["claimable"]])
      assert.deepStrictEqual([...lease.doubtful.keys()], [member.submission.run.runId])
    }))
})

describe("settleEntry", () => {
  it.effect("the claim of a run ends with the entry that ends or releases it, and with no other", () =>
    Effect.gen(function*() {
      const { heard, lease, writer } = yield* observed
      const kept: Array<boolean> = []
      for (
        const { ended, release, wait } of [
          { ended: undefined, release: false, wait: undefined },
          { ended: undefined, release: true, wait: undefined },
          { ended: undefined, release: true, wait: turn },
          { ended: "completed" as const, release: false, wait: undefined }
        ]
      ) {
        const { document, run } = submission()
        const claim = { runId: run.runId, orderId: document.order.id, claimToken: lease.hold(run.runId, load) }
        settleEntry(
          writer,
          pendingEntry(entryOf(claim, wait === undefined ? {} : { wait }), { release }),
          { version: 2, ended, next: false }
        )
        kept.push(lease.holds(claim))
      }
      assert.deepStrictEqual(kept, [true, false, false, false])
      // A run on hold for its turn may be released at once, where turns are free.
      assert.deepStrictEqual(heard.filter((one) => one === "held"), ["held"])
    }))
})

const load = { pipeline: "new-order", bytes: 1 }
const turn = { index: 0, request: 0, attempt: 1, dueAt: 0, heldFor: "partner.example", turn: "waits for its turn" }
