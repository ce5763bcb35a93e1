/**
 * Processes of the operating system, known by their id and by who they are:
 * an id alone is used again after a crash or a reboot.
 */
import { type Duration, Effect, Option } from "effect"
import { spawn } from "node:child_process"
import { readdir, readFile, readlink } from "node:fs/promises"
import { type Account, spawnOptions } from "./Account.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

const quietly = <A>(run: () => Promise<A>) => Effect.option(Effect.tryPromise(run))

const signal = (pid: number, name: NodeJS.Signals | 0): "sent" | "gone" | "denied" => {
  try {
    process.kill(pid, name)
    return "sent"
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? "denied" : "gone"
  }
}

/** State letter and start time (ticks after boot) out of `/proc/<pid>/stat`; the name in it may hold anything. */
const linuxStat = (pid: number) =>
  quietly(() => readFile(`/proc/${pid}/stat`, "utf8")).pipe(
    Effect.map(Option.map((stat) => {
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return { state: fields[0] ?? "", started: fields[19] ?? "" }
    }))
  )

const finished = (state: string) => state.startsWith("Z") || state.startsWith("X")

/** True if the process runs. A zombie, whose parent has not collected its exit code, does not. */
export const isAlive = Effect.fnUntraced(function*(pid: number) {
  if (signal(pid, 0) === "gone") return false
  const stat = yield* linuxStat(pid)
  return Option.isNone(stat) || !finished(stat.value.state)
})

/**
 * The identity of a process beyond its id: boot and start time. None if it does not run; `unknown` if the system does
 * not tell.
 */
export const identify = Effect.fnUntraced(function*(pid: number): Effect.fn.Return<Option.Option<string>> {
  if (!(yield* isAlive(pid))) return Option.none()
  const stat = yield* linuxStat(pid)
  if (Option.isSome(stat)) {
    const boot = yield* quietly(() => readFile("/proc/sys/kernel/random/boot_id", "utf8"))
    return Option.some(`${Option.getOrElse(boot, () => "").trim()}/${stat.value.started}`)
  }
  const ps = yield* Effect.option(run("ps", ["-o", "stat=,lstart=", "-p", String(pid)]))
  if (Option.isNone(ps) || ps.value.code !== 0) return Option.some("unknown")
  const [state = "", ...started] = ps.value.stdout.trim().split(/\s+/)
  return finished(state) ? Option.none() : Option.some(started.join(" "))
})

/** Processes that work in this directory, as PostgreSQL's do in theirs. None where the system has no `/proc`. */
export const workingIn = Effect.fnUntraced(function*(directory: string) {
  const entries = yield* quietly(() => readdir("/proc"))
  if (Option.isNone(entries) || !entries.value.includes("self")) return Option.none<Array<number>>()
  const pids = entries.value.filter((name) => /^\d+$/.test(name)).map(Number)
  const found = yield* Effect.filter(
    pids,
    (pid) => quietly(() => readlink(`/proc/${pid}/cwd`)).pipe(Effect.map((cwd) => Option.contains(cwd, directory))),
    { concurrency: 16 }
  )
  return Option.some(found)
})

/** True if this process is a postmaster of that data directory; false where the system does not tell. */
export const isPostmasterOf = Effect.fnUntraced(function*(pid: number, data: string) {
  const cwd = yield* quietly(() => readlink(`/proc/${pid}/cwd`))
  if (Option.isSome(cwd)) return cwd.value === data
  const ps = yield* Effect.option(run("ps", ["-o", "command=", "-p", String(pid)]))
  return Option.isSome(ps) && ps.value.stdout.includes(`-D ${data}`)
})

/** Waits until the process is gone. Asking costs a system call; the process need not be our child. */
export const awaitEnd = Effect.fn("OsProcess.awaitEnd")(function*(pid: number, every: Duration.Input = "100 millis") {
  while (yield* isAlive(pid)) yield* Effect.sleep(every)
})

/** Sends each signal in turn, and waits after each as long as it says; returns once the process is gone. */
export const stop = Effect.fnUntraced(
  function*(pid: number, steps: ReadonlyArray<readonly [NodeJS.Signals, Duration.Input]>) {
    for (const [name, patience] of steps) {
      if (signal(pid, name) === "gone") return
      if (Option.isSome(yield* Effect.timeoutOption(awaitEnd(pid, "20 millis"), patience))) return
    }
  }
)

/** The exit code and output of a command. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a command to its end under the account, in its own session (a Ctrl-C in the terminal must not reach it).
 * Interruption kills it with its children.
 */
export const run = (
  command: string,
  args: ReadonlyArray<string>,
  options: { readonly account?: Account | undefined; readonly stdin?: string } = {}
): Effect.Effect<Finished, EmbeddedPostgresError> =>
  Effect.callback((resume) => {
    const child = spawn(command, args, { ...spawnOptions(options.account), stdio: "pipe" })
    const out = { stdout: "", stderr: "" }
    child.stdout.setEncoding("utf8").on("data", (text: string) => void (out.stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => void (out.stderr += text))
    child.on("error", (cause) =>
      resume(Effect.fail(
        new EmbeddedPostgresError({
          message: `embedded PostgreSQL: ${command} does not run: ${cause.message}`,
          cause
        })
      )))
    child.on("close", (code) => resume(Effect.succeed({ code, ...out })))
    child.stdin.on("error", () => {}) // it ended without reading: its exit code says why
    child.stdin.end(options.stdin ?? "")
    return Effect.sync(() => {
      if (child.pid !== undefined) signal(-child.pid, "SIGKILL")
    })
  })

/** Runs a command that must succeed; the last line of its error output becomes the error. */
export const runOrFail = Effect.fnUntraced(
  function*(what: string, ...call: Parameters<typeof run>) {
    const { code, stderr, stdout } = yield* run(...call)
    if (code === 0) return stdout
    const said = (stderr.trim() || stdout.trim()).split("\n").slice(-2).join(" ")
    return yield* new EmbeddedPostgresError({ message: `embedded PostgreSQL: could not ${what}: ${said}` })
  }
)
