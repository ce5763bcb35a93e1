import { Effect, Layer } from "effect"
import { callbackSuite } from "../../src/testing/JournalCallbackSuite.ts"
import { cancelSuite } from "../../src/testing/JournalCancelSuite.ts"
import * as JournalMemory from "../../src/testing/JournalMemory.ts"
import { isLost, JournalStore } from "../../src/testing/JournalStore.ts"
import { JournalHarness, suite } from "../../src/testing/JournalSuite.ts"
import { takeoverSuite } from "../../src/testing/JournalTakeoverSuite.ts"

const harness = Layer.effect(
  JournalHarness,
  Effect.map(JournalStore, (store) => ({
    start: Effect.provideService(JournalMemory.make, JournalStore, store),
    killAll: store.killAll,
    lost: Effect.sync(() => [...store.runs.values()].filter(isLost).map(({ runId }) => runId))
  }))
)

suite("JournalMemory", harness.pipe(Layer.provide(JournalStore.layer)))
cancelSuite("JournalMemory", harness.pipe(Layer.provide(JournalStore.layer)))
callbackSuite("JournalMemory", harness.pipe(Layer.provide(JournalStore.layer)))
takeoverSuite("JournalMemory", harness.pipe(Layer.provide(JournalStore.layer)))
