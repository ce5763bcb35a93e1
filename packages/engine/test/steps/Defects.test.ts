/**
 * A value that is thrown in a plugin, in its options, or on the way to its partner fails the step. Contract: section 6.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Step } from "@sluice/domain/pipeline/Pipeline"
import { Intake } from "@sluice/engine/commands/Intake"
import { PipelineCheck } from "@sluice/engine/internal/validation/PipelineCheck"
import type { CalloutRequest } from "@sluice/engine/plugins/Callout"
import type { AnyPlugin, Plugin, StepPolicy } from "@sluice/engine/plugins/Plugin"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { never } from "@sluice/engine/plugins/RetrySchedule"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import type { OutboundScript } from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer, Schema, SchemaGetter, Scope } from "effect"
import { TestClock } from "effect/testing"
import { callout, ExpressionsPaths, partners, pipeline, process, respond, step, type World } from "../Harness.ts"

const broken = (): never => {
  throw new Error("out of order")
}

const policy = (step: Step): StepPolicy => ({
  critical: step.critical ?? false,
  tolerated: "failed",
  failedStatus: "Failed",
  notesFailures: false
})

const request = (members: Partial<CalloutRequest> = {}): CalloutRequest => ({
  method: "POST",
  url: "https://partner.example",
  headers: {},
  body: { form: "text", text: "{}" },
  timeoutMs: 1000,
  credentials: { providers: [] },
  retry: never,
  judge: () => ({ outcome: "succeeded" }),
  ...members
})

const plugin = (members: Partial<Plugin<unknown>>): AnyPlugin => ({
  name: "broken",
  description: "Throws.",
  options: Schema.Unknown,
  configuredIn: "options",
  policy,
  run: ({ callout }) => Effect.as(callout(request()), {}),
  ...members
})

const asks = (members: Partial<CalloutRequest>) =>
  plugin({ run: ({ callout }) => Effect.as(callout(request(members)), {}) })

const circular: { self?: unknown } = {}
circular.self = circular

interface Place {
  readonly plugin: AnyPlugin
  /** The outcomes of the requests that the partner was sent. */
  readonly outcomes?: ReadonlyArray<string>
  readonly message?: RegExp
  readonly partner?: OutboundScript
}

const places: Record<string, Place> = {
  "run, before it makes an Effect": { plugin: plugin({ run: broken }) },
  "run, in its Effect": { plugin: plugin({ run: () => Effect.sync(broken) }) },
  "run, with what is no Error": {
    plugin: plugin({ run: () => Effect.die(Object.create(null)) }),
    message: /no message/
  },
  "run, after a call was answered": {
    plugin: plugin({ run: ({ callout }) => Effect.map(callout(request()), broken) }),
    outcomes: ["succeeded"]
  },
  "run, beside calls that are made at once": {
    plugin: plugin({
      run: ({ callout }) =>
        Effect.as(
          Effect.all([callout(request()), Effect.delay(Effect.sync(broken), "100 millis")], {
            concurrency: "unbounded"
          }),
          {}
        )
    }),
    outcomes: ["timed-out"],
    partner: () => Effect.never
  },
  judge: { plugin: asks({ judge: broken }), outcomes: ["invalid-response"] },
  "the policy of attempts": {
    plugin: asks({ judge: () => ({ outcome: "rejected", message: "no" }), retry: { ...never, retries: broken } }),
    outcomes: ["rejected"]
  },
  "the headers of an attempt": { plugin: asks({ attemptHeaders: broken }) },
  "the policy of the step": { plugin: plugin({ policy: broken }) },
  skips: { plugin: plugin({ skips: broken }) },
  "the decoding of the options": {
    plugin: plugin({
      options: Schema.Unknown.pipe(
        Schema.decodeTo(Schema.Unknown, {
          decode: SchemaGetter.transform(broken),
          encode: SchemaGetter.passthrough()
        })
      ) as AnyPlugin["options"]
    })
  },
  "a result that is no JSON": {
    plugin: plugin({ run: () => Effect.succeed({ output: circular as never }) }),
    message: /circular/i
  },
  "a patch that cannot be merged": {
    plugin: plugin({ run: () => Effect.succeed({ patch: null as never }) }),
    message: /./
  },
  "the adapter that sends": {
    plugin: plugin({}),
    outcomes: ["invalid-response"],
    partner: () => Effect.sync(broken)
  }
}

const ends = Effect.fnUntraced(function*(world: World) {
  const context = yield* Layer.buildWithScope(Layer.fresh(process(world)), yield* Scope.make())
  const intake = yield* Effect.provide(Intake, context)
  yield* intake.submit({ body: { orderType: "NEW_ORDER" } })
  yield* TestClock.adjust("1 minute")
  return [...(yield* JournalStore).runs.values()][0]!
})

const answered = respond(200)
const shared = (script: OutboundScript = () => answered) => Layer.mergeAll(JournalStore.layer, partners(script))

describe("a defect fails its step with its message, by the step's policy, in", () => {
  it.effect.each(Object.entries(places))(
    "%s",
    ([, { message = /^out of order$/, outcomes = [], partner, plugin }]) =>
      Effect.gen(function*() {
        const world = (critical: boolean): World => ({
          plugins: [plugin],
          pipelines: [pipeline([step("broken", "broken", {}, { critical }), callout("next")])]
        })
        const run = yield* Effect.provide(ends(world(false)), shared(partner))
        const [failed] = run.steps
        assert.deepInclude(failed?.error, { name: "broken", kind: "defect" })
        assert.match(failed?.error?.message ?? "", message)
        assert.deepStrictEqual(run.steps.map(({ state }) => state), ["failed", partner ? "failed" : "succeeded"])
        assert.deepStrictEqual([run.state, run.takeovers], ["completed", 0])
        assert.deepStrictEqual(
          run.callouts.filter(({ index }) => index === 0).map(({ record }) => record.outcome),
          outcomes
        )
        const stopped = yield* Effect.provide(ends(world(true)), shared(partner))
        assert.deepStrictEqual([stopped.state, stopped.takeovers, stopped.steps.length], ["failed", 0, 1])
        assert.match(stopped.reason ?? "", /^broken: /)
      })
  )

  it.effect("post-processing, which fails no run", () =>
    Effect.gen(function*() {
      const run = yield* ends({
        plugins: [plugin({ run: broken })],
        pipelines: [pipeline([callout("a")], { postProcessing: [step("broken", "told", {}, { critical: true })] })]
      })
      assert.strictEqual(run.state, "completed")
      assert.deepInclude(run.steps[1]?.error, { name: "broken", kind: "defect", message: "out of order" })
    }).pipe(Effect.provide(shared())))

  it.effect("an adapter, and the call is not repeated, though it may have been sent", () =>
    Effect.gen(function*() {
      const run = yield* ends({ pipelines: [pipeline([callout("a", { retry: { delaysMs: [1000] } })])] })
      assert.deepStrictEqual(run.callouts.map(({ record: { error, unknown } }) => [error, unknown]), [
        [{ message: "out of order", code: "defect" }, true]
      ])
      assert.deepInclude(run.steps[0]?.error, { kind: "defect" })
    }).pipe(Effect.provide(shared(() => Effect.sync(broken)))))

  it.effect("a compensation, and the run ends compensation-failed", () =>
    Effect.gen(function*() {
      const run = yield* ends({
        plugins: [plugin({ run: broken })],
        pipelines: [
          pipeline([
            callout("a", {}, { compensate: { endpoint: "https://undo.example" } }),
            step("broken", "broken", {}, { critical: true })
          ])
        ]
      })
      assert.strictEqual(run.state, "compensation-failed")
      assert.deepInclude(run.steps.at(-1)?.error, { kind: "defect", message: "out of order" })
    }).pipe(Effect.provide(shared(({ url }) => url.includes("undo") ? Effect.sync(broken) : answered))))

  it.effect("a probe, and the call is not made again", () =>
    Effect.gen(function*() {
      const probed = callout("a", { retry: { delaysMs: [1000] } }, { probe: { endpoint: "https://probe.example" } })
      const run = yield* ends({ pipelines: [pipeline([probed])] })
      assert.deepInclude(run.steps[0]?.error, { kind: "defect" })
      assert.deepStrictEqual(run.callouts.map(({ record }) => [record.probe, record.outcome]), [
        [undefined, "timed-out"],
        [true, "invalid-response"]
      ])
    }).pipe(Effect.provide(shared(({ url }) => url.includes("probe") ? Effect.sync(broken) : Effect.never))))
})

describe("a pipeline whose plugin throws while it is checked is refused, from", () => {
  const { name, ...rest } = plugin({})
  it.effect.each(
    Object.entries<Partial<AnyPlugin>>({
      check: { check: broken },
      addresses: { addresses: broken },
      warn: { warn: broken }
    })
  )(
    "%s",
    ([, members]) =>
      Effect.gen(function*() {
        const { check } = yield* PipelineCheck
        const { faults } = yield* Effect.flip(check({ name: "p", steps: [{ name, options: {} }] }))
        assert.deepStrictEqual(faults, [{
          path: "steps[0].options",
          message: "cannot be checked: broken ended with a defect: out of order"
        }])
      }).pipe(Effect.provide(PipelineCheck.layer.pipe(Layer.provide([
        Plugins.layer([{ name, ...rest, ...members }]),
        ExpressionsPaths,
        partners(() => answered)
      ]))))
  )
})
