/**
 * Finds out which run blocks the event loop, by a thread beside it, and notes it in the database while the loop is still
 * blocked: by the time another process takes the run over, the note is there. A run that was noted twice at one step is
 * not executed again (`GivenUp`). Contract: section 6, "Failure of a run".
 *
 * On the hot path there is nothing but the mark that a run makes when its fiber begins. The heartbeat is a number in
 * shared memory, four times a second; `Suspicion` says when the loop counts as blocked.
 */
import { processEventId } from "@sluice/domain/identity/Ids"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { CurrentRunMark, type RunMark, type RunningStep } from "@sluice/engine/internal/journal/RunningStep"
import { Effect, Layer, Redacted } from "effect"
import { AsyncLocalStorage } from "node:async_hooks"
import { Worker } from "node:worker_threads"
import { markSymbol } from "./RunningStepInspector.ts"
import type { Step } from "./Suspicion.ts"

/** The data that the thread starts with. */
export interface WatchdogData {
  /** The number of beats so far. */
  readonly beats: Int32Array<SharedArrayBuffer>
  readonly url: string
}

/** The message of the thread about a noted step; received once the event loop turns again. */
export interface Noted extends Step {
  readonly blockedMs: number
  /** The note could not be stored. */
  readonly error?: string
}

const isSource = import.meta.url.endsWith(".ts")
const entry = new URL(isSource ? "./watchdogThread.ts" : "./watchdogThread.js", import.meta.url)

const beat = "250 millis"

/** Follows a run's fiber over every wait, and what it starts. */
const running = new AsyncLocalStorage<RunningStep>()

const mark: RunMark = { enter: (step) => running.enterWith(step) }

const log = ({ blockedMs, error, runId, step }: Noted) =>
  error === undefined
    ? Effect.logError("A step of a run has blocked the process; a second time at this step the run ends as failed", {
      processEventId: processEventId(runId),
      step,
      blockedMs
    })
    : Effect.logError("A step of a run has blocked the process, and that could not be noted", {
      processEventId: processEventId(runId),
      step,
      blockedMs,
      error
    })

/** The watchdog of this process; `url` is the database's, as in `DATABASE_URL`. */
export const layer = (url: Redacted.Redacted): Layer.Layer<never> =>
  Layer.effect(
    CurrentRunMark,
    Effect.gen(function*() {
      const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
      const data: WatchdogData = { beats, url: Redacted.value(url) }
      Object.assign(globalThis, { [Symbol.for(markSymbol)]: () => JSON.stringify(running.getStore()) })
      yield* BackgroundLoop.fork(
        "watchdog",
        Effect.forever(Effect.andThen(Effect.sync(() => Atomics.add(beats, 0, 1)), Effect.sleep(beat)))
      )
      const runFork = Effect.runForkWith(yield* Effect.context())
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          const thread = new Worker(entry, {
            name: "sluice-watchdog",
            workerData: data,
            // It reads nothing of the environment, and a diagnostic report shows that of every thread.
            env: {},
            execArgv: ["--report-exclude-env", ...(isSource ? ["--conditions=@sluice/source"] : [])]
          })
          // It must not keep a process alive that has ended otherwise.
          thread.unref()
          return thread.on("message", (noted: Noted) => runFork(log(noted)))
        }),
        (thread) => Effect.promise(() => thread.terminate())
      )
      return mark
    })
  )
