/** The result of a run beside its state: the plugins' failures and the final order. Contract: section 9. */
import type { PluginError } from "@sluice/domain/run/ProcessEvent"
import type { Document, Finish, StepRow } from "../journal/Journal.ts"

/** The failures of the plugins of these steps. A partner's cancel that does not stop the run is no failure. */
export const errorsOf = (steps: ReadonlyArray<StepRow>): ReadonlyArray<PluginError> =>
  steps.flatMap(({ error, state }) =>
    error === undefined || state === "cancelled" ? [] : [{ name: error.name, message: error.message }]
  )

/** `order`: as it is after the entry that ends the run. */
export const ending = (finish: Finish, errors: ReadonlyArray<PluginError>, order: Document): Finish => ({
  ...finish,
  ...(errors.length > 0 && { errors }),
  ...(finish.state === "completed" && { order })
})
