/**
 * A run of chaos: real servers on one database, with partners, under load, while they are killed and disturbed; then a
 * quiet period until everything that was accepted has ended; then the checker.
 */
import { Clock, Effect, Exit, Fiber, type Redacted, Schedule, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { check, type Verdict } from "./checker/Checker.ts"
import { collect, stamp } from "./evidence/Collect.ts"
import type { Evidence, Pause } from "./evidence/Evidence.ts"
import * as Fleet from "./fleet/Fleet.ts"
import * as Injections from "./Injections.ts"
import * as Callbacks from "./load/Callbacks.ts"
import { ask } from "./load/Client.ts"
import * as Load from "./load/Load.ts"
import * as OrderReader from "./load/OrderReader.ts"
import { pipelines } from "./load/Pipelines.ts"
import * as Memory from "./Memory.ts"
import * as Behaviour from "./partner/Behaviour.ts"
import * as PartnerServer from "./partner/PartnerServer.ts"
import * as Random from "./Random.ts"
import * as PartnerProxy from "./wire/PartnerProxy.ts"

export interface ChaosOptions {
  readonly seed: number
  readonly database: Redacted.Redacted
  readonly killDatabase?: (signal: "SIGKILL" | "SIGQUIT") => Effect.Effect<void>
  /** The duration of the disturbances, in milliseconds. */
  readonly forMs: number
  /** The number of kills after which the disturbances end sooner. */
  readonly kills: number
  readonly survivors: number
  readonly victims: number
  readonly ordersPerSecond: number
  /** The order types, repeated by frequency. */
  readonly orderTypes: ReadonlyArray<string>
  readonly injections: ReadonlyArray<Injections.Injection>
  /** Milliseconds between two injections, on average. */
  readonly injectEveryMs: number
  /** True if leases of dead processes are ended as soon as the disturbances are over, instead of after six seconds. */
  readonly hastens: boolean
  /** The time limit for everything to end after the disturbances. */
  readonly peaceMs: number
  /** The number of orders whose record is read from a server and recomputed. */
  readonly explains: number
  readonly tell: (line: string) => void
}

export interface Outcome {
  readonly evidence: Evidence
  readonly verdicts: ReadonlyArray<Verdict>
  readonly kills: ReadonlyArray<Fleet.Kill>
  readonly injected: ReadonlyArray<string>
  readonly collapses: ReadonlyArray<string>
  /** The number of starts that failed because the database was away. */
  readonly refusals: number
  readonly memories: ReadonlyArray<Memory.Memory>
  /** The exit codes of the survivors, which are stopped at the end; null for one that a signal ended. */
  readonly exitCodes: ReadonlyArray<number | null>
  readonly minutes: number
}

const spaced = Schedule.spaced("250 millis")

const serves = Effect.fnUntraced(
  function*(
    seed: number,
    weather: { mishap: () => PartnerProxy.Mishap },
    fleet: () => Fleet.Fleet | undefined,
    awaited: (of: Callbacks.Awaited) => void
  ) {
    const mishap = () => weather.mishap()
    const one = Effect.fnUntraced(function*(name: string) {
      const server = yield* PartnerServer.make({
        reply: Behaviour.make(Random.make(seed, name)),
        awaited,
        holderOf: (sender) => fleet()?.of(sender)?.proxy.worker() ?? "",
        arrived: ({ sender }) => fleet()?.of(sender)?.passes("send:arrived"),
        answered: ({ sender }) => fleet()?.of(sender)?.passes("send:answered")
      })
      const port = yield* PartnerProxy.make(server.port, mishap)
      return { url: `http://127.0.0.1:${port}`, log: server.log }
    })
    return { good: yield* one("good"), bad: yield* one("bad") }
  }
)

const setUp = Effect.fnUntraced(function*(base: string, good: string, bad: string) {
  for (const [orderType, pipeline] of Object.entries(pipelines(good, bad))) {
    const name = orderType.toLowerCase()
    const body = { ...pipeline, match: { orderTypes: [orderType] } }
    const { json, status } = yield* ask(base, "PUT", `/v1/pipelines/${name}`, body)
    if (status !== 201) return yield* Effect.die(new Error(`pipeline ${name}: ${status} ${JSON.stringify(json)}`))
  }
  for (const id of ["shop", "crm"]) {
    yield* ask(base, "PUT", `/v1/webhook-endpoints/${id}`, { url: `${good}/hook/${id}`, types: ["*"] })
  }
})

/** The dead need not be waited for: they are dead. */
const expire = Effect.fnUntraced(function*(alive: ReadonlyArray<string>) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`update workers set alive_until = clock_timestamp() - interval '1 s'
    where not fenced and id <> all(${alive}::uuid[])`
})

/** Waits until no run is open; false if some still are when the time is up. */
const peace = Effect.fnUntraced(function*(atMost: number) {
  const sql = yield* SqlClient.SqlClient
  const quiet = sql`select from runs where finished_at is null limit 1`.pipe(
    Effect.map((rows) => rows.length === 0),
    Effect.orElseSucceed(() => false)
  )
  return yield* Effect.timeoutOption(
    Effect.repeat(quiet, { until: (so) => so, schedule: spaced }),
    atMost
  )
})

/** The records of some orders, as a survivor tells them. */
const recordsOf = ({ acted, patches, submissions }: Load.Load, fleet: Fleet.Fleet, seed: number, count: number) =>
  OrderReader.readSome(fleet.survivors[0]?.url() ?? "", Random.make(seed, "records"), {
    count,
    all: submissions.flatMap(({ orderId, status }) => status === 202 && orderId !== undefined ? [orderId] : []),
    changed: [...patches.flatMap(({ orderId, status }) => status === 200 ? [orderId] : []), ...acted]
  })

/** Kills and disturbs, until enough processes were killed or the time is over. */
const disturb = Effect.fnUntraced(function*(
  setting: Parameters<typeof Injections.run>[0],
  { forMs, injectEveryMs, kills }: ChaosOptions,
  breaking: Scope.Closeable,
  injected: (name: string) => void,
  report: () => void
) {
  yield* Effect.forkIn(setting.fleet.slaughter, breaking)
  yield* Effect.forkIn(Scope.provide(Injections.run(setting, injectEveryMs, injected), breaking), breaking)
  yield* Effect.timeoutOption(
    Effect.repeat(
      Effect.sync(() => {
        report()
        return setting.fleet.kills.length >= kills
      }),
      { until: (done) => done, schedule: spaced }
    ),
    forMs
  )
  yield* Scope.close(breaking, Exit.void)
})

/** Tells the survivors to stop, and waits for a while until they have. */
const stop = Effect.fnUntraced(function*({ survivors }: Fleet.Fleet) {
  survivors.forEach((survivor) => survivor.signal("SIGTERM"))
  yield* Effect.timeoutOption(
    Effect.forEach(survivors, ({ ended }) => ended, { concurrency: "unbounded" }),
    "30 seconds"
  )
})

export const run = Effect.fnUntraced(function*(options: ChaosOptions) {
  const { seed, tell } = options
  const begun = yield* Clock.currentTimeMillis
  yield* stamp
  const weather: { mishap: () => PartnerProxy.Mishap } = { mishap: () => "none" }
  let fleet: Fleet.Fleet | undefined
  const callbacks = yield* Callbacks.make(() => fleet, Random.make(seed, "callbacks"))
  const { bad, good } = yield* serves(seed, weather, () => fleet, callbacks.arrived)
  fleet = yield* Fleet.make({ ...options, random: Random.make(seed, "kills") })
  const herd = fleet
  yield* setUp(herd.survivors[0]?.url() ?? "", good.url, bad.url)
  const load = Load.make(herd, Random.make(seed, "load"), options)
  const memory = Memory.make(herd.survivors)
  const pauses: Array<Pause> = []
  const injected: Array<string> = []

  // Clients that have begun go on asking when the breaking is over.
  const clients = yield* Scope.fork(yield* Effect.scope)
  const breaking = yield* Scope.fork(yield* Effect.scope)
  const loading = yield* Effect.forkIn(Scope.provide(load.run, clients), clients)
  yield* Effect.forkIn(Scope.provide(callbacks.run, clients), clients)
  yield* Effect.forkIn(memory.watch, breaking)
  const setting = {
    fleet: herd,
    random: Random.make(seed, "injections"),
    injections: options.injections,
    ...(options.killDatabase !== undefined && { killDatabase: options.killDatabase }),
    pauses,
    weather
  }
  yield* disturb(
    setting,
    options,
    breaking,
    (name) => injected.push(name),
    () => tell(`${herd.kills.length} kills, ${load.submissions.length} submissions, ${injected.length} injections`)
  )
  yield* Fiber.interrupt(loading)
  const over = yield* Clock.currentTimeMillis
  tell(`peace after ${herd.kills.length} kills`)
  yield* Effect.timeoutOption(
    Effect.repeat(Effect.sync(() => load.open() === 0), { until: (so) => so, schedule: spaced }),
    options.peaceMs
  )
  if (options.hastens) yield* expire(herd.survivors.map(({ proxy }) => proxy.worker()))
  yield* peace(options.peaceMs)
  const { cancels, patches, retries, submissions } = load
  tell("reads what is said of some orders")
  const records = yield* recordsOf(load, herd, seed, options.explains)
  yield* Scope.close(clients, Exit.void)
  yield* stop(herd)
  const rows = yield* collect(begun)
  const asked = [...good.log, ...bad.log].toSorted((a, b) => a.arrivedAt - b.arrivedAt)
  const evidence: Evidence = {
    submissions,
    patches,
    cancels,
    retries,
    callbacks: callbacks.answers,
    asked,
    pauses,
    records,
    rows
  }
  const outcome: Outcome = {
    evidence,
    verdicts: check(evidence),
    kills: herd.kills,
    injected,
    collapses: herd.collapses,
    refusals: herd.refusals(),
    memories: memory.memories,
    exitCodes: herd.survivors.map(({ exitCode }) => exitCode()),
    minutes: (over - begun) / 60_000
  }
  return outcome
})
