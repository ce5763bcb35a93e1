/**
 * One real server process behind a proxy of its own, with the point at which it is to be killed. The process runs the
 * product's own `main.ts` and does not know of the test.
 */
import { Deferred, Effect, Redacted } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import * as DatabaseProxy from "../wire/DatabaseProxy.ts"
import { later } from "../wire/Later.ts"
import { nameOf, type Point } from "../wire/Points.ts"
import type { Weight, Word } from "./Seam.ts"

const main = fileURLToPath(new URL("../../../server/src/main.ts", import.meta.url))
const seam = new URL("Seam.ts", import.meta.url).href

/** The planned kill of a process: at the nth passing of a point, or at the latest some time after it was ready. */
export interface Doom {
  readonly point: Point
  readonly passing: number
  readonly atLatestMs: number
}

export interface ServerProcess {
  readonly name: string
  readonly pid: number
  readonly proxy: DatabaseProxy.DatabaseProxy
  /** Passes when the process is ready. Dies if it ends before. */
  readonly ready: Effect.Effect<string>
  /** The address, once it is ready. */
  readonly url: () => string | undefined
  /** The point at which it was killed; `undefined` if it was not. */
  readonly ended: Effect.Effect<Point | undefined>
  readonly alive: () => boolean
  readonly exitCode: () => number | null
  readonly signal: (signal: NodeJS.Signals) => void
  /** Notes that the process passes a point outside of its database connection. */
  readonly passes: (point: Point) => void
  /** Calls `act` the next time that the process passes a point. */
  readonly meet: (point: Point, act: () => void) => void
  /** Makes statements fail with a SQLSTATE for a while, each with the given chance. */
  readonly refuse: (sqlState: string, chance: () => boolean) => void
  readonly serve: () => void
  /** Makes its wall clock jump. */
  readonly jump: (ms: number) => void
  /** The reachable memory after a full collection; `undefined` if it does not answer because it is paused or dead. */
  readonly weigh: Effect.Effect<Weight | undefined>
  readonly log: () => string
}

export interface ServerOptions {
  readonly name: string
  readonly database: Redacted.Redacted
  readonly doom?: Doom
}

/** The last of what it said. */
const kept = 8000

const environment = (name: string, url: Redacted.Redacted) => ({
  PATH: process.env["PATH"],
  PORT: "0",
  NO_COLOR: "1",
  DATABASE_URL: Redacted.value(url),
  SLUICE_ALLOW_NETWORKS: "127.0.0.0/8",
  SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
  CHAOS_SENDER: name,
  // Hundreds are started: none has to strip and compile what another has.
  NODE_COMPILE_CACHE: join(tmpdir(), "sluice-chaos-compile-cache")
})

const launch = (name: string, url: Redacted.Redacted): ChildProcess =>
  spawn(process.execPath, ["--conditions=@sluice/source", "--expose-gc", "--import", seam, main], {
    env: environment(name, url),
    stdio: ["ignore", "pipe", "pipe", "ipc"]
  })

/** The time limit of a full collection. */
const patienceMs = 5000

/** One answer is awaited at a time, and one that comes too late is passed over. */
const scales = (child: ChildProcess, say: (word: Word) => void): ServerProcess["weigh"] => {
  let asked = 0
  return Effect.suspend(() => {
    const weigh = ++asked
    return Effect.callback<Weight | undefined>((resume) => {
      const hear = (weight: Weight) => {
        if (weight.weighed === weigh) resume(Effect.succeed(weight))
      }
      child.on("message", hear)
      say({ weigh })
      return Effect.sync(() => child.off("message", hear))
    }).pipe(Effect.timeoutOrElse({ duration: patienceMs, orElse: () => Effect.undefined }))
  })
}

/** The watch over the places that a process passes: it kills it at the place of its doom, and acts where asked to. */
const watchPlaces = (child: ChildProcess, doom: Doom | undefined) => {
  let killedAt: Point | undefined
  let left = doom?.passing ?? 0
  let meeting: { readonly point: Point; readonly act: () => void } | undefined

  const kill = (point: Point) => {
    if (killedAt !== undefined || child.exitCode !== null || child.signalCode !== null) return
    killedAt = point
    child.kill("SIGKILL")
  }
  /** True if the process is dead, perhaps from this point on. */
  const passes = (point: Point): boolean => {
    if (killedAt !== undefined) return true
    if (meeting?.point === point) {
      const { act } = meeting
      meeting = undefined
      act()
    }
    if (doom?.point !== point || --left > 0) return false
    kill(point)
    return true
  }
  const meet = (point: Point, act: () => void) => {
    meeting = { point, act }
  }
  return { kill, passes, meet, killedAt: () => killedAt }
}

/** Starts the process; it is killed with the scope. */
export const start = Effect.fnUntraced(function*({ database, doom, name }: ServerOptions) {
  const proxy = yield* DatabaseProxy.make(database)
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => launch(name, proxy.url)),
    (child) => Effect.sync(() => void child.kill("SIGKILL"))
  )
  const ready = yield* Deferred.make<string>()
  const ended = yield* Deferred.make<Point | undefined>()
  const { kill, killedAt, meet, passes } = watchPlaces(child, doom)
  let log = ""
  let url: string | undefined
  let refusing: { readonly sqlState: string; readonly chance: () => boolean } | undefined

  proxy.listen({
    asked: (text) => {
      const statement = nameOf(text)
      if (statement !== undefined && passes(`${statement}:before`)) return "hold"
      return refusing !== undefined && statement !== undefined && refusing.chance()
        ? { sqlState: refusing.sqlState }
        : "pass"
    },
    answered: (text) => {
      const statement = nameOf(text)
      return statement !== undefined && passes(`${statement}:after`) ? "hold" : "pass"
    }
  })

  const hear = (data: Buffer) => {
    log = (log + data.toString("utf8")).slice(-kept)
    if (url !== undefined) return
    url = /Sluice is ready at (\S+)/.exec(log)?.[1]
    if (url === undefined) return
    Deferred.doneUnsafe(ready, Effect.succeed(url))
    if (doom !== undefined) later(doom.atLatestMs, () => kill("any:moment"))
  }
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", hear)
  child.once("exit", () => {
    Deferred.doneUnsafe(ended, Effect.succeed(killedAt()))
    Deferred.doneUnsafe(ready, Effect.die(new Error(`${name} ended before it was ready: ${log}`)))
  })
  // One that does not even get ready, because its database is away, is killed too.
  if (doom !== undefined) later(doom.atLatestMs + 20_000, () => kill("any:moment"))

  const say = (word: Word) => void (child.connected && child.send(word))

  const server: ServerProcess = {
    name,
    pid: child.pid ?? 0,
    proxy,
    ready: Deferred.await(ready),
    url: () => url,
    ended: Deferred.await(ended),
    alive: () => child.exitCode === null && child.signalCode === null,
    exitCode: () => child.exitCode,
    signal: (signal) => void child.kill(signal),
    passes: (point) => void passes(point),
    meet,
    refuse: (sqlState, chance) => {
      refusing = { sqlState, chance }
    },
    serve: () => {
      refusing = undefined
    },
    jump: (jumpMs) => say({ jumpMs }),
    weigh: scales(child, say),
    log: () => log
  }
  return server
})
