/** Jobs that act on many runs, and the filter that selects runs. Contract: section 7. */
import { Schema } from "effect"
import type { Outcome } from "../callout/Outcome.ts"
import type { RunState } from "./ProcessEvent.ts"

export const JobKind = Schema.Literals(["retry", "cancel", "resolve", "erase"])
export type JobKind = typeof JobKind.Type

/** The kinds whose job acts on the runs that its filter selects. */
export type RunJobKind = Exclude<JobKind, "erase">

export const JobState = Schema.Literals(["queued", "running", "completed", "cancelled"])
export type JobState = typeof JobState.Type

/** The filters of lists of runs and of jobs, combined with AND. Times are exclusive, in epoch milliseconds. */
export interface RunFilter {
  readonly state?: RunState | undefined
  readonly orderId?: string | undefined
  readonly pipeline?: string | undefined
  /** Only runs in which a step failed. */
  readonly errorsOnly?: boolean | undefined
  readonly createdAfter?: number | undefined
  readonly createdBefore?: number | undefined
  /** Only runs over orders that hold this address now. */
  readonly email?: string | undefined
  /** Only runs whose failed step called this host last. As in a URL, with the port unless it is the scheme's default. */
  readonly partner?: string | undefined
  /** Only runs in which this step failed last. */
  readonly step?: string | undefined
  /** Only runs whose failed step's last callout had this outcome. */
  readonly outcome?: Outcome | undefined
  /** False: only runs that failed and were not put right since; true: every other run that ended. */
  readonly settled?: boolean | undefined
  /** Only runs with this text in their id, their order's or event's id, or the order's external id; in any case. */
  readonly q?: string | undefined
  /** Only runs of this issue that were not resolved by hand: a hyphenated UUID. */
  readonly issue?: string | undefined
}
