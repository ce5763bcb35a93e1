/**
 * Tests of pipelines, as files: an order, scripted answers of the partners, and the expected end. The engine runs here,
 * in memory, on a clock that skips its waits; nothing is sent and no server is asked.
 */
import type { Json } from "@sluice/domain/json/Json"
import { Intake } from "@sluice/engine/commands/Intake"
import * as Engine from "@sluice/engine/Engine"
import { Expressions } from "@sluice/engine/expressions/Expressions"
import { Runs } from "@sluice/engine/runs/Runs"
import * as JsonataExpressions from "@sluice/expressions/JsonataExpressions"
import { OutboundUnreachable } from "@sluice/http-client/Outbound"
import { OutboundMemory, type OutboundScript, respond } from "@sluice/http-client/testing/OutboundMemory"
import { salesforceV3 } from "@sluice/plugins/SalesforceV3"
import { zuora } from "@sluice/plugins/Zuora"
import { Clock, Effect, Fiber, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"

const Answer = Schema.Union([
  Schema.Literals(["timeout", "unreachable"]),
  Schema.Struct({
    status: Schema.Int,
    body: Schema.optionalKey(Schema.Json),
    headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
  })
])
type Answer = typeof Answer.Type

export const OrderTest = Schema.Struct({
  /** The settings, or the path of the file that holds them, relative to the test's folder. */
  settings: Schema.Union([Schema.String, Schema.Record(Schema.String, Schema.Json)]),
  order: Schema.Record(Schema.String, Schema.Json),
  /**
   * Scripted answers by the beginning of an address: one for all requests, or one for each, the last of which is
   * repeated.
   */
  partners: Schema.Record(Schema.String, Schema.Union([Answer, Schema.Array(Answer)])),
  expect: Schema.Struct({
    state: Schema.optionalKey(Schema.String),
    status: Schema.optionalKey(Schema.String),
    /** States by the steps' ids. */
    steps: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
    /** The expected requests, such as `POST https://…`, in order. */
    requests: Schema.optionalKey(Schema.Array(Schema.String)),
    /** The expected members of the order at its end. */
    order: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json))
  })
})
export type OrderTest = typeof OrderTest.Type

/** The end of the run, the order and the requests. */
export interface Outcome {
  readonly state: string
  readonly status: string
  readonly steps: Readonly<Record<string, string>>
  readonly requests: ReadonlyArray<string>
  readonly order: Readonly<Record<string, unknown>>
}

const scriptOf = (answers: Answer | ReadonlyArray<Answer>): OutboundScript => (_, index) => {
  const answer = Array.isArray(answers) ? answers[Math.min(index, answers.length - 1)] as Answer : answers as Answer
  if (answer === "timeout") return Effect.never
  return typeof answer === "string"
    ? new OutboundUnreachable({ code: "refused", message: "unreachable, as the test says", sent: false })
    : respond(answer.status, answer.body ?? "", answer.headers)
}

const counting = (evaluating: { count: number }) => <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.suspend(() => {
    evaluating.count++
    return Effect.ensuring(effect, Effect.sync(() => evaluating.count--))
  })

/** Expressions are evaluated in real time, while the test's clock stands still: `evaluating` says how many. */
const expressions = (evaluating: { count: number }) =>
  Layer.effect(
    Expressions,
    Effect.gen(function*() {
      const inner = yield* Expressions
      const counted = counting(evaluating)
      return Expressions.of({
        check: (source) => counted(inner.check(source)),
        evaluate: (...asked) => counted(inner.evaluate(...asked))
      })
    })
  ).pipe(Layer.provide(JsonataExpressions.layer()))

const turn = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

/** Simulated seconds after which a run counts as one that does not end: two days. */
const mostSeconds = 172_800

const executed = Effect.fnUntraced(function*(order: Json) {
  const { processEventId } = yield* (yield* Intake).submit({ body: order })
  const run = yield* (yield* Runs).result(processEventId)
  const { requests } = yield* OutboundMemory
  const outcome: Outcome = {
    state: run.state,
    status: run.order.status,
    steps: Object.fromEntries(run.steps.map(({ state, stepId }) => [stepId, state])),
    requests: requests.map(({ method, url }) => `${method} ${url}`),
    order: run.order
  }
  return outcome
})

/** Runs the order; undefined where it does not end. Fails where the settings or the order cannot be used. */
export const outcomeOf = Effect.fnUntraced(function*(
  { order, partners }: OrderTest,
  settings: Json,
  environment: (name: string) => string | undefined
) {
  const evaluating = { count: 0 }
  const real = yield* Clock.Clock
  const engine = Engine.layerTest({
    settings,
    plugins: [salesforceV3, zuora],
    expressions: expressions(evaluating).pipe(Layer.provide(Layer.succeed(Clock.Clock, real))),
    environment,
    partners: Object.fromEntries(Object.entries(partners).map(([address, answers]) => [address, scriptOf(answers)]))
  })
  return yield* Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(executed(order))
    for (let seconds = 0; fiber.pollUnsafe() === undefined && seconds < mostSeconds;) {
      for (let turns = 0; turns < 5; turns++) yield* turn
      if (evaluating.count > 0) continue
      yield* TestClock.adjust("1 second")
      seconds++
    }
    if (fiber.pollUnsafe() !== undefined) return yield* Fiber.join(fiber)
    yield* Fiber.interrupt(fiber)
    return undefined
  }).pipe(Effect.provide(Layer.provideMerge(engine, TestClock.layer())))
})

const same = (what: string, got: unknown, wanted: unknown): ReadonlyArray<string> =>
  wanted === undefined || JSON.stringify(got) === JSON.stringify(wanted)
    ? []
    : [`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`]

/** The differences from the expectation, in words. */
export const faultsOf = (expected: OrderTest["expect"], got: Outcome | undefined): ReadonlyArray<string> =>
  got === undefined ? ["the run did not end within two days"] : [
    ...same("the run", got.state, expected.state),
    ...same("the order's status", got.status, expected.status),
    ...Object.entries(expected.steps ?? {}).flatMap(([id, state]) => same(`step ${id}`, got.steps[id], state)),
    ...same("the requests", got.requests, expected.requests),
    ...Object.entries(expected.order ?? {}).flatMap(([name, value]) => same(`order.${name}`, got.order[name], value))
  ]
