/** The three callouts over a {@link StepJournal}, each stored before the next. */
import { steps } from "../Order.ts"
import type { Callouts } from "./Callouts.ts"
import { lastVersion, type OrderText } from "./OrderText.ts"
import type { StepJournal } from "./StepJournal.ts"

/** `done`: steps that a former attempt has finished, which are not repeated. */
export const run = async (
  journal: StepJournal,
  callouts: Callouts,
  id: string,
  { document, text }: OrderText,
  done: ReadonlySet<number> = new Set()
): Promise<void> => {
  for (const [index, step] of steps.entries()) {
    if (done.has(index)) continue
    const record = await callouts.call(id, index, step, text)
    if (index < steps.length - 1) await journal.step(id, record)
    else await journal.finish(id, record, lastVersion(document))
  }
}
