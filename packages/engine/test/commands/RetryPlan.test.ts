import { assert, describe, it } from "@effect/vitest"
import { planRetry } from "@sluice/engine/internal/commands/RetryPlan"
import type { PastRun } from "@sluice/engine/internal/journal/PastRuns"
import type { PlacedStep } from "@sluice/engine/internal/steps/PlacedSteps"
import type { StepRow } from "@sluice/engine/journal/Journal"
import { stepAt } from "@sluice/engine/testing/JournalFixtures"
import { callout } from "../Harness.ts"

const runId = "0199aaaa-0000-7000-8000-000000000001"

const placed = (ids: string): ReadonlyArray<PlacedStep> =>
  [...ids].map((id, index) => ({
    index,
    phase: "steps",
    step: callout(id.toLowerCase()),
    critical: id !== id.toLowerCase()
  }))

/** `a+` succeeded, `a-` failed, `a~` failed and was critical, `a/` skipped, `a.` cancelled, `a!` settled by hand, `a<` reused. */
const states = {
  "+": "succeeded",
  "-": "failed",
  "~": "failed",
  "/": "skipped",
  ".": "cancelled",
  "!": "succeeded",
  "<": "succeeded"
} as const
const rows = (text: string): ReadonlyArray<StepRow> =>
  text.split(" ").filter((word) => word !== "").map((word, index) => {
    const [id, sign] = [word[0]!, word[1] as keyof typeof states]
    return stepAt(index, {
      stepId: id,
      state: states[sign],
      critical: sign === "~",
      ...(sign === "!" && { resolution: { reason: "r", at: 1 } }),
      ...(sign === "<" && { reusedFrom: "process_event-0", reusedIndex: 7 })
    })
  })

interface Case {
  readonly what: string
  readonly state?: PastRun["state"]
  readonly reason?: string
  readonly rows: string
  readonly compensated?: string
  readonly steps?: string
  readonly current?: string
  readonly from?: string
  /** The step it starts at, `end`, or what it is refused with. */
  readonly starts: string | RegExp
}

const cases: ReadonlyArray<Case> = [
  { what: "the critical step that ended the run", rows: "a+ b-", starts: "b" },
  {
    what: "not a critical step that the run went on after, because its connector was not found",
    rows: "a~ b+ c~",
    starts: "c"
  },
  { what: "the step that met the deadline", reason: "b: late", rows: "a+ b-", steps: "abc", starts: "b" },
  {
    what: "not the failed step before the deadline",
    reason: "run deadline exceeded",
    rows: "a-",
    steps: "abc",
    starts: "b"
  },
  { what: "not a failed step that the run went on after", rows: "a- b+ c-", steps: "abC", starts: "c" },
  { what: "the step after one that was settled by hand", rows: "a+ b!", starts: "c" },
  { what: "the end, where the last step was settled by hand", rows: "a+ b+ c!", starts: "end" },
  { what: "the step that was cancelled", state: "cancelled", rows: "a+ b.", starts: "b" },
  { what: "the step that a cancel did not let begin", state: "cancelled", rows: "a- b/", steps: "abc", starts: "c" },
  {
    what: "the step that no worker survived, not one that failed before",
    reason: "worker-lost",
    rows: "a-",
    steps: "abc",
    starts: "b"
  },
  { what: "the first step, where nothing was done", rows: "", starts: "a" },
  { what: "the earliest compensated step", rows: "a+ b+ c-", compensated: "b", starts: "b" },
  {
    what: "the earliest compensated step, though one in between has no compensation",
    rows: "a+ b+ c-",
    compensated: "a",
    starts: "a"
  },
  { what: "the first failed step of a completed run", state: "completed", rows: "a+ b- c-", steps: "abc", starts: "b" },
  {
    what: "the step after the settled one of a completed run",
    state: "completed",
    rows: "a! b+ c+",
    steps: "abc",
    starts: "b"
  },
  {
    what: "nothing, where a completed run has no failed step",
    state: "completed",
    rows: "a+ b+ c+",
    starts: /from is missing/
  },
  { what: "the step that is named", state: "completed", rows: "a+ b+ c+", from: "b", starts: "b" },
  {
    what: "no step after one that did not run",
    rows: "a-",
    from: "c",
    starts: /from step a comes before c and failed/
  },
  {
    what: "no step after a compensated one",
    rows: "a+ b-",
    compensated: "a",
    from: "b",
    starts: /a .*was compensated/
  },
  { what: "no step after a cancelled one", state: "cancelled", rows: "a. b/", from: "b", starts: /a .*was cancelled/ },
  {
    what: "no step that the pipeline does not have",
    rows: "a-",
    from: "x",
    starts: /from names "x".*name one of a, b, c/
  },
  { what: "no settled step by itself", rows: "a+ b!", compensated: "a", starts: /from is missing.*step b again/ },
  { what: "a settled step that is named", rows: "a+ b!", compensated: "a", from: "a", starts: "a" },
  { what: "the same step of the newest version, wherever it stands now", rows: "a+ b-", current: "ab", starts: "b" },
  {
    what: "nothing, where the newest version has a new step before",
    rows: "a+ b-",
    current: "aXb",
    starts: /pipeline step x comes before b and has no record/
  },
  {
    what: "nothing, where the newest version has the step no more",
    rows: "a+ b-",
    current: "ac",
    starts: /pipeline no longer has step b/
  },
  { what: "the new step, where it is named", rows: "a+ b-", current: "axb", from: "x", starts: "x" },
  {
    what: "no step after a failed one that is critical by now",
    state: "completed",
    rows: "a- b+ c+",
    steps: "abc",
    current: "Abc",
    from: "b",
    starts: /a .*failed/
  }
]

const past = ({ state = "failed", reason, rows: text, compensated = "" }: Case): PastRun => ({
  runId,
  orderId: "o",
  pipeline: { name: "p", version: 1 },
  state,
  ...(reason !== undefined && { reason }),
  inheritedKeys: [],
  steps: rows(text),
  calls: [],
  compensated: new Set(compensated)
})

describe("a retry starts at", () => {
  for (const one of cases) {
    it(`${one.what}`, () => {
      const original = placed(one.steps ?? "ABC")
      const target = one.current === undefined ? original : placed(one.current)
      const plan = planRetry({ past: past(one), original, target, from: one.from, newKey: false })
      const told = "fault" in plan ? `${plan.fault.path} ${plan.fault.message}` : plan.fromStep ?? "end"
      if (one.starts instanceof RegExp) assert.match(told, one.starts)
      else assert.strictEqual(told, one.starts)
    })
  }
})

describe("what is reused", () => {
  it("a reused step names the run and the index where it ran first", () => {
    const plan = planRetry({
      past: past({ what: "", rows: "a< b+ c-", starts: "c" }),
      original: placed("ABC"),
      target: placed("ABC"),
      from: undefined,
      newKey: false
    })
    assert.isFalse("fault" in plan)
    if ("fault" in plan) return
    assert.deepStrictEqual(
      plan.reused.map(({ stepId, reusedFrom, reusedIndex }) => [stepId, reusedFrom, reusedIndex]),
      [
        ["a", "process_event-0", 7],
        ["b", `process_event-${runId.replaceAll("-", "")}`, 1]
      ]
    )
  })

  it("all keys of a step with an unknown outcome are reused, and those of requests not reached since", () => {
    const call = { index: 1, idempotencyKey: "", unknown: false }
    const plan = planRetry({
      past: {
        ...past({ what: "", rows: "a+ b-", starts: "b" }),
        calls: [
          { ...call, request: 0, idempotencyKey: "b0" },
          { ...call, request: 1, idempotencyKey: "b1", unknown: true }
        ],
        inheritedKeys: [
          { index: 1, stepId: "b", request: 0, key: "older" },
          { index: 2, stepId: "c", request: 0, key: "c0" }
        ]
      },
      original: placed("ABC"),
      target: placed("ABC"),
      from: undefined,
      newKey: false
    })
    assert.deepStrictEqual(
      "fault" in plan ? [] : plan.inheritedKeys.map(({ index, request, key }) => [index, request, key]),
      [
        [1, 0, "b0"],
        [1, 1, "b1"],
        [2, 0, "c0"]
      ]
    )
  })

  it.each([
    ["that failed after its first was answered: the first's key, since it did happen", "a+ b-", "", ["b0"]],
    ["that was undone: none, since it is to happen again", "a+ b-", "b", []],
    ["that succeeded, and is to run again: none", "a+ b+ c-", "", []]
  ])("the reused keys of a step with two requests are %s", (_, ran, compensated, expected) => {
    const call = { index: 1, unknown: false }
    const plan = planRetry({
      past: {
        ...past({ what: "", rows: ran, compensated, starts: "b" }),
        calls: [
          { ...call, request: 0, idempotencyKey: "b0" },
          { ...call, request: 1, idempotencyKey: "b1" }
        ]
      },
      original: placed("ABC"),
      target: placed("ABC"),
      from: "b",
      newKey: false
    })
    assert.deepStrictEqual("fault" in plan ? plan.fault.message : plan.inheritedKeys.map(({ key }) => key), expected)
  })
})
