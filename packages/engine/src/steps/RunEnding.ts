/** The result of a run beside its state: the plugins' failures and the final order. Contract: section 9. */
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import { completionFault } from "@sluice/domain/internal/order/Completion"
import type { HistoryEntry } from "@sluice/domain/order/History"
import type { PluginError } from "@sluice/domain/run/ProcessEvent"
import type { Document, Finish, StepRow } from "../journal/Journal.ts"

/** The failures of the plugins of these steps. A partner's cancel that does not stop the run is no failure. */
export const errorsOf = (steps: ReadonlyArray<StepRow>): ReadonlyArray<PluginError> =>
  steps.flatMap(({ error, state }) =>
    error === undefined || state === "cancelled" ? [] : [{ name: error.name, message: error.message }]
  )

/** The entry in the order's history of a run that completes and creates fewer subscriptions than the order asks for. */
export const endHistory = (finish: Finish | undefined, { order }: Document): ReadonlyArray<HistoryEntry> => {
  if (finish?.state !== "completed") return []
  const fault = completionFault(order)
  return fault === undefined
    ? []
    : [{ at: isoOf(finish.at), operation: "SubscriptionsRefused", message: fault, source: "pipeline" }]
}

/** `order`: as it is after the entry that ends the run. */
export const ending = (finish: Finish, errors: ReadonlyArray<PluginError>, order: Document): Finish => ({
  ...finish,
  ...(errors.length > 0 && { errors }),
  ...(finish.state === "completed" && { order })
})
