/** The history of an order: its changes, with their reasons and sources. Contract: section 7. */
import { Schema } from "effect"

export const HistoryEntry = Schema.Struct({
  at: Schema.String,
  /** `ExecuteExportOrder`, `OrderCreated`, `OrderPatched`, `StatusChanged`, `WorkflowError`, … */
  operation: Schema.String,
  operationId: Schema.optionalKey(Schema.Int),
  message: Schema.String,
  /** `api`, `pipeline`, or the id of a step. */
  source: Schema.String,
  before: Schema.optionalKey(Schema.Json),
  after: Schema.optionalKey(Schema.Json)
})
export type HistoryEntry = typeof HistoryEntry.Type

/** The operation that a successful workflow step leaves, with its number in the source system. */
export const executeExportOrder = { operation: "ExecuteExportOrder", operationId: 110105 } as const
