/** Sluice as the system runs it: processes of their own over one database, which can be told to stop, or killed. */
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Redacted } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { type Answer, type Ask, request } from "./Sluice.ts"

export interface Process {
  readonly ask: (method: string, path: string, ask?: Ask) => Effect.Effect<Answer>
  readonly kill: (signal: "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT") => Effect.Effect<void>
  /** Its exit code; `null` where a signal ended it. */
  readonly ended: Effect.Effect<number | null>
  readonly log: () => string
}

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

const ready = (child: ChildProcess, log: () => string): Effect.Effect<string> =>
  Effect.callback((resume) => {
    const look = () => {
      const [, url] = /Sluice is ready at (\S+)/.exec(log()) ?? []
      if (url !== undefined) resume(Effect.succeed(url))
    }
    child.stdout?.on("data", look)
    child.once("exit", () => resume(Effect.die(new Error(`ended before it was ready: ${log()}`))))
  })

/** Starts one and waits until it is ready. It is killed with the scope. */
export const start = Effect.fnUntraced(function*(environment: Readonly<Record<string, string>> = {}) {
  const { url } = yield* DatabaseTest
  let written = ""
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, ["--conditions=@sluice/source", main], {
        env: {
          PATH: process.env["PATH"],
          NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
          PORT: "0",
          DATABASE_URL: Redacted.value(url),
          SLUICE_ALLOW_NETWORKS: "127.0.0.0/8",
          SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
          ...environment
        },
        stdio: ["ignore", "pipe", "pipe"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => void (written += String(data)))
  const base = yield* ready(child, () => written)
  const sluice: Process = {
    ask: (method, path, ask) => request(base, method, path, ask),
    kill: (signal) => Effect.sync(() => void child.kill(signal)),
    ended: Effect.callback((resume) => {
      if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.succeed(child.exitCode))
      child.once("exit", (code) => resume(Effect.succeed(code)))
    }),
    log: () => written
  }
  return sluice
})
