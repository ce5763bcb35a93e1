/** Plugins with services, errors, effects and callbacks of their own. */
import { assert, it } from "@effect/vitest"
import { Intake } from "@sluice/engine/commands/Intake"
import { TakeCallback } from "@sluice/engine/commands/TakeCallback"
import * as Engine from "@sluice/engine/Engine"
import { Runs } from "@sluice/engine/runs/Runs"
import { OutboundMemory, respond } from "@sluice/http-client/testing/OutboundMemory"
import { Cause, Effect, Exit, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { expectTypeOf } from "vitest"
import { approval } from "../src/ApprovalPlugin.ts"
import { Broker, broker, BrokerDown } from "../src/BrokerPlugin.ts"
import { Ledger, ledger, LedgerClosed } from "../src/LedgerPlugin.ts"

const pipeline = (step: { readonly name: string; readonly [member: string]: unknown }) =>
  ({
    pipelines: [{ name: "p", steps: [step] }]
  }) as never

const submit = Effect.flatMap(Intake, (intake) => intake.submit({ body: { orderType: "NEW_ORDER" } }))

const ends = (processEventId: string) => Effect.flatMap(Runs, (runs) => runs.result(processEventId))

const books = (answer: (account: string) => Effect.Effect<string, LedgerClosed>) =>
  Engine.layerTest({
    settings: pipeline({ name: "ledger", options: { account: "sales" } }),
    plugins: [ledger],
    partners: {}
  }).pipe(Layer.provide(Layer.succeed(Ledger, { book: (_, account) => answer(account) })))

it.effect("a service of the plugin's own does the work, and its result is recorded with the step", () =>
  Effect.gen(function*() {
    const { steps } = yield* ends((yield* submit).processEventId)
    assert.deepInclude(steps[0], { state: "succeeded", reason: "booked as E-1", output: { entry: "E-1" } })
  }).pipe(Effect.provide(books(() => Effect.succeed("E-1")))))

it.effect("an error of the plugin's own fails the step as the typed error that it stands for", () =>
  Effect.gen(function*() {
    const { state, steps } = yield* ends((yield* submit).processEventId)
    assert.strictEqual(state, "failed")
    assert.deepStrictEqual(steps[0]?.error, {
      name: "ledger",
      kind: "rejected",
      message: "the ledger is closed for sales"
    })
  }).pipe(Effect.provide(books((account) => Effect.fail(new LedgerClosed({ account }))))))

it.effect("a partner that is no HTTP server is tried again by the plugin's own schedule", () => {
  let tries = 0
  const flaky = Layer.succeed(Broker, {
    publish: () =>
      Effect.suspend(() => ++tries < 3 ? Effect.fail(new BrokerDown({ message: "away" })) : Effect.succeed(7))
  })
  return Effect.gen(function*() {
    const { processEventId } = yield* submit
    yield* TestClock.adjust("1 minute")
    const { steps } = yield* ends(processEventId)
    assert.deepInclude(steps[0], { state: "succeeded", reason: "published as orders#7" })
    assert.strictEqual(tries, 3)
  }).pipe(
    Effect.provide(
      Engine.layerTest({
        settings: pipeline({ name: "broker", options: { subject: "orders" } }),
        plugins: [broker, ledger],
        partners: {}
      }).pipe(Layer.provide([flaky, Layer.succeed(Ledger, { book: () => Effect.succeed("") })]))
    )
  )
})

it.effect("a step that waits for an approval goes on with the answer that comes to its callback URL", () =>
  Effect.gen(function*() {
    const { processEventId } = yield* submit
    yield* TestClock.adjust("3 days")
    const { requests } = yield* OutboundMemory
    const url = requests[0]?.headers["sluice-callback-url"] ?? ""
    assert.isTrue(url.startsWith("https://shop.example/v1/callbacks/"), url)
    const { take } = yield* TakeCallback
    yield* take(url.split("/").at(-1) ?? "", {}, { approvedBy: "mary" })
    yield* TestClock.adjust("1 minute")
    const { steps } = yield* ends(processEventId)
    assert.deepInclude(steps[0], { state: "succeeded", reason: "approved by mary" })
  }).pipe(Effect.provide(Engine.layerTest({
    settings: pipeline({
      name: "approval",
      awaitCallback: { timeout: "7.00:00:00" },
      options: { endpoint: "https://desk.example/approvals" }
    }),
    plugins: [approval],
    publicUrl: "https://shop.example",
    partners: { "https://desk.example": respond(202) }
  }))))

it.effect("a plugin whose service no layer provides does not start, and the message names both", () =>
  Effect.gen(function*() {
    const layer = Engine.layerTest({ settings: pipeline({ name: "ledger" }), plugins: [ledger], partners: {} })
    expectTypeOf<Layer.Services<typeof layer>>().toEqualTypeOf<Ledger>()
    const incomplete = layer as Layer.Layer<Engine.Engine, unknown>
    const exit = yield* Effect.exit(Effect.scoped(Layer.build(incomplete)))
    const defect = Exit.isFailure(exit) ? Result.getOrUndefined(Cause.findDefect(exit.cause)) : undefined
    assert.strictEqual(
      (defect as Error).message,
      "plugin ledger needs the service @sluice/examples/Ledger, which no layer provides: "
        + "provide it where the plugins are listed"
    )
  }))
