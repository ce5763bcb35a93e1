import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Layer, Scope } from "effect"
import { RunnerStorage, type ShardId } from "effect/cluster"
import { TestClock } from "effect/testing"
import * as Owners from "../src/Owners.ts"

const address = { host: "10.0.0.1", port: 8090 }

const cells = [0, 1, 2, 3]

/** Workers of one cluster, with locks in memory, that end and lose databases as the test says. */
const fleet = Effect.gen(function*() {
  const storage = yield* RunnerStorage.makeMemory
  const locks = new Map<number, string>()
  const ended = new Set<string>()
  const unreachable = new Set<string>()
  const owned = new Map<string, Set<number>>()
  const locked = (name: string, shards: Iterable<ShardId.ShardId>) =>
    Effect.sync(() =>
      [...shards].filter(({ id }) => {
        const holder = locks.get(id)
        if (holder === undefined || ended.has(holder)) locks.set(id, name)
        return locks.get(id) === name
      })
    )
  const start = Effect.fnUntraced(function*(host: string) {
    const name = `${host}:8090`
    const own = new Set<number>()
    owned.set(name, own)
    const scope = yield* Scope.make()
    yield* Layer.buildWithScope(
      Owners.layerStorage({
        address: { host, port: 8090 },
        cells,
        executes: true,
        stopped: Effect.never,
        duties: {
          take: (cell) => Effect.as(Effect.sync(() => own.add(cell)), true),
          give: (cell) => Effect.sync(() => void own.delete(cell)),
          isReachable: (cell) => !unreachable.has(`${name} ${cell}`)
        },
        reach: (worker) => Effect.succeed(ended.has(worker) ? "refused" : "reached")
      }).pipe(Layer.provide(Layer.succeed(
        RunnerStorage.RunnerStorage,
        RunnerStorage.RunnerStorage.of({
          ...storage,
          acquire: (_, shards) => locked(name, shards),
          refresh: (_, shards) => locked(name, shards),
          release: (_, { id }) => Effect.sync(() => void (locks.get(id) === name && locks.delete(id)))
        })
      ))),
      scope
    )
    /** Its process ends: its sessions are gone, and its row stays. */
    const kill = Effect.andThen(
      Scope.close(scope, Exit.void),
      Effect.sync(() => {
        ended.add(name)
        own.clear()
      })
    )
    return { name, own, kill }
  })
  const all = () => [...owned.values()].flatMap((own) => [...own]).toSorted()
  return { start, unreachable, all }
})

describe("Owners", () => {
  it.effect("the cells of a worker whose process has ended are owned by others within two seconds", () =>
    Effect.gen(function*() {
      const { all, start } = yield* fleet
      const members = yield* Effect.forEach(["10.0.0.1", "10.0.0.2", "10.0.0.3"], start)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(all(), cells)
      for (const { kill, own } of members.slice(0, 2)) {
        assert.isNotEmpty(own)
        yield* kill
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(all(), cells)
      }
    }).pipe(Effect.scoped))

  it.effect("a cell whose database does not answer its owner is owned by a worker that it answers, and comes back", () =>
    Effect.gen(function*() {
      const { all, start, unreachable } = yield* fleet
      const [one, two] = [yield* start("10.0.0.1"), yield* start("10.0.0.2")]
      yield* TestClock.adjust("5 seconds")
      const before = [...one.own]
      const [lost = -1] = before
      unreachable.add(`${one.name} ${lost}`)
      yield* TestClock.adjust("2 seconds")
      assert.isTrue(one.own.has(lost))
      yield* TestClock.adjust("4 seconds")
      assert.isTrue(two.own.has(lost))
      assert.deepStrictEqual(all(), cells)
      unreachable.clear()
      yield* TestClock.adjust("5 seconds")
      assert.isTrue(two.own.has(lost))
      yield* TestClock.adjust("10 seconds")
      assert.sameMembers([...one.own], before)
      assert.deepStrictEqual(all(), cells)
    }).pipe(Effect.scoped))

  it.effect("a cell whose database no process reaches stays with its owner, in whichever order they notice", () =>
    Effect.gen(function*() {
      const { start, unreachable } = yield* fleet
      const [one, two] = [yield* start("10.0.0.1"), yield* start("10.0.0.2")]
      yield* TestClock.adjust("5 seconds")
      const before = [[...one.own], [...two.own]]
      for (const first of [one, two]) {
        const second = first === one ? two : one
        for (const cell of cells) unreachable.add(`${first.name} ${cell}`)
        yield* TestClock.adjust("2 seconds")
        for (const cell of cells) unreachable.add(`${second.name} ${cell}`)
        yield* TestClock.adjust("30 seconds")
        for (const cell of cells) unreachable.delete(`${second.name} ${cell}`)
        yield* TestClock.adjust("2 seconds")
        unreachable.clear()
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual([[...one.own], [...two.own]], before)
      }
    }).pipe(Effect.scoped))

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
              Effect.void,
            isReachable: () => true
          },
          reach: () => Effect.succeed("reached")
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
