/**
 * The cells that this process owns. Workers register in cell 0, and hold a lock there for each cell that they own; both
 * are `effect/cluster`'s runner storage, with its session locks, heartbeats and the end of frozen sessions. Contract:
 * section 11, "Owners".
 *
 * | a cell of this process | becomes | when |
 * | --- | --- | --- |
 * | another's | ours | it is assigned to this process, and its lock was had |
 * | ours | another's | it is assigned to another worker, or the lock is held by one |
 * | ours | another's | its database does not answer this process, and answers another worker |
 * | ours | ours | cell 0 does not answer: nothing moves |
 *
 * The lock decides who should execute a cell. What may be stored is decided by the fence in the cell's own database, so
 * that an owner that was frozen or cut off does no harm.
 *
 * A worker counts as gone once it has sent no heartbeat for five seconds. If only its process has ended, and not its
 * host, the others know within two: each worker tries to connect to the next one in the order of their names.
 */
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { Clock, Context, Effect, Layer, Option } from "effect"
import { Runner, RunnerAddress, RunnerStorage, ShardId, ShardingConfig, SqlRunnerStorage } from "effect/cluster"
import * as Absences from "./Absences.ts"
import { type Address, nameOf, parseName } from "./Address.ts"
import { assign } from "./Assignment.ts"
import type { Reached } from "./Reachability.ts"

/** A worker that is not heard of for this long is gone, and its locks are free. */
const expiry = "5 seconds"

/** Between two heartbeats. */
const beat = "1 second"

/**
 * An operation on the locks fails after this time, a third of `expiry` at most, and the session that holds them is given
 * up. On a busy machine a second is short.
 */
const lockPatience = expiry

/** The time to connect to another worker. One that is frozen takes longer; one that has ended refuses at once. */
const reachPatience = "500 millis"

/** A statement on cell 0 that takes longer has failed. */
const patience = "3 seconds"

const group = "cells"

const shardOf = (cell: number): ShardId.ShardId => ShardId.make(group, cell + 1)

const cellOfShard = ({ id }: ShardId.ShardId): number => id - 1

/** Begins and ends the execution of a cell's runs in this process. */
export interface Duties {
  /** Begins to execute the cell. Returns once it is executed here; false, or a failure, if it cannot be. */
  readonly take: (cell: number) => Effect.Effect<boolean>
  /** Ends the execution of the cell. Returns at once; work in flight ends in the background. */
  readonly give: (cell: number) => Effect.Effect<void>
  /** False while the cell's database does not answer this process. */
  readonly isReachable: (cell: number) => boolean
}

export interface Options {
  readonly address: Address
  readonly cells: ReadonlyArray<number>
  /** This process may own cells. */
  readonly executes: boolean
  readonly duties: Duties
  /** Tries to connect to another worker. */
  readonly reach: (worker: string) => Effect.Effect<Reached>
  /** Passes when the process stops: its cells are then given to other workers at once. */
  readonly stopped: Effect.Effect<void>
}

interface State {
  readonly options: Options
  readonly self: RunnerAddress.RunnerAddress
  readonly storage: RunnerStorage.RunnerStorage["Service"]
  readonly held: Set<number>
  /** Cells whose lock is held and that are not executed yet: starting may take longer than a heartbeat. */
  readonly taking: Set<number>
  owners: ReadonlyMap<number, string>
  absences: Absences.Absences
  /** The groups of this worker's registration. */
  groups: ReadonlyArray<string>
  /** The last worker to which a connection succeeded. */
  reached: string | undefined
}

const shards = (cells: Iterable<number>): ReadonlyArray<ShardId.ShardId> => [...cells].map(shardOf)

const give = Effect.fnUntraced(function*({ held, options, self, storage }: State, cell: number) {
  held.delete(cell)
  yield* options.duties.give(cell)
  yield* Effect.ignore(storage.release(self, shardOf(cell)))
  yield* Effect.logInfo(`cell ${cell} is given to another process`)
})

const take = Effect.fnUntraced(function*({ held, options, self, storage }: State, cell: number) {
  if (yield* options.duties.take(cell)) {
    held.add(cell)
    return yield* Effect.logInfo(`cell ${cell} is owned by this process`)
  }
  // Another worker, or this one a beat later.
  yield* Effect.ignore(storage.release(self, shardOf(cell)))
})

/** Begins to take a cell, beside the heartbeats: a worker that were silent meanwhile would be gone to the others. */
const begin = (state: State, cell: number) => {
  state.taking.add(cell)
  return Effect.forkChild(
    Effect.ensuring(take(state, cell), Effect.sync(() => void state.taking.delete(cell)))
  )
}

/** The worker that this one watches; `undefined` where there is no other. */
const watched = ({ self }: State, names: ReadonlyArray<string>): string | undefined => {
  const sorted = names.filter((name) => name !== nameOf(self)).toSorted()
  return sorted.find((name) => name > nameOf(self)) ?? sorted[0]
}

/**
 * Tells all that the watched worker is gone, if its process has ended; gives its name then. Only one that was reached
 * before: a port that is closed to this process alone says nothing of the worker, which would come back at each beat.
 */
const missed = Effect.fnUntraced(function*(state: State, names: ReadonlyArray<string>) {
  const name = watched(state, names)
  const address = name === undefined ? undefined : parseName(name)
  if (name === undefined || address === undefined) return undefined
  const reached = yield* Effect.timeoutOption(state.options.reach(name), reachPatience)
  if (Option.contains(reached, "reached")) state.reached = name
  if (!Option.contains(reached, "refused") || state.reached !== name) return undefined
  state.reached = undefined
  yield* state.storage.setRunnerHealth(RunnerAddress.make(address.host, address.port), false)
  yield* Effect.logInfo(`the process at ${name} has ended`)
  return name
})

/** Registers this worker, with the cells that it does not reach. */
const register = ({ groups, self, storage }: State) =>
  storage.register(new Runner.Runner({ address: self, groups, weight: 1 }), true)

/** Renews the locks of what is held, and gives away what another process was quicker to lock. */
const renew = Effect.fnUntraced(function*(state: State) {
  const { held, self, storage, taking } = state
  const kept = new Set((yield* storage.refresh(self, shards([...held, ...taking]))).map(cellOfShard))
  const lost = [...held].filter((cell) => !kept.has(cell))
  if (lost.length === 0) return
  // The session of the locks was lost.
  const regained = (yield* storage.acquire(self, shards(lost))).map(cellOfShard)
  for (const cell of lost) if (!regained.includes(cell)) yield* give(state, cell)
})

/** Assigns each cell to one of the workers that are alive; false where this one has to register first. */
const reassign = Effect.fnUntraced(function*(state: State) {
  const { options, self, storage } = state
  const alive = (yield* storage.getRunners).filter(([, healthy]) => healthy).map(([runner]) => runner)
  const names = alive.map(({ address }) => nameOf(address))
  if (options.executes) {
    const unreachable = Absences.groupsOf(options.cells.filter((cell) => !options.duties.isReachable(cell)))
    const isChanged = unreachable.join() !== state.groups.slice(1).join()
    state.groups = [group, ...unreachable]
    if (isChanged || !names.includes(nameOf(self))) yield* register(state)
    if (!names.includes(nameOf(self))) return false
  }
  const gone = options.executes ? yield* missed(state, names) : undefined
  const said = new Map(alive.map(({ address, groups }) => [nameOf(address), Absences.cellsOf(groups)]))
  if (options.executes) said.set(nameOf(self), Absences.cellsOf(state.groups))
  if (gone !== undefined) said.delete(gone)
  const now = yield* Clock.currentTimeMillis
  state.absences = Absences.next(state.absences, said, now)
  state.owners = assign(
    options.cells,
    [...said.keys()],
    (worker, cell) => Absences.isAbsent(state.absences, worker, cell, now)
  )
  return true
})

/** One heartbeat, and what follows from what is seen then. */
const look = Effect.fnUntraced(function*(state: State) {
  const { held, options, self, storage, taking } = state
  if (options.executes) yield* renew(state)
  if (!(yield* reassign(state)) || !options.executes) return
  const own = options.cells.filter((cell) => state.owners.get(cell) === nameOf(self))
  for (const cell of Array.from(held)) if (!own.includes(cell)) yield* give(state, cell)
  const wanted = own.filter((cell) => !held.has(cell) && !taking.has(cell))
  if (wanted.length === 0) return
  for (const shard of yield* storage.acquire(self, shards(wanted))) yield* begin(state, cellOfShard(shard))
})

/**
 * Leaves at once, so that others take over while what is in flight here comes to its end. The cells are given away before
 * their locks are free: what is still forwarded here is answered as a request for another process's cell.
 */
const leave = Effect.fnUntraced(function*({ held, options, self, storage }: State) {
  const cells = [...held]
  held.clear()
  yield* Effect.forEach(cells, options.duties.give, { discard: true })
  yield* Effect.timeout(Effect.andThen(storage.unregister(self), storage.releaseAll(self)), patience)
}, (left) => Effect.ignore(left))

const storageOf = ({ address }: Options) =>
  SqlRunnerStorage.layerWith({ prefix: "sluice_cluster" }).pipe(
    Layer.provide(ShardingConfig.layer({
      runnerAddress: Option.some(RunnerAddress.make(address.host, address.port)),
      availableShardGroups: [group],
      assignedShardGroups: [group],
      shardLockExpiration: expiry,
      shardLockRefreshInterval: lockPatience
    }))
  )

/** The owners of the cells, as this process sees them. */
export class Owners extends Context.Service<Owners, {
  /** The worker that a cell is assigned to, as `host:port`. */
  readonly ownerOf: (cell: number) => string | undefined
}>()("@sluice/cluster/Owners") {}

/** The layer of {@link Owners} on any storage of Effect's cluster: takes the cells that are assigned to this process. */
export const layerStorage = (options: Options) =>
  Layer.effect(
    Owners,
    Effect.gen(function*() {
      const storage = yield* RunnerStorage.RunnerStorage
      const self = RunnerAddress.make(options.address.host, options.address.port)
      const state: State = {
        options,
        self,
        storage,
        held: new Set(),
        taking: new Set(),
        owners: new Map(),
        absences: Absences.none,
        groups: [group],
        reached: undefined
      }
      const looking = Effect.forever(
        look(state).pipe(
          // While cell 0 is away nothing moves.
          Effect.catch((error) => Effect.logDebug("cell 0 is not asked for owners", error)),
          Effect.andThen(Effect.sleep(beat))
        )
      )
      yield* BackgroundLoop.fork(
        "cell-owners",
        Effect.andThen(
          Effect.raceFirst(looking, options.stopped),
          options.executes ? leave(state) : Effect.void
        )
      )
      return { ownerOf: (cell) => state.owners.get(cell) }
    })
  )

/**
 * Owns cells while its scope is open and the process is not stopping. The database is that of cell 0: session locks need a
 * direct connection, or a pooler in session mode.
 */
export const layer = (options: Options) => Layer.provide(layerStorage(options), storageOf(options))
