/** The part of a run that the callouts of one step need, and what an earlier holder of the run may have left open. */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import type { Json } from "@sluice/domain/json/Json"
import type { Redactor } from "@sluice/domain/redaction/Redaction"
import type { Effect } from "effect"
import type { Interruption } from "../interruption/Interruption.ts"
import type { CallbackAnswer } from "../journal/Callback.ts"
import type { ClaimedRun, Document, Fenced, Open, StepEffects, Wait } from "../journal/Journal.ts"
import type { Probe } from "./Probe.ts"

/**
 * The longest wait for which a run stays in its process, in milliseconds: for a longer one it is released until it is
 * due.
 */
export const longWaitMs = 30_000

/** The wait or open attempt that the previous holder of a run left; the first callout of the new holder clears it. */
export interface Resumption {
  wait: Wait | undefined
  open: Open | undefined
  /** True if the first attempt of the next callout may have been open when the previous holder died. */
  mayBeOpen: boolean
}

export const resumption = (held: ClaimedRun): Resumption => ({
  wait: held.wait,
  open: held.open,
  mayBeOpen: held.takenOver
})

/** True if step `index` may have been in a callout, or in a wait between two attempts, when its process ended. */
export const hasBegun = ({ wait, open, mayBeOpen }: Resumption, index: number): boolean =>
  mayBeOpen || open?.index === index || wait?.index === index

export interface CalloutContext {
  readonly held: ClaimedRun
  readonly index: number
  readonly redactor: Redactor
  readonly resumption: Resumption
  /** Records that were stored before this process took the step up. */
  readonly recorded: ReadonlyArray<CalloutRecord>
  /** The document that the step starts from. */
  readonly document: Document
  /** The newest committed document, for steps that want it. */
  readonly freshDocument: Effect.Effect<Document, Fenced>
  /** The document at another version: that of the step's first attempt. */
  readonly documentAt: (version: number) => Effect.Effect<Document, Fenced>
  /** The recorded results of the step's effects that run once, by name. */
  readonly effects: Readonly<Record<string, Json>>
  /** Stores records, together with the mark of the attempt or wait that follows them. */
  readonly store: (
    records: ReadonlyArray<CalloutRecord>,
    next: { wait?: Wait; open?: Open; effects?: StepEffects }
  ) => Effect.Effect<void, Fenced>
  /** Waits until `dueAt`; ends the run here where the wait is long or the process is stopping. */
  readonly waitUntil: (wait: Wait) => Effect.Effect<void, Fenced>
  /** Stores records and leaves the run, `waiting`, until its partner may be asked again or has answered. Never returns. */
  readonly hold: (wait: Wait, records: ReadonlyArray<CalloutRecord>, reason?: string) => Effect.Effect<never, Fenced>
  /** Waits for the run's turn; where the process is stopping, releases the run with the mark `wait` instead. */
  readonly inTurn: (
    wait: Wait,
    records: () => ReadonlyArray<CalloutRecord>,
    turn: Effect.Effect<void>
  ) => Effect.Effect<void, Fenced>
  /** Waits until this process may send; fails once its claim of the run has ended. */
  readonly lease: Effect.Effect<void, Fenced>
  /** The interruption of the run: from then on no callout begins, and an open one is recorded as interrupted. */
  readonly interruption: Interruption
  readonly probe: Probe | undefined
  /** Present where the step's answer comes to a callback URL. */
  readonly callback: StepCallback | undefined
}

/** The callback of one step. Contract: section 6, "Waiting for a callback". */
export interface StepCallback {
  /** Milliseconds from the 2xx until it is given up. */
  readonly timeoutMs: number
  /** The step's id, for the run's reason. */
  readonly stepId: string
  /** The address under which partners reach this server, without a trailing slash. */
  readonly base: string
  /** Stores the digest of a new token of attempt `attempt`. */
  readonly issue: (token: string, attempt: number) => Effect.Effect<void>
  /** The answer that was taken. */
  readonly taken: Effect.Effect<CallbackAnswer | undefined>
  /** Ends the taking of answers; returns the one that was taken before, if any. */
  readonly close: Effect.Effect<CallbackAnswer | undefined, Fenced>
}
