/**
 * One child process that evaluates expressions, one at a time.
 *
 * A process and not a thread, because a thread's memory cannot be bounded: with `resourceLimits`, `[1..9999999]` (one
 * large allocation) ends the whole process with "Reached heap limit" instead of the thread.
 *
 * The child has the least privilege that Node and the system can give (docs/adr/0001): an empty environment; no file to
 * read but its own code and jsonata's, none to write, no further process, thread, add-on or inspector (`--permission`,
 * which also closes the network from Node 25 on); an unprivileged user where this process is root. It is killed by its
 * parent if its own time limit fails (V8 looks at it only between instructions, and a single one may copy half a
 * gigabyte).
 */
import { Data, Effect } from "effect"
import { Buffer } from "node:buffer"
import { type ChildProcess, fork } from "node:child_process"
import { existsSync, realpathSync } from "node:fs"
import { createRequire } from "node:module"
import type { Socket } from "node:net"
import { dirname, join, parse, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { memoryDetail, timeDetail } from "../worker/Complaint.ts"
import {
  type Answer,
  type Failure,
  type Limits,
  type Message,
  type Ready,
  type Request,
  type Start,
  turns
} from "../worker/WorkerProtocol.ts"

/** The child ended without an answer, through no fault of the expression: another child may be asked. */
export class ChildLost extends Data.TaggedError("ChildLost")<{ readonly why: string }> {}

/**
 * An evaluation that the child itself did not time took too long, and was killed; it may be repeated in a child that
 * does (`isWatched`).
 */
export class Overrun extends Data.TaggedError("Overrun")<{ readonly detail: string }> {}

export interface Child {
  /** Sends a request to the child once it is up, and waits for its answer. One request at a time. */
  readonly ask: (request: Request) => Effect.Effect<Answer, ChildLost | Overrun>
  readonly isAlive: () => boolean
  /** True if it has started and answers without delay. */
  readonly isUp: () => boolean
  readonly kill: () => void
}

/** Milliseconds that the parent gives on top of the child's own limit, on a busy machine. */
const graceMs = 400
/** Milliseconds for each million characters of the scope: to cross the channel and to be read. */
const transferMs = 200
/** Milliseconds in which a child must be up. */
const startMs = 15_000

const here = fileURLToPath(import.meta.url)
/** The TypeScript source, or what was compiled from it. */
const code = realpathSync(dirname(dirname(here)))
const entry = join(code, "worker", here.endsWith(".ts") ? "worker.ts" : "worker.js")
/** The copy inside the published package (`pack.ts`), or the one that pnpm patched in the workspace. */
const packed = join(dirname(code), "vendor", "jsonata.js")
const jsonata = existsSync(packed) ? packed : realpathSync(createRequire(import.meta.url).resolve("jsonata"))

/** The flags of a child: its bounds and its privileges. */
export const flags = (limits: Limits): ReadonlyArray<string> => [
  `--max-old-space-size=${limits.memoryMb}`,
  "--permission",
  `--allow-fs-read=${code}${sep}*`,
  `--allow-fs-read=${jsonata}`,
  "--disallow-code-generation-from-strings",
  // V8 compiles a regular expression to machine code when it runs for the second time: the same expression would then
  // fit its time now and again. Interpreted, it always does or never.
  "--regexp-interpret-all"
]

/** Milliseconds after which the child is killed. */
const deadline = (request: Request, limits: Limits): number => {
  const transfer = request.kind === "evaluate" ? (request.scope.length / 1_000_000) * transferMs : 0
  const evaluation = request.kind === "evaluate" && !request.isWatched ? limits.timeMs : turns * limits.timeMs
  return evaluation + transfer + graceMs
}

/** Forks the worker; its standard input takes the scopes. */
const forkWorker = (limits: Limits) => {
  const argument: Start = { limits, jsonata }
  const child = fork(entry, [JSON.stringify(argument)], {
    execArgv: [...flags(limits)],
    // No secret of the parent's; and local times (`$toMillis`) mean the same on every machine.
    env: { TZ: "UTC" },
    cwd: parse(code).root,
    serialization: "json",
    stdio: ["pipe", "ignore", "ignore", "ipc"]
  })
  const input = child.stdin as Socket
  // A child that ends says so itself.
  input.on("error", () => {})
  return { child, input }
}

/** Gives a request to a child: the scope goes through its standard input. Throws where the child is not connected. */
const transmit = (child: ChildProcess, input: Socket, request: Request): void => {
  if (request.kind === "check") {
    child.send(request)
    return
  }
  const { scope, ...rest } = request
  const bytes = Buffer.from(scope)
  const message: Message = { ...rest, scopeBytes: bytes.length }
  child.send(message)
  input.write(bytes)
}

/** Starts a child. It keeps the parent alive only while it is asked something. */
export const start = (limits: Limits): Child => {
  const { child, input } = forkWorker(limits)
  type Outcome = Answer | ChildLost | Overrun
  let isUp = false
  let end: Outcome | undefined
  let pending: { readonly request: Request; readonly resume: (outcome: Outcome) => void } | undefined

  const kill = (): void => {
    child.kill("SIGKILL")
  }
  // Real time, not the Clock's: the bound protects the machine, also in a test with a simulated clock.
  let timer = setTimeout(kill, startMs) // oxlint-disable-line eslint/no-restricted-globals
  timer.unref()

  const settle = (outcome: Outcome): void => {
    clearTimeout(timer)
    child.unref()
    child.channel?.unref()
    const { resume } = pending ?? {}
    pending = undefined
    resume?.(outcome)
  }
  const send = (request: Request): void => {
    clearTimeout(timer)
    timer = setTimeout(() => { // oxlint-disable-line eslint/no-restricted-globals
      end = request.kind === "evaluate" && !request.isWatched
        ? new Overrun({ detail: timeDetail(limits) })
        : failure(timeDetail(limits))
      kill()
    }, deadline(request, limits))
    try {
      transmit(child, input, request)
    } catch (cause) {
      settle({ kind: "failed", reason: "failed", detail: `cannot be given its scope: ${String(cause)}` })
    }
  }
  const finish = (outcome: Outcome): void => {
    end ??= outcome
    settle(end)
  }

  child.on("message", (message: Answer | Ready) => {
    if (message.kind !== "ready") return settle(message)
    isUp = true
    clearTimeout(timer)
    if (pending !== undefined) send(pending.request)
  })
  child.on("error", (cause) => finish(new ChildLost({ why: cause.message })))
  child.on("exit", (code, signal) =>
    finish(
      isUp && pending !== undefined && (signal === "SIGABRT" || code === 134)
        ? failure(memoryDetail(limits))
        : new ChildLost({ why: signal ?? `exit code ${code}` })
    ))
  child.unref()
  child.channel?.unref()
  input.unref()

  return {
    kill,
    isAlive: () => end === undefined && child.connected,
    isUp: () => isUp,
    ask: (request) =>
      Effect.callback<Answer, ChildLost | Overrun>((resume) => {
        const give = (outcome: Outcome): void =>
          resume("_tag" in outcome ? Effect.fail(outcome) : Effect.succeed(outcome))
        if (end !== undefined) return give(end)
        pending = { request, resume: give }
        child.ref()
        child.channel?.ref()
        if (isUp) send(request)
      })
  }
}

const failure = (detail: string): Failure => ({ kind: "failed", reason: "bounds", detail })
