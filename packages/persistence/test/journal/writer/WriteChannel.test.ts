import { assert, describe, it } from "@effect/vitest"
import { entryOf, nextId } from "@sluice/engine/testing/JournalFixtures"
import { Cause, Effect, Exit } from "effect"
import type { PendingEntry, PendingSubmission } from "../../../src/journal/writer/PendingWrite.ts"
import * as WriteChannel from "../../../src/journal/writer/WriteChannel.ts"
import { maxBytes } from "../../../src/journal/writer/WriteQueue.ts"
import { takeOwned } from "../../../src/journal/writer/Writer.ts"
import { pendingEntry, pendingSubmission, writeChannel } from "./WriterFixtures.ts"

/** The tag of the error that a write was answered with, or "answered". */
const toldBy = <A, E>(told: Array<string>) => (answer: Effect.Effect<A, E>) => {
  const exit = Effect.runSyncExit(answer)
  const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) as { readonly _tag: string } : undefined
  told.push(error?._tag ?? "answered")
}

const accept = (told: Array<string>, rest: Partial<PendingSubmission> = {}): PendingSubmission =>
  pendingSubmission({ settle: toldBy(told), ...rest })

const entry = (told: Array<string>, worker: string, claimToken: number): PendingEntry =>
  pendingEntry(entryOf({ runId: nextId(), orderId: nextId(), claimToken }, {}), { worker, settle: toldBy(told) })

describe("WriteChannel", () => {
  it("a write goes by its size, unless it makes deliveries, which lock what others do not", () => {
    const channels = { main: writeChannel(), wide: writeChannel(), outcomes: writeChannel() }
    const nameOf = (bytes: number, makesDeliveries: boolean) => {
      const chosen = WriteChannel.channelFor(channels, bytes, makesDeliveries)
      return Object.entries(channels).find(([, one]) => one === chosen)?.[0]
    }
    assert.deepStrictEqual(
      [
        nameOf(1, false),
        nameOf(maxBytes, false),
        nameOf(maxBytes + 1, false),
        nameOf(1, true),
        nameOf(maxBytes + 1, true)
      ],
      ["main", "main", "wide", "outcomes", "outcomes"]
    )
  })

  it("a submission that has waited too long is answered once, whether it still waits or is on its way", () => {
    const told: Array<string> = []
    const one = writeChannel()
    const [waiting, young, sent] = [accept(told), accept(told, { since: 10n }), accept(told, { mayBeStored: true })]
    WriteChannel.add(one, waiting)
    WriteChannel.add(one, young)
    one.inFlight = [sent]
    WriteChannel.abandon(one, 5n)
    WriteChannel.abandon(one, 5n)
    assert.deepStrictEqual(told, ["JournalUnavailable", "JournalUnavailable"])
    assert.deepStrictEqual([waiting.abandoned, young.abandoned, sent.abandoned], [true, false, true])
    assert.strictEqual(one.backlog.count(), 1)
  })

  it("a write that was not stored is tried again, except a submission whose caller was answered with an error", () => {
    const told: Array<string> = []
    const one = writeChannel()
    const again = accept(told, { mayBeStored: true })
    WriteChannel.requeue(one, [again, accept(told, { mayBeStored: true, abandoned: true }), entry(told, "me", 1)])
    assert.deepStrictEqual(one.backlog.take().map(({ kind }) => kind), ["accept", "entry"])
    assert.isFalse(again.mayBeStored)
  })
})

describe("takeOwned", () => {
  it("an entry of an ended claim, or of a worker that this process no longer is, fails as fenced and is not sent", () => {
    const told: Array<string> = []
    const one = writeChannel()
    const lease = {
      identity: () => ({ worker: "me", epoch: 0 }),
      holds: ({ claimToken }: { readonly claimToken: number }) => claimToken === 2
    }
    const mine = entry(told, "me", 2)
    const submitted = accept(told)
    for (const member of [entry(told, "me", 1), mine, entry(told, "before", 2), submitted]) {
      WriteChannel.add(one, member)
    }
    assert.deepStrictEqual(takeOwned(lease, one), [mine, submitted])
    assert.deepStrictEqual(told, ["Fenced", "Fenced"])
  })
})
