/**
 * The parts of a flush's statement, selected by the writes that it stores. A part without rows is left out of the text,
 * since each part costs time even when it is empty.
 */
import type { PendingEntry, PendingSubmission } from "./PendingWrite.ts"
import { webhookTypeOfSubmission } from "./SubmissionRow.ts"

export interface Parts {
  readonly accepts: boolean
  readonly entries: boolean
  /** True for entries that write orders or their history. */
  readonly changes: boolean
  /** True for entries that wait for a partner. */
  readonly holds: boolean
  /** True for entries that tell subscribers of a change. */
  readonly tells: boolean
  /** True for submissions whose events may have subscribers: they make deliveries. */
  readonly delivers: boolean
  /** True for writes whose messages are left out, because no subscriber of them is known. */
  readonly guards: boolean
  /** True for entries that change the subscription that their order names. */
  readonly names: boolean
  /** The flush of one write, where its rows are few enough for a statement without arrays. */
  readonly single: SingleParts | undefined
}

/** The rows of a flush of one write: of each kind none or one. */
export interface SingleParts {
  /** True if the entry leaves its run's state and its order unchanged, as most entries of steps do. */
  readonly plain: boolean
  readonly step: boolean
  readonly callout: boolean
  readonly history: boolean
}

const nothing: SingleParts = { plain: false, step: false, callout: false, history: false }

const isPlain = ({ entry, release }: PendingEntry): boolean =>
  !release && entry.write === undefined && entry.history.length === 0 && entry.finish === undefined
  && entry.state === undefined && entry.reason === undefined && entry.wait === undefined && entry.open === undefined
  && entry.effects === undefined && entry.setAside === undefined && entry.cancels !== true

const singleEntry = (member: PendingEntry): SingleParts | undefined => {
  const { callouts, history, skipped = [], step } = member.entry
  const steps = skipped.length + (step === undefined ? 0 : 1)
  return member.outcome !== undefined || steps > 1 || callouts.length > 1 || history.length > 1
    ? undefined
    : {
      plain: isPlain(member),
      step: steps === 1,
      callout: callouts.length === 1,
      history: history.length === 1
    }
}

const singleOf = (
  [accept, ...accepts]: ReadonlyArray<PendingSubmission>,
  [entry, ...entries]: ReadonlyArray<PendingEntry>
): SingleParts | undefined => {
  if (accepts.length > 0 || entries.length > 0) return undefined
  if (entry !== undefined) return accept === undefined ? singleEntry(entry) : undefined
  return accept === undefined ? undefined : nothing
}

export const partsOf = (accepts: ReadonlyArray<PendingSubmission>, entries: ReadonlyArray<PendingEntry>): Parts => {
  const holds = entries.some(({ entry, release }) => release && entry.wait?.heldFor !== undefined)
  const delivers = accepts.some((member) =>
    webhookTypeOfSubmission(member) !== undefined && member.untold().length === 0
  )
  return {
    accepts: accepts.length > 0,
    entries: entries.length > 0,
    changes: entries.some(({ entry }) => entry.write !== undefined || entry.history.length > 0),
    holds,
    tells: entries.some(({ outcome }) => outcome !== undefined && outcome.told.length > 0),
    delivers,
    guards: entries.some(({ untold }) => untold.length > 0) || accepts.some(({ untold }) => untold().length > 0),
    names: entries.some(({ outcome }) => outcome?.named !== undefined),
    single: holds || delivers ? undefined : singleOf(accepts, entries)
  }
}
