/**
 * Port: runs that have ended, as a retry has to know them, and the settling of one of their steps by hand.
 * Contract: section 7, `retry` and `resolve`.
 */
import type { HistoryEntry } from "@sluice/domain/order/History"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import { Context, type Effect } from "effect"
import type { InheritedKey, JournalUnavailable, SetAside, StepRow, Wait } from "./Journal.ts"

/** The last record of one request of one step. */
export interface PastCall {
  /** The step's position in the run. */
  readonly index: number
  readonly request: number
  readonly idempotencyKey: string
  /** True if it is unknown whether the call took effect. */
  readonly unknown: boolean
}

export interface PastRun {
  /** Hyphenated UUID. */
  readonly runId: string
  readonly orderId: string
  readonly pipeline: { readonly name: string; readonly version: number }
  readonly shipmentId?: string
  readonly state: RunState
  readonly reason?: string
  /** The mark of the wait that the run is in, or was in last. */
  readonly wait?: Wait
  /** The status change caused by its failure. */
  readonly setAside?: SetAside
  readonly inheritedKeys: ReadonlyArray<InheritedKey>
  /** The rows by index, compensations included. */
  readonly steps: ReadonlyArray<StepRow>
  /** The calls of the steps that ran in this run, one for each request, in the order in which they were made. */
  readonly calls: ReadonlyArray<PastCall>
  /** Ids of steps whose work was undone, in this run or in another that reused the same work. */
  readonly compensated: ReadonlySet<string>
}

/** A run that was opened under a key. */
export interface KeyedRun {
  readonly runId: string
  readonly eventId: string
  readonly state: RunState
  readonly fingerprint: Uint8Array | undefined
}

export class PastRuns extends Context.Service<PastRuns, {
  /** The run, as it is now if it is still open; `undefined` if it never existed. */
  readonly get: (runId: string) => Effect.Effect<PastRun | undefined, JournalUnavailable>
  /** The run that was opened over the order under this `Idempotency-Key`. */
  readonly keyed: (orderId: string, idempotencyKey: string) => Effect.Effect<KeyedRun | undefined, JournalUnavailable>
  /**
   * Puts `step` in the place of the step with its index, if that one is `failed` and the run has ended, and adds to the
   * order's history, in one commit. False where the step is not failed any more: then nothing is stored.
   */
  readonly settle: (
    runId: string,
    step: StepRow,
    history: HistoryEntry
  ) => Effect.Effect<boolean, JournalUnavailable>
}>()("@sluice/engine/PastRuns") {}
