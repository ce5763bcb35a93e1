/** The continuation of a run after a step. Contract: section 6, "Failure of a run"; section 4, `deadlineMs`. */
import { assert, describe, it } from "@effect/vitest"
import { type DecidedStep, outcomeOf, type RunOutcome } from "../../src/steps/StepCommit.ts"
import type { StepDecision } from "../../src/steps/StepDecision.ts"

const decision = (members: Partial<StepDecision>): StepDecision => ({
  state: "failed",
  run: "continue",
  reason: "rejected by the partner",
  ...members
})
const stops = decision({ run: "stop", error: "no such street" })
const unsaid = decision({ run: "stop" })
const succeeded = decision({ state: "succeeded", reason: "answered 200" })
const cancelled = decision({ state: "cancelled", run: "cancel", reason: "the customer called" })
const late = decision({ run: "stop", error: "run deadline exceeded", reason: "run deadline exceeded" })

const table: Record<string, readonly [Partial<DecidedStep>, RunOutcome]> = {
  "goes on after a success": [{ decision: succeeded }, { _tag: "Continue" }],
  "goes on after a failure that is tolerated": [{ decision: decision({}) }, { _tag: "Continue" }],
  "completes with the last step": [{ decision: succeeded, last: true }, { _tag: "End", state: "completed" }],
  "completes although the last step failed, where that is tolerated": [
    { decision: decision({}), last: true },
    { _tag: "End", state: "completed" }
  ],
  "fails with a step that stops it, and names step and error": [
    { decision: stops },
    { _tag: "End", state: "failed", reason: "address: no such street" }
  ],
  "names the reason where there is no error": [
    { decision: unsaid },
    { _tag: "End", state: "failed", reason: "address: rejected by the partner" }
  ],
  "compensates first where there is something to undo": [
    { decision: stops, undoes: true },
    { _tag: "Compensate", reason: "address: no such street" }
  ],
  "fails at its deadline, whichever step was open": [
    { decision: late, late: true },
    { _tag: "End", state: "failed", reason: "run deadline exceeded" }
  ],
  "compensates at its deadline": [
    { decision: late, late: true, undoes: true },
    { _tag: "Compensate", reason: "run deadline exceeded" }
  ],
  "is cancelled with the cancel's reason": [
    { decision: cancelled, undoes: true },
    { _tag: "End", state: "cancelled", reason: "the customer called" }
  ]
}

describe("a run", () => {
  it.each(Object.entries(table))("%s", (_, [members, expected]) => {
    const step = { stepId: "address", decision: succeeded, late: false, last: false, undoes: false, ...members }
    assert.deepStrictEqual(outcomeOf(step), expected)
  })
})
