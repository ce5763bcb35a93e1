/** An order on its way in one process or several, for tests of what interferes with it. */
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import { isFinal } from "@sluice/domain/run/ProcessEvent"
import { CancelRun } from "@sluice/engine/commands/CancelRun"
import { Intake } from "@sluice/engine/commands/Intake"
import { ResolveStep } from "@sluice/engine/commands/ResolveStep"
import { TakeCallback } from "@sluice/engine/commands/TakeCallback"
import type { RecordedRun } from "@sluice/engine/internal/simulation/RecordedRun"
import { Simulation } from "@sluice/engine/internal/simulation/Simulation"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { OutboundMemory, type OutboundScript } from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import { partners, process, type World } from "./Harness.ts"

/** Lets everything that is due happen. */
export const settle = TestClock.adjust("1 millis").pipe(Effect.repeat({ times: 20 }))

export const stand = (script: OutboundScript) => Layer.mergeAll(JournalStore.layer, partners(script))

/** A process of its own, which lives until its scope is closed. */
export const start = (world: World) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(Layer.fresh(process(world)), scope)
    return yield* Effect.provide(
      Effect.all({
        intake: Intake,
        cancelling: CancelRun,
        callbacks: TakeCallback,
        resolving: ResolveStep,
        simulation: Simulation
      }),
      context
    )
  })

export const order = { id: "o-1", orderType: "NEW_ORDER" }

/** A process with the order submitted to it, as far as it gets without time passing. */
export const submitted = Effect.fnUntraced(function*(world: World) {
  const process = yield* start(world)
  yield* process.intake.submit({ body: order })
  yield* settle
  return process
})

/** Everything that was alive is dead, and another process takes over. */
export const takenOver = (world: World) =>
  Effect.gen(function*() {
    yield* Effect.flatMap(JournalStore, ({ killAll }) => killAll)
    const process = yield* start(world)
    yield* settle
    return process
  })

export const the = Effect.gen(function*() {
  const store = yield* JournalStore
  const { requests } = yield* OutboundMemory
  const run = [...store.runs.values()].at(-1)!
  const { status } = store.orders.get("o-1")!.versions.at(-1)!.order
  return {
    run,
    runId: run.runId,
    state: run.state,
    reason: run.reason,
    status,
    steps: run.steps.toSorted((a, b) => a.index - b.index).map(({ stepId, state }) => `${stepId} ${state}`),
    rows: run.steps,
    outcomes: run.callouts.map(({ index, record }) =>
      `${index}.${record.attempt} ${
        record.probe === true ? "probe " : record.callback === true ? "callback " : ""
      }${record.outcome}${record.unknown === true ? "?" : ""}`
    ),
    requests,
    asked: requests.map(({ method, url }) => `${method} ${url.replace(/^https:\/\/|\.example/g, "")}`)
  }
})

/** The journal's view of the only run, which has ended. */
export const recordedRun = (store: JournalStore["Service"], pipeline: Pipeline): RecordedRun => {
  const run = [...store.runs.values()][0]!
  const { callouts, createdAt, eventId, orderId, runId, startedAt, startVersion, steps } = run
  return {
    run: {
      runId,
      eventId,
      orderId,
      pipeline: run.pipeline,
      createdAt,
      startedAt,
      startVersion,
      takeovers: 0,
      compensating: false,
      steps,
      callouts,
      takenOver: false
    },
    state: isFinal(run.state) ? run.state : "failed",
    pipeline,
    documents: new Map(store.orders.get(orderId)!.versions.map((one) => [one.order.version, one]))
  }
}
