/**
 * One child process that evaluates expressions, one at a time.
 *
 * A process and not a thread, because a thread's memory cannot be bounded: with `resourceLimits`, `[1..9999999]` (one
 * large allocation) ends the whole process with "Reached heap limit" instead of the thread. The child gets no
 * environment, may not write files, open workers or start processes, and is killed by its parent if its own time limit
 * fails (V8 looks at it only between instructions, and a single one may copy half a gigabyte).
 */
import { Data, Effect } from "effect"
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { memoryDetail, timeDetail } from "./Complaint.ts"
import { type Answer, type Failure, type Limits, type Ready, type Request, turns } from "./WorkerProtocol.ts"

/** The child ended without an answer, and not through the expression's fault: another one may be asked. */
export class ChildLost extends Data.TaggedError("ChildLost")<{ readonly why: string }> {}

export interface Child {
  /** Waits until the child is up, then for its answer. One request at a time. */
  readonly ask: (request: Request) => Effect.Effect<Answer, ChildLost>
  readonly isAlive: () => boolean
  /** True if it has started and answers without delay. */
  readonly isUp: () => boolean
  readonly kill: () => void
}

/** Milliseconds that the parent gives on top of the child's own limit: transfer of the scope, a busy machine. */
const graceMs = 400
/** Milliseconds in which a child must be up. */
const startMs = 15_000

/** Beside this file, whether that is the TypeScript source or what was compiled from it. */
const entry = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url))

const flags = (limits: Limits): ReadonlyArray<string> => [
  `--max-old-space-size=${limits.memoryMb}`,
  "--permission",
  "--allow-fs-read=*",
  // V8 compiles a regular expression to machine code when it runs for the second time: the same expression would then
  // fit its time now and again. Interpreted, it always does or never.
  "--regexp-interpret-all"
]

/** Starts a child. It keeps the parent alive only while it is asked something. */
export const start = (limits: Limits): Child => {
  const child = fork(entry, [JSON.stringify(limits)], {
    execArgv: [...flags(limits)],
    // No secret of the parent's; and local times (`$toMillis`) mean the same on every machine.
    env: { TZ: "UTC" },
    serialization: "json",
    stdio: ["ignore", "ignore", "ignore", "ipc"]
  })
  let isUp = false
  let end: Answer | ChildLost | undefined
  let pending: { readonly request: Request; readonly resume: (outcome: Answer | ChildLost) => void } | undefined

  const kill = (): void => {
    child.kill("SIGKILL")
  }
  // Real time, whatever the Clock says: the bound protects the machine, not the simulated world of a test.
  let timer = setTimeout(kill, startMs) // oxlint-disable-line eslint/no-restricted-globals
  timer.unref()

  const settle = (outcome: Answer | ChildLost): void => {
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
      end = failure(timeDetail(limits))
      kill()
    }, turns * limits.timeMs + graceMs)
    try {
      child.send(request)
    } catch (cause) {
      settle({ kind: "failed", reason: "failed", detail: `cannot be given its scope: ${String(cause)}` })
    }
  }
  const finish = (outcome: Answer | ChildLost): void => {
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

  return {
    kill,
    isAlive: () => end === undefined && child.connected,
    isUp: () => isUp,
    ask: (request) =>
      Effect.callback<Answer, ChildLost>((resume) => {
        const give = (outcome: Answer | ChildLost): void =>
          resume(outcome instanceof ChildLost ? Effect.fail(outcome) : Effect.succeed(outcome))
        if (end !== undefined) return give(end)
        pending = { request, resume: give }
        child.ref()
        child.channel?.ref()
        if (isUp) send(request)
      })
  }
}

const failure = (detail: string): Failure => ({ kind: "failed", reason: "bounds", detail })
