/** The disturbances beside killing processes: drawn by seed, in sequence, some at once. */
import { Clock, Deferred, Effect, type Scope } from "effect"
import type { Pause } from "./evidence/Evidence.ts"
import type { Fleet } from "./fleet/Fleet.ts"
import type { ServerProcess } from "./fleet/ServerProcess.ts"
import type { Random } from "./Random.ts"
import type { Mishap } from "./wire/PartnerProxy.ts"
import type { Point } from "./wire/Points.ts"

export interface World {
  readonly fleet: Fleet
  readonly random: Random
  /** The disturbances to draw from. */
  readonly injections: ReadonlyArray<Injection>
  /** Kills the database; absent if the database is not ours to kill. */
  readonly killDatabase?: (signal: "SIGKILL" | "SIGQUIT") => Effect.Effect<void>
  readonly pauses: Array<Pause>
  /** The current condition of the connections to partners. */
  readonly weather: { mishap: () => Mishap }
}

/** A disturbance, with its frequency. */
export interface Injection {
  readonly name: string
  readonly weight: number
  readonly happens: (world: World) => Effect.Effect<void>
}

const hour = 3_600_000

const anyServer = ({ fleet, random }: World): ServerProcess | undefined => {
  const serving = fleet.serving()
  return serving.length === 0 ? undefined : random.pick(serving)
}

const on = (world: World, act: (server: ServerProcess) => Effect.Effect<void>) =>
  Effect.suspend(() => {
    const server = anyServer(world)
    return server === undefined ? Effect.void : act(server)
  })

/** Applies for a while, and reverts even if interrupted. */
const during = (from: Effect.Effect<void>, ms: number, until: Effect.Effect<void>) =>
  from.pipe(Effect.andThen(Effect.sleep(ms)), Effect.ensuring(until))

const wireOfAll = (world: World, weather: "cut" | "fair") =>
  Effect.sync(() => world.fleet.all().forEach(({ proxy }) => proxy.weather(weather)))

/** Down for a while: it comes back by itself at once, so the way to it stays cut. */
const databaseGone = (signal: "SIGKILL" | "SIGQUIT"): Injection["happens"] => (world) =>
  world.killDatabase === undefined ? Effect.void : during(
    Effect.andThen(world.killDatabase(signal), wireOfAll(world, "cut")),
    world.random.between(500, 6000),
    wireOfAll(world, "fair")
  )

const databaseKilled = databaseGone("SIGKILL")
const databaseStopped = databaseGone("SIGQUIT")

/**
 * The places where a process is paused: in a call, on its way to one, or with a commit whose reply it has not received.
 */
const stops: ReadonlyArray<Point> = ["send:arrived", "send:answered", "flush.entry:before", "flush.entry:after"]

/** Pauses a process past its lease, at any point, and resumes it. */
const paused: Injection["happens"] = (world) =>
  on(
    world,
    Effect.fnUntraced(function*(server) {
      const there = yield* Deferred.make<void>()
      let isOver = false
      server.meet(world.random.pick(stops), () => {
        // Not after the end of the load: it would not be resumed.
        if (isOver) return
        server.signal("SIGSTOP")
        Deferred.doneUnsafe(there, Effect.void)
      })
      yield* Effect.timeoutOption(Deferred.await(there), "2 seconds")
      isOver = true
      const from = (yield* Clock.currentTimeMillis) - 1
      yield* during(
        Effect.sync(() => server.signal("SIGSTOP")),
        world.random.between(6500, 10_000),
        Effect.map(Clock.currentTimeMillis, (until) => {
          world.pauses.push({ sender: server.name, from, until })
          server.signal("SIGCONT")
        })
      )
    })
  )

const wire =
  (weather: (world: World) => Parameters<ServerProcess["proxy"]["weather"]>[0], from: number, to: number) =>
  (
    world: World
  ) =>
    on(world, ({ proxy }) =>
      during(
        Effect.sync(() => proxy.weather(weather(world))),
        world.random.between(from, to),
        Effect.sync(() => proxy.weather("fair"))
      ))

const refused = (sqlState: string): Injection["happens"] => (world) =>
  on(world, (server) =>
    during(
      Effect.sync(() => server.refuse(sqlState, () => world.random.chance(0.25))),
      world.random.between(1000, 4000),
      Effect.sync(() => server.serve())
    ))

const partnersWire: Injection["happens"] = (world) =>
  during(
    Effect.sync(() => {
      world.weather.mishap = () =>
        world.random.chance(0.05)
          ? world.random.pick<Mishap>(["cut", "truncate", { lateMs: 200 }, { lateMs: 1500 }])
          : "none"
    }),
    world.random.between(3000, 8000),
    Effect.sync(() => {
      world.weather.mishap = () => "none"
    })
  )

const clock: Injection["happens"] = (world) =>
  on(world, (server) => {
    const ms = world.random.pick([hour, -hour, 30_000, -30_000, 5000, -5000])
    return during(
      Effect.sync(() => server.jump(ms)),
      world.random.between(2000, 8000),
      Effect.sync(() => server.jump(-ms))
    )
  })

export const injections: ReadonlyArray<Injection> = [
  { name: "PostgreSQL killed (SIGKILL), away for a while", weight: 1, happens: databaseKilled },
  { name: "PostgreSQL stopped at once (SIGQUIT), away for a while", weight: 1, happens: databaseStopped },
  { name: "a process stopped (SIGSTOP) past its lease, and woken", weight: 4, happens: paused },
  { name: "a process cut off from its database", weight: 2, happens: wire(() => "cut", 1000, 9000) },
  { name: "a process's database silent", weight: 2, happens: wire(() => "frozen", 1000, 9000) },
  {
    name: "a process's database late",
    weight: 2,
    happens: wire(({ random }) => ({ lateMs: random.between(20, 300) }), 2000, 6000)
  },
  { name: "an answer of the database cut in half", weight: 3, happens: wire(() => "truncates", 500, 1500) },
  { name: "disk full (SQLSTATE 53100)", weight: 2, happens: refused("53100") },
  { name: "serialization failures (SQLSTATE 40001)", weight: 2, happens: refused("40001") },
  { name: "the partners' network cuts, truncates and delays", weight: 3, happens: partnersWire },
  { name: "a wall clock jumps, and back", weight: 3, happens: clock }
]

/** The disturbances that last for seconds: no paused process, and no database that is killed or stopped. */
export const brief: ReadonlyArray<Injection> = injections.filter(({ happens }) =>
  ![paused, databaseKilled, databaseStopped].includes(happens)
)

const drawn = ({ injections, random }: World): Injection =>
  random.pick(injections.flatMap((injection) => Array.from({ length: injection.weight }, () => injection)))

/** Draws and makes disturbances until it is interrupted, and then reverts them. Calls `tell` with the name of each. */
export const run = Effect.fn("Injections.run")(function*(
  world: World,
  everyMs: number,
  tell: (name: string) => void
): Effect.fn.Return<never, never, Scope.Scope> {
  while (true) {
    yield* Effect.sleep(world.random.between(everyMs / 2, everyMs * 1.5))
    const injection = drawn(world)
    tell(injection.name)
    yield* Effect.forkScoped(injection.happens(world))
  }
})
