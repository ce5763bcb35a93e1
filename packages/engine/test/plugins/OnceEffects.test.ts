/** Effects of plugins that are no callouts: recorded, and never run again for their step. Contract: section 6. */
import { assert, describe, it } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import type { AnyPlugin, StepInput, StepResult } from "@sluice/engine/plugins/Plugin"
import type { PluginError } from "@sluice/engine/plugins/PluginError"
import { never } from "@sluice/engine/plugins/RetrySchedule"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { Deferred, Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { pipeline, respond, step, type World } from "../Harness.ts"
import { recordedRun, settle, stand, submitted, takenOver, the } from "../Stand.ts"

type Run = (input: StepInput<unknown>) => Effect.Effect<StepResult, PluginError>

const booking = (run: Run): AnyPlugin => ({
  name: "booking",
  description: "Books.",
  options: Schema.Unknown,
  configuredIn: "options",
  policy: () => ({ critical: true, tolerated: "failed", failedStatus: undefined, notesFailures: false }),
  run
})

const worldOf = (run: Run, secrets: ReadonlyArray<string> = []): World => ({
  plugins: [booking(run)],
  pipelines: [
    pipeline([step("booking", "book", {}), step("calloutPlugin", "after", { endpoint: "https://after.example" })])
  ],
  secrets
})

const call = ({ callout }: StepInput<unknown>) =>
  callout({
    method: "POST",
    url: "https://partner.example",
    headers: {},
    body: { form: "text", text: "{}" },
    timeoutMs: 1000,
    credentials: { providers: [] },
    retry: never,
    judge: () => ({ outcome: "succeeded" })
  })

/** An effect that counts how often it ran. */
const counting = (result: Json = { entry: "E-1" }) => {
  const ran = { times: 0 }
  return {
    ran,
    effect: Effect.sync(() => {
      ran.times++
      return result
    })
  }
}

const completes = stand(() => respond(200))

describe("an effect that a plugin runs once", () => {
  it.effect("is recorded with its step, and given again to those who ask again", () => {
    const { effect, ran } = counting()
    return Effect.gen(function*() {
      yield* submitted(worldOf((input) =>
        Effect.gen(function*() {
          const first = yield* input.once("book", effect)
          assert.deepStrictEqual(yield* input.once("book", effect), first)
          const other = yield* input.once("other", Effect.succeed(7))
          return { output: [first, other] as Json }
        })
      ))
      const { rows, state } = yield* the
      assert.strictEqual(state, "completed")
      assert.strictEqual(ran.times, 1)
      assert.deepStrictEqual(rows[0]?.output, [{ entry: "E-1" }, 7])
      assert.deepStrictEqual(rows[0]?.effects, { book: { entry: "E-1" }, other: 7 })
      assert.isUndefined(rows[1]?.effects)
    }).pipe(Effect.provide(completes))
  })

  it.effect("is not run again by the process that takes the run over, which gets the recorded result", () => {
    const { effect, ran } = counting()
    const world = worldOf((input) =>
      Effect.flatMap(input.once("book", effect), (output) => Effect.as(call(input), { output }))
    )
    return Effect.gen(function*() {
      yield* submitted(world)
      yield* takenOver(world)
      yield* TestClock.adjust("1 minute")
      const { rows, state } = yield* the
      assert.strictEqual(state, "completed")
      assert.strictEqual(ran.times, 1)
      assert.deepStrictEqual(rows[0]?.output, { entry: "E-1" })
    }).pipe(Effect.provide(stand((_, n) => n === 0 ? Effect.never : respond(200))))
  })

  it.effect("is run again where the process died before it ended", () => {
    let times = 0
    const world = worldOf((input) =>
      Effect.as(input.once("book", Effect.suspend(() => ++times === 1 ? Effect.never : Effect.succeed(times))), {})
    )
    return Effect.gen(function*() {
      yield* submitted(world)
      yield* takenOver(world)
      const { rows, state } = yield* the
      assert.strictEqual(state, "completed")
      assert.deepStrictEqual(rows[0]?.effects, { book: 2 })
    }).pipe(Effect.provide(completes))
  })

  it.effect("that fails is not recorded, and its error is the plugin's to deal with", () =>
    Effect.gen(function*() {
      yield* submitted(worldOf((input) =>
        input.once("book", Effect.fail("no")).pipe(
          Effect.catch(() => input.once("book", Effect.succeed("yes"))),
          Effect.map((output) => ({ output }))
        ) as Effect.Effect<StepResult, PluginError>
      ))
      const { rows } = yield* the
      assert.deepStrictEqual(rows[0]?.effects, { book: "yes" })
    }).pipe(Effect.provide(completes)))

  it.effect("takes turns with callouts, and keeps no secret of its result", () =>
    Effect.gen(function*() {
      const order: Array<string> = []
      yield* submitted(worldOf((input) => {
        const slow = Effect.as(Effect.delay(Effect.sync(() => order.push("effect")), "5 seconds"), {
          key: "top-secret-value"
        })
        const both = Effect.all([
          input.once("book", slow),
          Effect.tap(call(input), () => Effect.sync(() => order.push("callout")))
        ], { concurrency: "unbounded" })
        return Effect.map(both, ([{ key }]) => {
          assert.strictEqual(key, "top-secret-value", "the plugin itself gets the result as it is")
          return {}
        })
      }, ["top-secret-value"]))
      yield* TestClock.adjust("1 minute")
      const { rows, state } = yield* the
      assert.strictEqual(state, "completed")
      assert.deepStrictEqual(order, ["effect", "callout"])
      assert.deepStrictEqual(rows[0]?.effects, { book: { key: "[redacted]" } })
    }).pipe(Effect.provide(completes)))

  it.effect("may not make a callout, which would wait for its own turn", () =>
    Effect.gen(function*() {
      yield* submitted(worldOf((input) => Effect.as(input.once("book", Effect.as(call(input), 1)), {})))
      const { rows, state } = yield* the
      assert.strictEqual(state, "failed")
      assert.strictEqual(
        rows[0]?.error?.message,
        "a callout cannot be made inside once(\u2026): make it before or after"
      )
    }).pipe(Effect.provide(completes)))

  it.effect("ends with a cancel of its run, and is not run by a run that was cancelled before", () =>
    Effect.gen(function*() {
      const interrupted = yield* Deferred.make<void>()
      const world = worldOf((input) =>
        Effect.as(
          input.once("book", Effect.onInterrupt(Effect.never, () => Deferred.succeed(interrupted, undefined))),
          {}
        )
      )
      const process = yield* submitted(world)
      const { runId } = yield* the
      yield* process.cancelling.request(runId, {})
      yield* settle
      yield* Deferred.await(interrupted)
      const { rows, state } = yield* the
      assert.strictEqual(state, "cancelled")
      assert.deepInclude(rows[0], { state: "cancelled" })
    }).pipe(Effect.provide(completes)))

  it.effect("is not run in a simulation, which gives what is on record", () => {
    const { effect, ran } = counting()
    const world = worldOf((input) => Effect.map(input.once("book", effect), (output) => ({ output })))
    return Effect.gen(function*() {
      const process = yield* submitted(world)
      const recorded = recordedRun(yield* JournalStore, world.pipelines[0]!)
      const result = yield* process.simulation.simulate(world.pipelines[0]!, recorded)
      assert.deepInclude(result, { same: true, unanswered: [] })
      assert.strictEqual(ran.times, 1)
    }).pipe(Effect.provide(completes))
  })
})
