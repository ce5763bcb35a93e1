/** What the end of a run tells beside its state: the plugins' failures, and the order that it leaves. Section 9. */
import type { PluginError } from "@sluice/domain/run/ProcessEvent"
import type { Document, Finish, StepRow } from "../journal/Journal.ts"

/** What the plugins of these steps failed with. A partner's own "cancel", where nothing stops, is no failure. */
export const errorsOf = (steps: ReadonlyArray<StepRow>): ReadonlyArray<PluginError> =>
  steps.flatMap(({ error }) => error === undefined ? [] : [error])

/** `order`: as it is after the entry that ends the run. */
export const ending = (finish: Finish, errors: ReadonlyArray<PluginError>, order: Document): Finish => ({
  ...finish,
  ...(errors.length > 0 && { errors }),
  ...(finish.state === "completed" && { order })
})
