/**
 * The thread of the watchdog: looks at the heartbeat of the event loop, asks what blocks it, and has it noted. Nothing but
 * this is loaded until there is something to note. See `Watchdog` and `Suspicion`.
 */
import type * as Inspector from "node:inspector"
import process from "node:process"
import { parentPort, workerData } from "node:worker_threads"
import { runningStep } from "./RunningStepInspector.ts"
import { answered, asks, type Look, looked, quiet, type Step } from "./Suspicion.ts"
import type { Noted, WatchdogData } from "./Watchdog.ts"

const { beats, url } = workerData as WatchdogData

/** Milliseconds between two looks. */
const everyMs = 250

const milliseconds = ({ system, user }: NodeJS.CpuUsage): number => (system + user) / 1000

const look = (): Look => ({
  beat: Atomics.load(beats, 0),
  at: performance.now(),
  busy: milliseconds(process.cpuUsage()) - milliseconds(process.threadCpuUsage())
})

const tell = (noted: Noted): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(noted)
}

const note = async (step: Step, blockedMs: number): Promise<void> => {
  try {
    const { store } = await import("./FreezeNote.ts")
    await store(url, step)
    tell({ ...step, blockedMs })
  } catch (error) {
    tell({ ...step, blockedMs, error: String(error) })
  }
}

/** `undefined` where Node was built without its inspector. */
const inspector = async (): Promise<typeof Inspector | undefined> => {
  try {
    return await import("node:inspector")
  } catch {
    return undefined
  }
}

let suspicion = quiet(look())
let isAsking = false

const watch = async (): Promise<void> => {
  const now = look()
  suspicion = looked(suspicion, now)
  if (isAsking || !asks(suspicion, now)) return
  isAsking = true
  const module = await inspector()
  const step = module === undefined ? undefined : await runningStep(module)
  // The loop may have turned meanwhile, and the answer be of another turn.
  const then = look()
  suspicion = looked(suspicion, then)
  if (then.beat === now.beat) {
    const told = answered(suspicion, step)
    suspicion = told.suspicion
    if (told.note !== undefined) await note(told.note, Math.round(then.at - suspicion.since.at))
  }
  isAsking = false
}

setInterval(watch, everyMs)
