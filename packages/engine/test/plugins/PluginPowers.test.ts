/** What a plugin may ask of the engine beyond a callout: a new key after a refusal, to be skipped, a partner's code. */
import { assert, describe, it } from "@effect/vitest"
import { Intake } from "@sluice/engine/commands/Intake"
import type { AnyPlugin, Plugin } from "@sluice/engine/plugins/Plugin"
import { delays } from "@sluice/engine/plugins/RetrySchedule"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
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
  it.effect("each request has its own, kept over unknown ends and made anew after a refusal that says so", () =>
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

  it.effect("a new key survives the process, and what was answered before its death is not sent again", () =>
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

it.effect("a plugin that skips an order makes no request, and the step says why", () =>
  Effect.gen(function*() {
    yield* (yield* start).submit({ body: { orderType: "OTHER" } })
    const { keys, run } = yield* the
    assert.deepStrictEqual(run.steps.map(({ state, reason }) => [state, reason]), [["skipped", "not for OTHER"]])
    assert.strictEqual(run.state, "completed")
    assert.deepStrictEqual(keys, [])
  }).pipe(script()))
