/**
 * Interruptions of a run: an operator's cancel, or its deadline. Either ends the open call and any wait at once; the
 * run then goes on as after any other end of a step. Contract: section 4, `deadlineMs`; section 7, `cancel`.
 */
import { type Clock, type Context, Duration, Effect, Fiber } from "effect"
import type { Cancellation } from "../journal/Cancellation.ts"
import { Cancelled, type PluginError, TimedOut } from "../plugins/PluginError.ts"
import type { RunSignals } from "./RunSignals.ts"

export type InterruptReason =
  | { readonly _tag: "Cancelled"; readonly cancellation: Cancellation }
  | { readonly _tag: "DeadlineExceeded" }

/** The message of a call that the deadline interrupted, and the reason of its run. */
export const deadlineExceeded = "run deadline exceeded"

export interface Interruption {
  /** The reason that interrupts the run now. A cancel takes precedence over a deadline. */
  readonly now: () => InterruptReason | undefined
  /**
   * Calls `tell` at a cancel that interrupts the run, at once where it has come already. Returns the function that
   * unsubscribes.
   */
  readonly onCancelled: (tell: () => void) => () => void
  /** Completes at the deadline; absent where there is none. */
  readonly expiry: Effect.Effect<void> | undefined
  /** Epoch milliseconds; infinite where there is none. No wait lasts longer. */
  readonly deadline: number
}

/** The error of a step that was interrupted. */
export const toPluginError = (halt: InterruptReason): PluginError =>
  halt._tag === "Cancelled"
    ? new Cancelled({ message: halt.cancellation.reason })
    : new TimedOut({ message: deadlineExceeded })

/**
 * Runs `step`; returns `undefined` if it was interrupted, once it has stopped. Subscribes to the cancel: a race would
 * fork one more fiber for each step.
 */
export const interruptible = <A, E, R>(
  step: Effect.Effect<A, E, R>,
  { expiry, onCancelled }: Interruption
): Effect.Effect<A | undefined, E, R> => {
  const timed = expiry === undefined ? step : Effect.raceFirst(step, Effect.as(expiry, undefined))
  return Effect.contextWith((context: Context.Context<R>) =>
    Effect.callback<A | undefined, E>((resume) => {
      const fiber = Effect.runForkWith(context)(timed)
      let halted = false
      const forget = onCancelled(() => {
        halted = true
        fiber.interruptUnsafe()
      })
      fiber.addObserver((exit) => {
        forget()
        resume(halted ? Effect.undefined : exit)
      })
      return Effect.suspend(() => {
        forget()
        return Fiber.interrupt(fiber)
      })
    })
  )
}

/** The run's steps: halted by any cancel, and `deadlineMs` milliseconds after the run's start. */
export const ofSteps = (
  clock: Clock.Clock,
  control: RunSignals,
  startedAt: number,
  deadlineMs: number | undefined
): Interruption => {
  const deadline = deadlineMs === undefined ? Infinity : startedAt + deadlineMs
  // A timer may ring a moment before the clock says so.
  let expired = false
  const expiry = Effect.suspend(() => Effect.sleep(Duration.millis(deadline - clock.currentTimeMillisUnsafe()))).pipe(
    Effect.tap(() =>
      Effect.sync(() => {
        expired = true
      })
    )
  )
  return {
    now: () => {
      const cancellation = control.cancellation()
      if (cancellation !== undefined) return { _tag: "Cancelled", cancellation }
      if (deadlineMs === undefined) return undefined
      return expired || clock.currentTimeMillisUnsafe() >= deadline ? { _tag: "DeadlineExceeded" } : undefined
    },
    onCancelled: control.onCancelled,
    expiry: deadlineMs === undefined ? undefined : expiry,
    deadline
  }
}

/** The interruption of compensations: only a cancel without compensation interrupts them. */
export const ofCompensations = (control: RunSignals): Interruption => ({
  now: () => {
    const cancellation = control.cancellation()
    return cancellation === undefined || cancellation.compensate ? undefined : { _tag: "Cancelled", cancellation }
  },
  onCancelled: (tell) =>
    control.onCancelled(() => {
      if (control.cancellation()?.compensate !== true) tell()
    }),
  expiry: undefined,
  deadline: Infinity
})
