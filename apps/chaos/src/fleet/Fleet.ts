/**
 * The processes of a run: survivors, which are never killed, and victims, each of which is replaced as soon as it is
 * dead.
 */
import { Clock, Effect, type Redacted } from "effect"
import type { Random } from "../Random.ts"
import { killPoints, type Point } from "../wire/Points.ts"
import * as ServerProcess from "./ServerProcess.ts"

export interface Kill {
  readonly name: string
  readonly point: Point
  readonly at: number
}

export interface FleetOptions {
  readonly database: Redacted.Redacted
  readonly survivors: number
  readonly victims: number
  readonly random: Random
}

export interface Fleet {
  /** The processes that serve requests now. */
  readonly serving: () => ReadonlyArray<ServerProcess.ServerProcess>
  readonly survivors: ReadonlyArray<ServerProcess.ServerProcess>
  readonly of: (name: string) => ServerProcess.ServerProcess | undefined
  readonly all: () => ReadonlyArray<ServerProcess.ServerProcess>
  readonly kills: ReadonlyArray<Kill>
  /** Starts and kills victims until it is interrupted. */
  readonly slaughter: Effect.Effect<void>
  /** The number of processes that could not start because their database was away. */
  readonly refusals: () => number
  /** Processes that ended without being killed, with the end of their output. */
  readonly collapses: ReadonlyArray<string>
}

export const make = Effect.fnUntraced(function*(options: FleetOptions) {
  const { database, random } = options
  const clock = yield* Clock.Clock
  const processes = new Map<string, ServerProcess.ServerProcess>()
  const kills: Array<Kill> = []
  const collapses: Array<string> = []
  let born = 0
  let refusals = 0

  const enlist = Effect.fnUntraced(function*(name: string, doom?: ServerProcess.Doom) {
    const server = yield* ServerProcess.start({ name, database, ...(doom !== undefined && { doom }) })
    processes.set(name, server)
    return server
  })

  const survivors: Array<ServerProcess.ServerProcess> = []
  for (let i = 1; i <= options.survivors; i++) survivors.push(yield* enlist(`survivor-${i}`))
  yield* Effect.forEach(survivors, ({ ready }) => ready, { concurrency: "unbounded" })

  const doomed = (): ServerProcess.Doom => {
    const point = random.pick(killPoints)
    return {
      point,
      passing: /^(flush|send)/.test(point) ? random.between(1, 5) : 1,
      atLatestMs: point === "any:moment" ? random.between(0, 3000) : random.between(2500, 6000)
    }
  }

  const oneLife = Effect.gen(function*() {
    const name = `victim-${++born}`
    const server = yield* enlist(name, doomed())
    const point = yield* server.ended
    processes.delete(name)
    // Without a database none starts, and says so.
    if (point === undefined && server.url() === undefined) refusals++
    else if (point === undefined) collapses.push(`${name}: ${server.log().slice(-1000)}`)
    else kills.push({ name, point, at: clock.currentTimeMillisUnsafe() })
  }).pipe(Effect.scoped)

  const fleet: Fleet = {
    serving: () => [...processes.values()].filter((one) => one.url() !== undefined && one.alive()),
    survivors,
    of: (name) => processes.get(name),
    all: () => [...processes.values()],
    kills,
    refusals: () => refusals,
    slaughter: Effect.forEach(Array.from({ length: options.victims }), () => Effect.forever(oneLife), {
      concurrency: "unbounded",
      discard: true
    }),
    collapses
  }
  return fleet
})
