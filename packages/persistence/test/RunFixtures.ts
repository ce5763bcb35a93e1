/** The runs with which a test begins, over the journal of its layer. */
import { type ClaimedRun, Journal } from "@sluice/engine/journal/Journal"
import { entryOf, finished, noon, submission } from "@sluice/engine/testing/JournalFixtures"
import { Effect } from "effect"

/** Submits an order; its run is claimed by this process, or the test dies. */
export const submit = Effect.fnUntraced(function*(members: Parameters<typeof submission>[0] = {}) {
  const journal = yield* Journal
  const stored = yield* journal.accept(submission(members))
  return stored._tag === "Accepted" ? stored.run : yield* Effect.die(stored._tag)
})

/** Completes a run with its order as it is now. `at`: the time of its end, in epoch milliseconds. */
export const complete = Effect.fnUntraced(function*(run: ClaimedRun, at = noon + 10) {
  const journal = yield* Journal
  const order = yield* journal.document(run.orderId)
  return yield* journal.commit(entryOf(run, { finish: { ...finished.finish, at, order } }))
})
