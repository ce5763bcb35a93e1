import { PastRuns } from "@sluice/engine/internal/journal/PastRuns"
import * as JournalMemory from "@sluice/engine/testing/JournalMemory"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import * as PastRunsMemory from "@sluice/engine/testing/PastRunsMemory"
import { RetryHarness, suite } from "@sluice/engine/testing/RetrySuite"
import { Effect, Layer } from "effect"

const harness = Layer.effect(
  RetryHarness,
  Effect.gen(function*() {
    const store = yield* JournalStore
    const pastRuns = yield* PastRuns
    return {
      start: Effect.map(
        Effect.provideService(JournalMemory.make, JournalStore, store),
        (journal) => ({ journal, pastRuns })
      ),
      killAll: store.killAll
    }
  })
)

suite("Retries in memory", harness.pipe(Layer.provide(PastRunsMemory.layer), Layer.provide(JournalStore.layer)))
