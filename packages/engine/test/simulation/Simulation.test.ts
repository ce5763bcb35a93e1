import { assert, describe, it } from "@effect/vitest"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import { Intake } from "@sluice/engine/commands/Intake"
import type { RecordedRun } from "@sluice/engine/internal/simulation/RecordedRun"
import { Simulation } from "@sluice/engine/internal/simulation/Simulation"
import { calloutPlugin } from "@sluice/engine/plugins/builtin/CalloutPlugin"
import type { AnyPlugin } from "@sluice/engine/plugins/Plugin"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { OutboundMemory, type OutboundScript } from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { callout, partners, pipeline, process, respond, step, workflow } from "../Harness.ts"
import { recordedRun } from "../Stand.ts"

const recorded = pipeline([
  callout("a", { shouldRejectOn: { status: [404] } }),
  callout("b", { headers: { "x-account": "{% callouts.a.body.id %}" } }),
  workflow("c")
])

const script: OutboundScript = ({ url }, index) =>
  url.includes("//a.") ? respond(200, { id: "A-1" }) : url.includes("//c.") && index === 2
    ? respond(503)
    : url.includes("//c.")
    ? respond(200, { OrderPatch: { Tags: ["seen"] } })
    : respond(500, "no")

/** Runs an order through `recorded`; gives what a journal would give of it, and the number of requests that were sent. */
const record = Effect.gen(function*() {
  const store = yield* JournalStore
  yield* (yield* Intake).submit({ body: { id: "o-1", orderType: "NEW_ORDER" } })
  for (let i = 0; i < 10; i++) yield* TestClock.adjust("10 seconds")
  return recordedRun(store, recorded)
})

const simulated = (changed: Pipeline) =>
  Effect.gen(function*() {
    const run = yield* record
    const { requests } = yield* OutboundMemory
    const sent = requests.length
    const versions = (yield* JournalStore).orders.get("o-1")!.versions.length
    const result = yield* (yield* Simulation).simulate(changed, run)
    assert.strictEqual(requests.length, sent, "nothing is sent")
    assert.strictEqual((yield* JournalStore).orders.get("o-1")!.versions.length, versions, "nothing is stored")
    return result
  }).pipe(
    Effect.provide(
      process({ pipelines: [recorded] }).pipe(
        Layer.provideMerge(JournalStore.layer),
        Layer.provideMerge(partners(script))
      )
    )
  )

const withSteps = (...steps: Pipeline["steps"]): Pipeline => pipeline(steps, { version: 2 })
const [a, b, c] = recorded.steps as [Pipeline["steps"][0], Pipeline["steps"][0], Pipeline["steps"][0]]
const told = (result: Effect.Success<ReturnType<typeof simulated>>) =>
  result.differences.map(({ kind, stepId }) => `${stepId} ${kind}`)

describe("a simulation", () => {
  it.effect("of the pipeline that ran finds no difference in retries, waits, patches and expressions", () =>
    Effect.gen(function*() {
      const result = yield* simulated(recorded)
      assert.deepStrictEqual(result.differences, [])
      assert.deepStrictEqual(result, {
        orderId: "o-1",
        runId: result.runId,
        same: true,
        before: { state: "completed" },
        after: { state: "completed" },
        differences: [],
        unanswered: []
      })
    }))

  it.effect("names added and removed steps, and requests without a recorded answer", () =>
    Effect.gen(function*() {
      const result = yield* simulated(withSteps(a, callout("d"), c))
      assert.deepStrictEqual(told(result), ["b removed", "d added"])
      assert.deepStrictEqual(result.unanswered, ["d"])
      assert.isFalse(result.same)
      assert.deepStrictEqual(result.after, { state: "completed" })
    }))

  it.effect("names the differing parts of a request", () =>
    Effect.gen(function*() {
      const result = yield* simulated(
        withSteps(a, callout("b", { headers: { "x-account": "{% order.orderType %}", "x-new": "1" } }), c)
      )
      assert.deepStrictEqual(result.differences, [{
        stepId: "b",
        kind: "request",
        before: { headers: { "x-account": "A-1" } },
        after: { headers: { "x-account": "NEW_ORDER", "x-new": "1" } }
      }])
      assert.deepStrictEqual(result.unanswered, [])
    }))

  it.effect("treats a request with another URL as one without a recorded answer", () =>
    Effect.gen(function*() {
      const result = yield* simulated(withSteps(callout("a", { endpoint: "https://elsewhere.example" }), c))
      assert.deepStrictEqual(result.unanswered, ["a"])
      assert.includeMembers(told(result), ["b removed", "a request"])
    }))

  it.effect("judges a recorded answer by the changed pipeline, to the end of the run", () =>
    Effect.gen(function*() {
      const result = yield* simulated(
        withSteps(a, { ...b, critical: true, options: { ...b.options, shouldRejectOn: { status: [500] } } }, c)
      )
      assert.deepStrictEqual(told(result), ["b outcome", "c outcome"])
      assert.deepStrictEqual(
        result.differences[0]?.after?.["error"],
        "callout plugin failed due to response status: [500]"
      )
      assert.deepStrictEqual(result.differences[1]?.after, { state: "skipped", attempts: [] })
      assert.deepStrictEqual([result.before.state, result.after.state], ["completed", "failed"])
    }))

  it.effect("skips waits of hours", () =>
    Effect.gen(function*() {
      const patient = step("calloutPlugin", "b", {
        ...b.options,
        shouldRejectOn: { status: [500] },
        retry: { delaysMs: [3_600_000, 3_600_000] }
      })
      const result = yield* simulated(withSteps(a, patient, c))
      const outcome = result.differences.find(({ kind }) => kind === "outcome")
      assert.deepStrictEqual(outcome?.after?.["attempts"], ["rejected", "rejected", "rejected"])
      assert.deepStrictEqual(result.unanswered, ["b"], "nobody knows what a second attempt would have met")
    }))
})

const planOf = (steps: Pipeline["steps"], answers: ReadonlyArray<string> = []) =>
  Effect.gen(function*() {
    const run = yield* record
    const kept = run.run.callouts.filter(({ record }) => answers.some((id) => record.endpoint.includes(`//${id}.`)))
    const { plan } = yield* Simulation
    const recordedRun: RecordedRun = { ...run, run: { ...run.run, callouts: kept } }
    return answers.length === 0
      ? yield* plan(pipeline(steps), { _tag: "Submitted", body: { id: "o-9", orderType: "NEW_ORDER" } })
      : yield* plan(pipeline(steps), { _tag: "Recorded", recorded: recordedRun })
  }).pipe(
    Effect.provide(
      process({ pipelines: [recorded], secrets: ["s3cret-s3cret"], plugins: [twoRequests] }).pipe(
        Layer.provideMerge(JournalStore.layer),
        Layer.provideMerge(partners(script))
      )
    )
  )

/** Makes its second request out of the answer to the first, as `zuora` does. */
const twoRequests: AnyPlugin = {
  ...calloutPlugin,
  name: "two",
  run: Effect.fnUntraced(function*(input) {
    yield* calloutPlugin.run(input)
    return yield* calloutPlugin.run(input)
  })
}

describe("a plan", () => {
  it.effect("shows what each step would send, redacted, and where it depends on an unknown answer", () =>
    Effect.gen(function*() {
      const { steps, unanswered } = yield* planOf([
        { ...a, critical: true, options: { ...a.options, headers: { "x-token": "s3cret-s3cret" } } },
        { ...b, critical: true },
        callout("d", { headers: { "x-last": "{% steps.b.output %}" } }),
        c
      ])
      assert.deepStrictEqual(
        steps.map(({ dependsOn, requests, state, stepId }) => [stepId, state, dependsOn, requests.length]),
        [["a", "unknown", undefined, 1], ["b", "unknown", ["a"], 0], ["d", "unknown", ["b"], 0], [
          "c",
          "unknown",
          undefined,
          1
        ]]
      )
      assert.match(steps[1]!.reason, /^depends on the answer of step a, of which there is no record/)
      const [request] = steps[0]!.requests
      assert.deepInclude(request, { method: "POST", endpoint: "https://a.example", answered: false })
      assert.deepInclude(request!.body, { id: "o-9", orderType: "NEW_ORDER", status: "New", version: 1 })
      assert.strictEqual(request!.headers["x-token"], "[redacted]")
      assert.deepStrictEqual(unanswered, ["a", "c"])
    }))

  it.effect("continues with recorded answers", () =>
    Effect.gen(function*() {
      const { steps } = yield* planOf([a, b, c], ["a"])
      assert.deepStrictEqual(steps.map(({ state }) => state), ["succeeded", "unknown", "unknown"])
      assert.strictEqual(steps[1]!.requests[0]!.headers["x-account"], "A-1")
    }))

  it.effect("ends where a recorded answer ends the run, with its compensations", () =>
    Effect.gen(function*() {
      const { after, steps } = yield* planOf([
        { ...a, compensate: { endpoint: "https://undo.example" } },
        { ...b, critical: true, options: { ...b.options, shouldRejectOn: { status: [500] } } },
        c
      ], ["a", "b"])
      assert.deepStrictEqual(after, { state: "failed" })
      assert.deepStrictEqual(steps.map(({ state, stepId }) => [stepId, state]), [
        ["a", "succeeded"],
        ["b", "failed"],
        ["c", "skipped"],
        ["a_compensation", "succeeded"]
      ])
      assert.strictEqual(steps[3]!.requests[0]!.endpoint, "https://undo.example")
    }))

  it.effect("shows the first request of a step with two, and continues with the steps after it", () =>
    Effect.gen(function*() {
      const { after, steps } = yield* planOf([{ ...step("two", "t", a.options), critical: true }, c])
      assert.deepStrictEqual(steps.map(({ requests }) => requests.length), [1, 1])
      assert.deepStrictEqual(after, { state: "completed" })
    }))
})
