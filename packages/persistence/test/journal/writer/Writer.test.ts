import { assert, describe, it } from "@effect/vitest"
import { entryOf, nextId } from "@sluice/engine/testing/JournalFixtures"
import { Cause, Effect, Exit, Result } from "effect"
import * as SqlError from "effect/sql/SqlError"
import * as Lease from "../../../src/journal/lease/Lease.ts"
import type { PendingEntry } from "../../../src/journal/writer/PendingWrite.ts"
import * as WriteChannel from "../../../src/journal/writer/WriteChannel.ts"
import * as Writer from "../../../src/journal/writer/Writer.ts"
import type { JournalConnection, Rows } from "../../../src/sql/JournalConnection.ts"
import { pendingEntry, writeChannel, writerContext } from "./WriterFixtures.ts"

const busy = Result.fail(
  new SqlError.SqlError({ reason: new SqlError.LockTimeoutError({ cause: new Error("canceling statement") }) })
)

/** The reply to a flush of one entry. */
const stored: Result.Result<Rows> = Result.succeed([[0, 0, 0, null, false], [2, 1, 1, null, false]])

/**
 * Writes the entries of two runs in one flush to a database that `link` makes of the process's lease. Returns how each
 * was answered, and the parameters of each statement that was sent.
 */
const written = Effect.fnUntraced(
  function*(link: (lease: Lease.Lease, sent: () => number) => Partial<JournalConnection>) {
    const lease = yield* Lease.make()
    const writer = yield* writerContext(lease)
    lease.registered("before", writer.clock.monotonicTimeNanosUnsafe())
    const sent: Array<ReadonlyArray<unknown>> = []
    const { query, ...connection } = link(lease, () => sent.length)
    const channel = writeChannel({
      ...connection,
      query: (text, parameters) =>
        Effect.suspend(() => {
          sent.push(parameters)
          return query?.(text, parameters) ?? Effect.succeed(stored)
        })
    })
    const answers: Array<string> = []
    const entry = (): PendingEntry => {
      const runId = nextId()
      const claimToken = lease.hold(runId, { pipeline: "p", bytes: 1 })
      return pendingEntry(entryOf({ runId, orderId: nextId(), claimToken }, {}), {
        worker: "before",
        settle: (answer) => {
          const exit = Effect.runSyncExit<{ readonly _tag: string }, { readonly _tag: string }>(answer)
          answers.push(Exit.isSuccess(exit) ? exit.value._tag : (Cause.squash(exit.cause) as { _tag: string })._tag)
        }
      })
    }
    for (const member of [entry(), entry()]) WriteChannel.add(channel, member)
    const fiber = yield* Effect.forkChild(Writer.run(writer, channel))
    for (let turn = 0; turn < 20; turn++) yield* Effect.yieldNow
    fiber.interruptUnsafe()
    return { answers, sent }
  }
)

/** Another connection found that the worker was fenced. */
const registerAnew = (lease: Lease.Lease) => {
  lease.lost()
  lease.registered("after", 0n)
}

describe("Writer", () => {
  it.effect("after a refusal, each write is stored with a statement of its own", () =>
    Effect.gen(function*() {
      const { answers, sent } = yield* written((_, sent) => ({
        query: () => Effect.succeed(sent() === 1 ? busy : stored)
      }))
      assert.deepStrictEqual(answers, ["Committed", "Committed"])
      assert.strictEqual(sent.length, 3)
    }))
})

describe("an entry of a fenced worker is not sent as the worker that took its place", () => {
  it.effect("after a refusal", () =>
    Effect.gen(function*() {
      const { answers, sent } = yield* written((lease, sent) => ({
        query: () =>
          Effect.sync(() => {
            if (sent() > 1) return stored
            registerAnew(lease)
            return busy
          })
      }))
      assert.deepStrictEqual(answers, ["Fenced", "Fenced"])
      assert.strictEqual(sent.length, 1)
    }))

  it.effect("between two writes that are stored one after the other", () =>
    Effect.gen(function*() {
      const { answers, sent } = yield* written((lease, sent) => ({
        query: () =>
          Effect.sync(() => {
            if (sent() === 1) return busy
            if (sent() === 2) registerAnew(lease)
            return stored
          })
      }))
      assert.deepStrictEqual(answers, ["Committed", "Fenced"])
      assert.strictEqual(sent.length, 2)
    }))

  it.effect("while the connection is made", () =>
    Effect.gen(function*() {
      const { answers, sent } = yield* written((lease) => ({
        readyToFind: Effect.sync(() => {
          registerAnew(lease)
          return Result.void
        })
      }))
      assert.deepStrictEqual([answers, sent], [["Fenced", "Fenced"], []])
    }))
})
