/**
 * The requests of a plugin to the engine beyond a callout: a new key after a refusal, to be skipped, a partner's code.
 */
import { assert, describe, it } from "@effect/vitest"
import { Intake } from "@sluice/engine/commands/Intake"
import type { AnyPlugin, Plugin } from "@sluice/engine/plugins/Plugin"
import type { PluginError } from "@sluice/engine/plugins/PluginError"
import { delays } from "@sluice/engine/plugins/RetrySchedule"
import { isLost, JournalStore } from "@sluice/engine/testing/JournalStore"
import { OutboundMemory, type OutboundScript } from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer, Schema, Scope } from "effect"
import { TestClock } from "effect/testing"
import { partners, pipeline, process, respond, step, type World } from "../Harness.ts"

const Options = Schema.Struct({ url: Schema.String })

/** Two requests; 423 is a definite refusal that the partner keeps, 500 is anybody's guess. */
const keeper: Plugin<typeof Options.Type> = {
  name: "keeper",
  description: "A partner that keeps its refusals.",
  options: Options,
  configuredIn: "options",
  skips: (options, { orderType }) => orderType === options["except"] ? `not for ${orderType}` : undefined,
  policy: () => ({ critical: true, tolerated: "failed", failedStatus: undefined, notesFailures: false }),
  run: ({ options, callout, processEventId }) =>
    Effect.as(
      Effect.forEach(["first", "second"], (name) =>
        callout({
          method: "POST",
          url: `${options.url}/${name}`,
          headers: { "x-run": processEventId },
          body: { form: "text", text: "{}" },
          timeoutMs: 1000,
          credentials: { providers: [] },
          retry: {
            schedule: delays([100, 100, 100]),
            retries: ({ outcome }) => outcome !== "succeeded",
            mintsKey: ({ code }) => code === "locked"
          },
          judge: ({ status }) =>
            status === 200
              ? { outcome: "succeeded" }
              : { outcome: "rejected", message: `no: ${status}`, ...(status === 423 && { code: "locked" }) }
        })),
      {}
    )
}

const world: World = {
  plugins: [keeper as AnyPlugin],
  pipelines: [pipeline([step("keeper", "keep", { url: "https://keep.example", except: "OTHER" })])]
}

const start = Effect.gen(function*() {
  const context = yield* Layer.buildWithScope(Layer.fresh(process(world)), yield* Scope.make())
  return yield* Effect.provide(Intake, context)
})

const settle = TestClock.adjust("1 millis").pipe(Effect.repeat({ times: 20 }))

const the = Effect.gen(function*() {
  yield* settle
  const run = [...(yield* JournalStore).runs.values()][0]!
  const { requests } = yield* OutboundMemory
  return { run, keys: requests.map(({ headers }) => headers["idempotency-key"]!), requests }
})

const script = (...statuses: ReadonlyArray<number>) =>
  Effect.provide(Layer.mergeAll(
    JournalStore.layer,
    partners(
      ((_, index) => {
        const status = statuses[index] ?? 200
        return status === 0 ? Effect.never : respond(status)
      }) as OutboundScript
    )
  ))

describe("a plugin's keys", () => {
  it.effect("each request has its own, kept after an unknown outcome and renewed after a refusal that asks for it", () =>
    Effect.gen(function*() {
      yield* (yield* start).submit({ body: { orderType: "NEW_ORDER" } })
      for (let i = 0; i < 3; i++) yield* TestClock.adjust("2 seconds")
      const { keys, run, requests } = yield* the
      assert.strictEqual(run.state, "completed")
      const [locked, guessed, again, second] = keys
      assert.notStrictEqual(guessed, locked, "locked: a new key")
      assert.strictEqual(again, guessed, "500: the same key")
      assert.strictEqual(keys.length, 4)
      assert.strictEqual(new Set([locked, guessed, second]).size, 3)
      assert.deepStrictEqual(run.callouts.map(({ record }) => record.error?.code), [
        "locked",
        undefined,
        undefined,
        undefined
      ])
      assert.match(requests[0]!.headers["x-run"]!, /^process_event-[0-9a-f]{32}$/)
    }).pipe(script(423, 500, 200, 200)))

  it.effect("a new key survives the process, and a request that was answered is not sent again", () =>
    Effect.gen(function*() {
      yield* (yield* start).submit({ body: { orderType: "NEW_ORDER" } })
      yield* settle
      yield* TestClock.adjust(150)
      assert.strictEqual((yield* the).keys.length, 3)
      yield* Effect.flatMap(JournalStore, ({ killAll }) => killAll)
      yield* start
      yield* TestClock.adjust("10 seconds")
      const { keys, run, requests } = yield* the
      assert.strictEqual(run.state, "completed")
      assert.deepStrictEqual(requests.map(({ url }) => new URL(url).pathname), [
        "/first",
        "/second",
        "/second",
        "/second"
      ])
      assert.notStrictEqual(keys[2], keys[1])
      assert.strictEqual(keys[3], keys[2])
    }).pipe(script(200, 423, 0, 200)))
})

/** Makes three calls at once, after which it does as it likes. */
const hurried = (
  run: (calls: ReadonlyArray<Effect.Effect<unknown, PluginError>>) => Effect.Effect<unknown, PluginError>
) =>
  ({
    ...keeper,
    name: "hurried",
    run: ({ callout, options }) =>
      Effect.as(
        run(["a", "b", "c"].map((name) =>
          callout({
            method: "POST",
            url: `${options.url}/${name}`,
            headers: {},
            body: { form: "text", text: "{}" },
            timeoutMs: 60_000,
            credentials: { providers: [] },
            retry: { schedule: delays([60_000]), retries: ({ status }) => status === 503 },
            judge: ({ status }) =>
              status === 200 ? { outcome: "succeeded" } : { outcome: "rejected", message: `no: ${status}` }
          })
        )),
        {}
      )
  }) satisfies Plugin<typeof Options.Type> as AnyPlugin

const startHurried = (...[run]: Parameters<typeof hurried>) =>
  Effect.gen(function*() {
    const world = {
      plugins: [hurried(run)],
      pipelines: [pipeline([step("hurried", "hurry", { url: "https://keep.example" })])]
    }
    const context = yield* Layer.buildWithScope(Layer.fresh(process(world)), yield* Scope.make())
    return yield* Effect.provide(Intake, context)
  })

describe("calls that a plugin makes at once", () => {
  it.effect("are made one after another, in the order of the requests", () => {
    const open = { now: 0, most: 0 }
    const answering: OutboundScript = () =>
      Effect.suspend(() => {
        open.most = Math.max(open.most, ++open.now)
        return Effect.as(Effect.andThen(Effect.sleep("5 millis"), Effect.sync(() => open.now--)), respond(200))
      })
    return Effect.gen(function*() {
      const intake = yield* startHurried((calls) => Effect.all(calls, { concurrency: "unbounded" }))
      yield* intake.submit({ body: { orderType: "NEW_ORDER" } })
      yield* TestClock.adjust("1 second")
      const { keys, requests, run } = yield* the
      assert.strictEqual(run.state, "completed")
      assert.deepStrictEqual(requests.map(({ url }) => new URL(url).pathname), ["/a", "/b", "/c"])
      assert.strictEqual(new Set(keys).size, 3)
      assert.strictEqual(open.most, 1)
    }).pipe(Effect.provide(Layer.mergeAll(JournalStore.layer, partners(answering))))
  })

  it.effect("are each retried after a wait that releases the run, and the run completes", () =>
    Effect.gen(function*() {
      const intake = yield* startHurried((calls) => Effect.all(calls, { concurrency: "unbounded" }))
      yield* intake.submit({ body: { orderType: "NEW_ORDER" } })
      for (let minutes = 0; minutes < 4; minutes++) {
        assert.deepStrictEqual([...(yield* JournalStore).runs.values()].filter(isLost), [])
        yield* TestClock.adjust("1 minute")
      }
      const { requests, run } = yield* the
      assert.strictEqual(run.state, "completed")
      assert.deepStrictEqual(requests.map(({ url }) => new URL(url).pathname), ["/a", "/a", "/b", "/b", "/c", "/c"])
    }).pipe(script(503, 200, 503, 200, 503, 200)))

  it.effect("that are still open in another fiber when the plugin ends are waited for and recorded", () =>
    Effect.gen(function*() {
      const intake = yield* startHurried(([first]) =>
        Effect.andThen(Effect.forkDetach(first!), Effect.sleep("1 milli"))
      )
      yield* intake.submit({ body: { orderType: "NEW_ORDER" } })
      yield* TestClock.adjust("1 minute")
      const { run } = yield* the
      assert.strictEqual(run.state, "completed")
      assert.deepStrictEqual(run.callouts.map(({ record }) => record.outcome), ["succeeded"])
    }).pipe(Effect.provide(
      Layer.mergeAll(JournalStore.layer, partners(() => Effect.delay(Effect.succeed(respond(200)), "5 seconds")))
    )))

  it.effect("that the plugin does not await are recorded as timed out, with an unknown outcome if they were sent", () =>
    Effect.gen(function*() {
      const intake = yield* startHurried(([first]) => Effect.timeoutOption(first!, "1 second"))
      yield* intake.submit({ body: { orderType: "NEW_ORDER" } })
      yield* TestClock.adjust("10 seconds")
      const { run } = yield* the
      assert.strictEqual(run.state, "completed")
      assert.deepStrictEqual(
        run.callouts.map(({ record: { error, outcome, unknown } }) => [outcome, unknown, error?.message]),
        [["timed-out", true, "the plugin gave the call up"]]
      )
    }).pipe(script(0)))
})

it.effect("a plugin that skips an order makes no request, and the step has the reason", () =>
  Effect.gen(function*() {
    yield* (yield* start).submit({ body: { orderType: "OTHER" } })
    const { keys, run } = yield* the
    assert.deepStrictEqual(run.steps.map(({ state, reason }) => [state, reason]), [["skipped", "not for OTHER"]])
    assert.strictEqual(run.state, "completed")
    assert.deepStrictEqual(keys, [])
  }).pipe(script()))
