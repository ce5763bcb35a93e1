import { assert, describe, it } from "@effect/vitest"
import type { TraceSpan } from "@sluice/domain/identity/TraceSpan"
import * as Traces from "@sluice/engine/internal/telemetry/Traces"
import { Journal, type Submission } from "@sluice/engine/journal/Journal"
import { entryOf, noon, submission } from "@sluice/engine/testing/JournalFixtures"
import { Effect, Layer } from "effect"

let claimTokens = 0

/** Takes everything in, each time under a new claim token, and takes every entry for the run's end. */
const inner = Layer.mock(Journal, {
  accept: ({ document, run }: Submission) =>
    Effect.succeed({
      _tag: "Accepted" as const,
      run: {
        ...run,
        orderId: document.order.id,
        claimToken: ++claimTokens,
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
  abandon: () => Effect.void,
  maySend: () => true
})

describe("Traces", () => {
  it.effect("forget a run with its claim token, and keep what is known under the next one", () => {
    const told: Array<TraceSpan> = []
    return Effect.gen(function*() {
      const { accept, commit, abandon } = yield* Journal
      const twice = submission()
      const first = yield* accept(twice)
      const second = yield* accept(twice)
      if (first._tag !== "Accepted" || second._tag !== "Accepted") return assert.fail("not accepted")
      yield* abandon(first.run)
      told.length = 0
      const finish = { state: "completed", failedSteps: 0, at: noon } as const
      yield* commit(entryOf(first.run, { finish }))
      yield* commit(entryOf(second.run, { finish }))
      assert.deepStrictEqual(told.map(({ name }) => name), ["run", "run new-order"])
    }).pipe(Effect.provide(Traces.journal((span) => told.push(span)).pipe(Layer.provide(inner))))
  })
})
