/**
 * Runs the fibers of all processes: one queue of tasks, emptied at once, and a clock that stands still until it is told
 * to go on. Nothing happens between two actions of the explorer that it did not ask for.
 */
import { type Clock, Duration, Effect, type Scheduler } from "effect"

interface Timer {
  readonly at: number
  readonly process: string
  readonly ring: () => void
}

/** 2026-11-22T16:00:00Z */
const start = 1_795_363_200_000

export interface Stage {
  readonly scheduler: Scheduler.Scheduler
  readonly clockOf: (process: string) => Clock.Clock
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Runs what can run until everybody waits. */
  readonly drain: () => void
  /** Rings what is due; `false` where there is nothing to wait for. Timers of `frozen` processes do not ring. */
  readonly advance: (frozen: (process: string) => boolean) => boolean
  /** Lets time pass without waking any timer. */
  readonly skip: (ms: number) => void
  /** Rings what became due while the process was frozen. */
  readonly thaw: (process: string) => void
  /** The time left on the timers of a process, in milliseconds. */
  readonly timersOf: (process: string) => ReadonlyArray<number>
}

export const make = (): Stage => {
  let now = start
  const buckets: Array<Array<() => void>> = []
  const timers = new Set<Timer>()

  const dispatcher: Scheduler.SchedulerDispatcher = {
    scheduleTask: (task, priority) => {
      ;(buckets[Math.max(0, priority)] ??= []).push(task)
    },
    flush: () => drain()
  }

  const next = (): (() => void) | undefined => {
    for (const bucket of buckets) {
      const task = bucket?.shift()
      if (task !== undefined) return task
    }
    return undefined
  }

  const drain = () => {
    for (let task = next(); task !== undefined; task = next()) task()
  }

  const ring = (due: ReadonlyArray<Timer>) => {
    for (const timer of due) {
      timers.delete(timer)
      timer.ring()
      drain()
    }
  }

  const nanos = () => BigInt(now) * 1_000_000n

  return {
    scheduler: { executionMode: "sync", shouldYield: () => false, makeDispatcher: () => dispatcher },
    clockOf: (process) => ({
      currentTimeMillisUnsafe: () => now,
      currentTimeMillis: Effect.sync(() => now),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: nanos,
      monotonicTimeNanos: Effect.sync(nanos),
      sleep: (duration) =>
        Effect.callback<void>((resume) => {
          const timer = { at: now + Duration.toMillis(duration), process, ring: () => resume(Effect.void) }
          timers.add(timer)
          return Effect.sync(() => {
            timers.delete(timer)
          })
        })
    }),
    now: () => now,
    drain,
    advance: (frozen) => {
      const awake = [...timers].filter(({ process }) => !frozen(process))
      if (awake.length === 0) return false
      now = Math.max(now, Math.min(...awake.map(({ at }) => at)))
      ring(awake.filter(({ at }) => at <= now))
      return true
    },
    skip: (ms) => {
      now += ms
    },
    thaw: (process) => ring([...timers].filter((timer) => timer.process === process && timer.at <= now)),
    timersOf: (process) =>
      [...timers].filter((timer) => timer.process === process).map(({ at }) => Math.max(0, at - now)).toSorted((a, b) =>
        a - b
      )
  }
}
