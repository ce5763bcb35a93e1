import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Layer } from "effect"
import { RunnerStorage } from "effect/cluster"
import { TestClock } from "effect/testing"
import * as Owners from "../src/Owners.ts"

const address = { host: "10.0.0.1", port: 8090 }

describe("Owners", () => {
  it.effect("a worker is heard of while it takes a cell, however long that lasts", () =>
    Effect.gen(function*() {
      const storage = yield* RunnerStorage.makeMemory
      let beats = 0
      const counted = RunnerStorage.RunnerStorage.of({
        ...storage,
        refresh: (self, shards) => {
          beats++
          return storage.refresh(self, shards)
        }
      })
      const ready = yield* Deferred.make<boolean>()
      const took: Array<number> = []
      const services = yield* Layer.build(
        Owners.layerStorage({
          address,
          cells: [0, 1, 2],
          executes: true,
          stopped: Effect.never,
          duties: {
            take: (cell) =>
              Effect.tap(cell === 1 ? Deferred.await(ready) : Effect.succeed(true), () =>
                Effect.sync(() => took.push(cell))),
            give: () =>
              Effect.void
          }
        }).pipe(Layer.provide(Layer.succeed(RunnerStorage.RunnerStorage, counted)))
      )
      yield* TestClock.adjust("20 seconds")
      // The slow one keeps neither the heartbeats waiting nor the other cells.
      assert.isAtLeast(beats, 20)
      assert.sameMembers(took, [0, 2])
      assert.strictEqual(Context.get(services, Owners.Owners).ownerOf(1), "10.0.0.1:8090")
      yield* Deferred.succeed(ready, true)
      yield* TestClock.adjust("2 seconds")
      assert.sameMembers(took, [0, 1, 2])
    }).pipe(Effect.scoped))
})
