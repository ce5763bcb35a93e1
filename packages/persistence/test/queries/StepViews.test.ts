import { assert, describe, it } from "@effect/vitest"
import type { CalloutView } from "@sluice/domain/callout/CalloutRecord"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import type { RunState, StepState } from "@sluice/domain/run/ProcessEvent"
import type { StepRow } from "@sluice/engine/journal/Journal"
import { pluginErrors, stepViews } from "../../src/queries/StepViews.ts"

const step = (id: string): Step => ({ name: "calloutPlugin", id, active: true, scope: {}, options: {} })

const pipeline: Pipeline = {
  name: "p",
  version: 1,
  match: {},
  priority: 0,
  failedStatus: "Failed",
  steps: [step("one"), step("two"), step("three")],
  postProcessing: [step("after")]
}

const row = (index: number, stepId: string, state: StepState, rest: Partial<StepRow> = {}): StepRow => ({
  index,
  phase: "steps",
  stepId,
  name: "calloutPlugin",
  critical: false,
  state,
  startedAt: 1_000,
  finishedAt: 2_000,
  ...rest
})

const views = (state: RunState, rows: ReadonlyArray<StepRow>, known: Pipeline | undefined = pipeline) =>
  stepViews({ state, startedAt: 500, pipeline: known, critical: () => true }, rows, new Map())

describe("StepViews", () => {
  const cases: ReadonlyArray<[RunState, ReadonlyArray<StepRow>, ReadonlyArray<StepState>]> = [
    ["queued", [], ["pending", "pending", "pending", "pending"]],
    ["running", [], ["running", "pending", "pending", "pending"]],
    ["running", [row(0, "one", "succeeded")], ["succeeded", "running", "pending", "pending"]],
    ["running", [row(0, "one", "succeeded"), row(1, "two", "warning"), row(2, "three", "succeeded")], [
      "succeeded",
      "warning",
      "succeeded",
      "running"
    ]],
    ["waiting", [row(0, "one", "succeeded")], ["succeeded", "pending", "pending", "pending"]],
    ["cancelled", [row(0, "one", "cancelled")], ["cancelled", "skipped", "skipped", "skipped"]],
    ["failed", [], ["skipped", "skipped", "skipped", "skipped"]],
    ["compensating", [row(0, "one", "failed")], ["failed", "skipped", "skipped", "skipped"]]
  ]
  for (const [state, rows, states] of cases) {
    it(`of a ${state} run with ${rows.length} ended steps the steps are ${states.join(", ")}`, () => {
      const steps = views(state, rows)
      assert.deepStrictEqual(steps.map((step) => step.state), states)
      assert.deepStrictEqual(steps.map(({ index }) => index), [0, 1, 2, 3])
      assert.deepStrictEqual(steps.map(({ phase }) => phase), ["steps", "steps", "steps", "postProcessing"])
      for (const step of steps.slice(rows.length)) {
        assert.strictEqual(step.reason === undefined, step.state !== "skipped")
      }
    })
  }

  it("a running step started when the one before it ended, and the first one with the run", () => {
    assert.strictEqual(views("running", [])[0]?.startedAt, "1970-01-01T00:00:00.500Z")
    assert.strictEqual(views("running", [row(0, "one", "succeeded")])[1]?.startedAt, "1970-01-01T00:00:02.000Z")
  })

  it("compensations follow the pipeline's steps, and a deleted pipeline hides no recorded step", () => {
    const undone = row(4, "one_compensation", "succeeded", { phase: "compensation" })
    const rows = [row(0, "one", "succeeded"), undone]
    assert.deepStrictEqual(views("failed", rows).map(({ id }) => id), [
      "one",
      "two",
      "three",
      "after",
      "one_compensation"
    ])
    assert.deepStrictEqual(
      stepViews({ state: "failed", startedAt: 0, pipeline: undefined, critical: () => true }, rows, new Map())
        .map(({ id }) => id),
      ["one", "one_compensation"]
    )
  })

  it("plugin errors are failed steps and warnings with an error, not a partner's own cancellation", () => {
    const error = { name: "calloutPlugin", message: "timed out" }
    const steps = views("completed", [
      row(0, "one", "failed", { error: { ...error, kind: "timed-out" } }),
      row(1, "two", "warning", { reason: "the partner cancelled" }),
      row(2, "three", "warning", { error: { ...error, kind: "timed-out" } }),
      row(3, "after", "cancelled", { error: { ...error, kind: "cancelled" } })
    ])
    assert.deepStrictEqual(pluginErrors(steps), [error, error])
  })

  it("an error of a step that an earlier release stored has the kind of the step's last callout", () => {
    const error = { name: "calloutPlugin", message: "no" }
    const kindAfter = (...outcomes: ReadonlyArray<CalloutView["outcome"]>) => {
      const callouts = outcomes.map((outcome) => ({ outcome }) as CalloutView)
      const around = { state: "failed" as const, startedAt: 0, pipeline: undefined, critical: () => true }
      return stepViews(around, [row(0, "one", "failed", { error })], new Map([[0, callouts]]))[0]?.error?.kind
    }
    assert.deepStrictEqual(
      [kindAfter(), kindAfter("timed-out", "rejected"), kindAfter("unreachable"), kindAfter("succeeded")],
      ["unprepared", "rejected", "unreachable", "rejected"]
    )
  })
})
