/**
 * Port: one run as it is recorded, with its ended steps, every attempt and the order. Implemented by
 * `@sluice/persistence/journal/RunReaderPostgres` and by `testing/RunReaderMemory`; both come with their journal.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import type { EventId, OrderId, ProcessEventId } from "@sluice/domain/identity/Ids"
import type { Order } from "@sluice/domain/order/Order"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import { Context, type Effect } from "effect"
import type { JournalUnavailable, RunNotFound, StepRow } from "./Journal.ts"

/** A step that has ended, with its attempts in the order in which they were made. */
export interface RecordedStep extends StepRow {
  readonly callouts: ReadonlyArray<CalloutRecord>
}

/** A run at one moment. Times are epoch milliseconds. */
export interface RunRecord {
  readonly id: ProcessEventId
  readonly eventId: EventId
  readonly orderId: OrderId
  readonly pipeline: { readonly name: string; readonly version: number }
  readonly shipmentId?: string
  readonly state: RunState
  /** The reason why it ended or waits. */
  readonly reason?: string
  readonly createdAt: number
  /** Absent while the run is open. */
  readonly finishedAt?: number
  /** The ended steps, by index. */
  readonly steps: ReadonlyArray<RecordedStep>
  /** The attempts so far of the step that has not ended. */
  readonly openCallouts: ReadonlyArray<CalloutRecord>
  /** The order's newest version. */
  readonly order: Order
}

export class RunReader extends Context.Service<RunReader, {
  /** The run with this id, `process_event-<32 hex>` or a UUID. */
  readonly get: (id: string) => Effect.Effect<RunRecord, RunNotFound | JournalUnavailable>
}>()("@sluice/engine/RunReader") {}
