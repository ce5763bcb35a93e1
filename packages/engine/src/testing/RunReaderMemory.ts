/** Reads runs from a journal in memory. */
import { uuidOfRun } from "@sluice/domain/identity/Ids"
import { Effect, Layer } from "effect"
import { RunNotFound } from "../journal/Journal.ts"
import { RunReader } from "../journal/RunReader.ts"
import { runRecord } from "../journal/RunRecordView.ts"
import { held, JournalStore, newest } from "./JournalStore.ts"

export const layer: Layer.Layer<RunReader, never, JournalStore> = Layer.effect(
  RunReader,
  Effect.map(JournalStore, ({ orders, runs }) =>
    RunReader.of({
      get: (id) =>
        Effect.suspend(() => {
          const run = runs.get(uuidOfRun(id))
          const order = run === undefined ? undefined : orders.get(run.orderId)
          return run === undefined || order === undefined
            ? Effect.fail(new RunNotFound({ runId: id }))
            : Effect.succeed(runRecord(held(run, false), run, newest(order).order))
        })
    }))
)
