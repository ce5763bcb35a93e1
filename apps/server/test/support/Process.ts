/** Sluice as a process of its own, in a process group of its own, as a shell or a supervisor starts it. */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

export interface Ended {
  /** The exit code, or the signal that ended it. */
  readonly code: number | string | null
  readonly output: string
  readonly errors: string
}

export interface Process {
  readonly pid: number
  /** Its standard output so far. */
  readonly output: () => string
  /** The address on which it listens; dies if the process ends before it is ready. */
  readonly url: Effect.Effect<string>
  readonly ended: Effect.Effect<Ended>
  readonly signal: (signal: NodeJS.Signals, to?: "process" | "group") => Effect.Effect<void>
}

/** The path of an empty directory, removed with the scope. */
export const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sluice-server-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Started with the scope, and gone with it. */
export const start = Effect.fnUntraced(function*(environment: Readonly<Record<string, string>>) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, ["--conditions=@sluice/source", main], {
        env: {
          PATH: process.env["PATH"],
          NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
          PORT: "0",
          NO_COLOR: "1",
          ...environment
        },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true
      })
    ),
    (child) => Effect.sync(() => void child.kill("SIGKILL"))
  )
  let output = ""
  let errors = ""
  const ready = Promise.withResolvers<string>()
  const gone = Promise.withResolvers<Ended>()
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text
    const url = /ready at (http:\S+)/.exec(output)?.[1]
    if (url !== undefined) ready.resolve(url)
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (errors += text))
  child.on("close", (code, signal) => {
    gone.resolve({ code: code ?? signal, output, errors })
    ready.reject(new Error(`ended before it was ready: ${errors}${output}`))
  })
  // Not every test waits for it.
  ready.promise.catch(() => undefined)
  const running: Process = {
    pid: child.pid ?? 0,
    output: () => output,
    url: Effect.promise(() => ready.promise),
    ended: Effect.promise(() => gone.promise),
    signal: (signal, to = "process") =>
      Effect.sync(() => void process.kill(to === "group" ? -(child.pid ?? 0) : child.pid ?? 0, signal))
  }
  return running
})
