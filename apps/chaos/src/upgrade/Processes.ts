/** The servers of the upgrade proof, and those to which a load balancer would send requests. */
import { Data, Effect, Schedule } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import process from "node:process"
import { ask } from "../load/Client.ts"
import type { Release } from "./Releases.ts"

export interface Server {
  readonly name: string
  readonly url: string
  /** Sends SIGTERM and waits for the end; fails unless it ends with 0. */
  readonly stop: Effect.Effect<void>
}

/** Between two looks of the load balancer at one server; the drain is longer. */
const lookEvery = "100 millis"

const drain = "3s"

const ended = (child: ChildProcess) =>
  Effect.callback<number | null>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.succeed(child.exitCode))
    child.once("exit", (code) => resume(Effect.succeed(code)))
  })

class ServerEnded extends Data.TaggedError("ServerEnded")<{ readonly message: string }> {}

const listening = (child: ChildProcess, said: Array<string>) =>
  Effect.callback<string, ServerEnded>((resume) => {
    const hear = (data: Buffer) => {
      said.push(data.toString())
      const url = /ready at (http:[\w.:/-]+)/.exec(said.join(""))?.[1]
      if (url !== undefined) resume(Effect.succeed(url.replace(/\/$/, "")))
    }
    child.stdout?.on("data", hear)
    child.stderr?.on("data", hear)
    child.once("exit", (code) =>
      resume(Effect.fail(new ServerEnded({ message: `a server ended with ${code}: ${said.join("")}` }))))
  })

/** A load balancer over servers that are started and stopped. */
export class Balancer {
  private readonly ready: Array<Server> = []
  private turn = 0

  /** The next server that reported to be ready. */
  next(): Server | undefined {
    return this.ready[this.turn++ % this.ready.length]
  }

  /** Polls a server's readiness until it has ended. */
  follow(server: Server) {
    return Effect.forkScoped(Effect.forever(
      Effect.map(ask(server.url, "GET", "/health/ready", undefined), ({ status }) => {
        const place = this.ready.indexOf(server)
        if (status === 200 && place === -1) this.ready.push(server)
        if (status !== 200 && place !== -1) this.ready.splice(place, 1)
      }).pipe(Effect.andThen(Effect.sleep(lookEvery)))
    ))
  }

  has(server: Server): boolean {
    return this.ready.includes(server)
  }
}

/** Starts servers of a release on one database; they are killed with the scope. */
export const starter = (databaseUrl: string, balancer: Balancer) => {
  let number = 0
  const start = Effect.fnUntraced(function*({ name: release, words }: Release) {
    const name = `${release} ${++number}`
    const said: Array<string> = []
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, words, {
          env: {
            PATH: process.env["PATH"],
            NO_COLOR: "1",
            HOST: "127.0.0.1",
            PORT: "0",
            DATABASE_URL: databaseUrl,
            SLUICE_DRAIN: drain,
            SLUICE_ALLOW_NETWORKS: "127.0.0.0/8",
            SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64")
          },
          stdio: ["ignore", "pipe", "pipe"]
        })
      ),
      (child) => Effect.sync(() => void child.kill("SIGKILL"))
    )
    const url = yield* listening(child, said)
    const server: Server = {
      name,
      url,
      stop: Effect.suspend(() => {
        child.kill("SIGTERM")
        return Effect.flatMap(
          ended(child),
          (code) => code === 0 ? Effect.void : Effect.die(new Error(`${name} ended with ${code}: ${said.join("")}`))
        )
      })
    }
    yield* balancer.follow(server)
    yield* Effect.repeat(Effect.sync(() => balancer.has(server)), {
      until: (isReady) => isReady,
      schedule: Schedule.spaced("50 millis")
    })
    return server
  })
  // A machine that is busy for seconds ends a start, and whatever supervises a server starts it again.
  return (release: Release) => Effect.orDie(Effect.retry(start(release), { times: 3 }))
}
