/**
 * When the event loop counts as blocked, and by what. Pure; the thread of the watchdog looks every quarter of a second.
 *
 * ```
 *                 the heart beats                    the heart beats
 *          ┌───────────────────────────┬──────────────────────────────────────────┐
 *          ▼                           │                                          │
 *        quiet ── blocked ──▶ asks who is running ── a step ──▶ suspects ── the same step again ──▶ notes it, once
 *                                      ▲                            │
 *                                      └──── another, or none ──────┘
 * ```
 *
 * Blocked: no beat for `blockedAfterMs`, and the process has used the processor for `busyForMs` meanwhile. The first bound
 * lies well below the 6 s of the lease, of which 4 s are left at the least when the loop stops: the note is stored before
 * another process takes the run over. It lies far above the 100 ms that a document may cost. The second bound tells a loop
 * that is busy from a process that was stopped or starved, whose work is not at fault. Two looks at one step, without a
 * beat between them, leave no doubt about the step.
 */

/** The time without a beat after which a thread counts as blocked, in milliseconds. */
export const blockedAfterMs = 2000
/**
 * The processor time that the process has used while the thread was blocked, in milliseconds, from which on the thread is
 * busy, not stopped or starved.
 */
export const busyForMs = 1000

/** One observation of the watchdog's thread; times are in milliseconds. */
export interface Look {
  /** The number of the last beat. */
  readonly beat: number
  /** Monotonic time. */
  readonly at: number
  /** Processor time of the process so far, without the watchdog's own. */
  readonly busy: number
}

/** A step of a run, as the event loop has marked it. */
export interface Step {
  readonly runId: string
  readonly step: number
}

export interface Suspicion {
  /** The first look at the newest beat. */
  readonly since: Look
  readonly suspect?: Step
  /** True once the step was noted: it is noted again only after the next beat. */
  readonly isNoted: boolean
}

export const quiet = (since: Look): Suspicion => ({ since, isNoted: false })

/** The suspicion after an observation: a new beat clears it. */
export const looked = (suspicion: Suspicion, look: Look): Suspicion =>
  look.beat === suspicion.since.beat ? suspicion : quiet(look)

/** True if it is time to find out which step is running. */
export const asks = ({ isNoted, since }: Suspicion, look: Look): boolean =>
  !isNoted && look.at - since.at >= blockedAfterMs && look.busy - since.busy >= busyForMs

/** The suspicion after the event loop was asked for its running step; `note` is the step where it blocks the loop. */
export const answered = (
  suspicion: Suspicion,
  step: Step | undefined
): { readonly suspicion: Suspicion; readonly note?: Step } => {
  const { isNoted, since, suspect } = suspicion
  if (step === undefined) return { suspicion: { since, isNoted } }
  return suspect !== undefined && suspect.runId === step.runId && suspect.step === step.step
    ? { suspicion: { since, suspect, isNoted: true }, note: step }
    : { suspicion: { since, suspect: step, isNoted } }
}
