/** Decides over the evidence: a pure function, with the table of everything that must hold. */
import type { Evidence } from "../evidence/Evidence.ts"
import { answers, cancelled, ended, oneOrder, stored, updates, versions } from "./IntakeInvariants.ts"
import { caseOf, type Invariant } from "./Invariant.ts"
import {
  callbacks,
  deferred,
  deliveries,
  explained,
  history,
  leftBehind,
  outcomes,
  recorded,
  steps
} from "./RecordInvariants.ts"
import { afterEnd, counts, finishedOnce, keys, oneHolder, serial } from "./SendInvariants.ts"

export const invariants: ReadonlyArray<Invariant> = [
  stored,
  ended,
  answers,
  oneOrder,
  versions,
  updates,
  cancelled,
  finishedOnce,
  afterEnd,
  oneHolder,
  serial,
  keys,
  counts,
  recorded,
  outcomes,
  steps,
  history,
  leftBehind,
  callbacks,
  deferred,
  deliveries,
  explained
]

export interface Verdict {
  readonly invariant: Invariant
  readonly violations: ReadonlyArray<string>
}

export const check = (evidence: Evidence): ReadonlyArray<Verdict> => {
  const sorted = caseOf(evidence)
  return invariants.map((invariant) => ({ invariant, violations: invariant.violations(sorted) }))
}

/** The names of the invariants that are violated. */
export const broken = (verdicts: ReadonlyArray<Verdict>): ReadonlyArray<string> =>
  verdicts.filter(({ violations }) => violations.length > 0).map(({ invariant }) => invariant.name)
