/** The stored facts that an order's timeline is derived from. Times are epoch milliseconds, ids are UUIDs. */
import type { JsonObject } from "@sluice/domain/json/Json"

export interface VersionFact {
  readonly version: number
  readonly at: number
  /** The names of the members that differ from the version before; empty for the first. */
  readonly changed: ReadonlyArray<string>
  /**
   * The UUID of the callout, run or act that the version follows from; absent for the first, and for versions of
   * earlier releases.
   */
  readonly cause?: string
}

export interface RunFact {
  readonly id: string
  readonly pipeline: { readonly name: string; readonly version: number }
  readonly state: string
  readonly reason?: string
  readonly createdAt: number
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly retryOf?: string
  readonly retryReason?: string
  readonly requestedBy?: string
  /** The entry of the act that asked for the run; absent for the first, and for runs of earlier releases. */
  readonly cause?: string
}

export interface StepFact {
  readonly runId: string
  readonly index: number
  readonly stepId: string
  readonly phase: string
  readonly state: string
  readonly reason?: string
  /** The order's version after the step. */
  readonly nextVersion: number
  readonly startedAt: number
  readonly finishedAt: number
}

export interface CalloutFact {
  readonly runId: string
  readonly id: string
  /** The step's index. */
  readonly step: number
  readonly request: number
  readonly attempt: number
  readonly startedAt: number
  readonly durationMs?: number
  readonly method: string
  readonly endpoint: string
  readonly outcome: string
  readonly status?: number
  readonly kind: "callout" | "probe" | "callback"
  /** The JSON Pointers of the members that it changed. */
  readonly changed: ReadonlyArray<string>
}

export interface AttemptFact {
  readonly number: number
  readonly startedAt: number
  readonly durationMs?: number
  readonly result: string
}

export interface DeliveryFact {
  readonly id: string
  readonly type: string
  /** Null: the message of a step, to an address of its own. */
  readonly endpointId: string | null
  readonly state: string
  readonly createdAt: number
  readonly finishedAt?: number
  /** The timeline entry that its message tells of; absent for messages of earlier releases. */
  readonly cause?: string
  readonly attempts: ReadonlyArray<AttemptFact>
}

/** An operator's change through the API, or an act of a job on a run. */
export interface ActFact {
  readonly id: string
  readonly at: number
  readonly action: string
  readonly actor: string
  /** The path of the request; of a job's act, the run's. */
  readonly resource: string
  /** The job that acted. */
  readonly jobId?: string
  readonly reason?: string
  readonly after?: JsonObject
}

export interface TimelineFacts {
  readonly orderId: string
  /** The event that names the submission. */
  readonly eventId: string
  readonly createdAt: number
  readonly versions: ReadonlyArray<VersionFact>
  readonly runs: ReadonlyArray<RunFact>
  readonly steps: ReadonlyArray<StepFact>
  readonly callouts: ReadonlyArray<CalloutFact>
  readonly deliveries: ReadonlyArray<DeliveryFact>
  readonly acts: ReadonlyArray<ActFact>
}
