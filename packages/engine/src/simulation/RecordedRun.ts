/** A run that ended, with everything that it needs to be made again: the order as it was, and what partners answered. */
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import type { FinalRunState } from "@sluice/domain/run/ProcessEvent"
import type { Document, RunSoFar } from "../journal/Journal.ts"

export interface RecordedRun {
  /** The run with all its steps and callout records. */
  readonly run: RunSoFar
  readonly state: FinalRunState
  /** The pipeline at the version that ran; absent where that is gone. */
  readonly pipeline: Pipeline | undefined
  /** The order's document at `run.startVersion`, and at the versions that requests were built from. */
  readonly documents: ReadonlyMap<number, Document>
}
