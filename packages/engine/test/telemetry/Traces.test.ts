import { assert, describe, it } from "@effect/vitest"
import type { TraceSpan } from "@sluice/domain/identity/TraceSpan"
import * as Traced from "@sluice/engine/internal/telemetry/Traces"
import { Journal, type Submission } from "@sluice/engine/journal/Journal"
import { entryOf, noon, submission } from "@sluice/engine/testing/JournalFixtures"
import { Effect, Layer } from "effect"

let tenures = 0

/** Takes everything in, each time under a new tenure, and takes every entry for the run's end. */
const inner = Layer.mock(Journal, {
  accept: ({ document, run }: Submission) =>
    Effect.succeed({
      _tag: "Accepted" as const,
      run: {
        ...run,
        orderId: document.order.id,
        tenure: ++tenures,
        startedAt: noon,
        startVersion: 1,
        takeovers: 0,
        compensating: false,
        steps: [],
        callouts: [],
        takenOver: false
      }
    }),
  commit: () => Effect.succeed({ _tag: "Committed" as const, version: 1, ended: "completed" as const }),
  giveUp: () => Effect.void,
  maySend: () => true
})

describe("Traced", () => {
  it.effect("forgets a run with its tenure, and not what is known of it under the next one", () => {
    const told: Array<TraceSpan> = []
    return Effect.gen(function*() {
      const { accept, commit, giveUp } = yield* Journal
      const twice = submission()
      const first = yield* accept(twice)
      const second = yield* accept(twice)
      if (first._tag !== "Accepted" || second._tag !== "Accepted") return assert.fail("not accepted")
      yield* giveUp(first.run)
      told.length = 0
      const finish = { state: "completed", failedSteps: 0, at: noon } as const
      yield* commit(entryOf(first.run, { finish }))
      yield* commit(entryOf(second.run, { finish }))
      assert.deepStrictEqual(told.map(({ name }) => name), ["run", "run new-order"])
    }).pipe(Effect.provide(Traced.journal((span) => told.push(span)).pipe(Layer.provide(inner))))
  })
})
