/**
 * Every order of what can happen to a step that waits for a callback, to a depth of three: its partner takes the request,
 * answers early, again, otherwise or late; the process dies and another one takes over; the run is cancelled; the wait
 * times out. What an answer is told follows from the table in `journal/Callback`. Contract: section 6.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { isFinal } from "@sluice/domain/run/ProcessEvent"
import { JournalStore, type MemoryRun } from "@sluice/engine/testing/JournalStore"
import { OutboundMemory } from "@sluice/http-client/testing/OutboundMemory"
import { Clock, Deferred, Effect, Result } from "effect"
import { TestClock } from "effect/testing"
import { callout, pipeline, respond, type World } from "../Harness.ts"
import { settle, stand, start, submitted, the } from "../Stand.ts"

const minute = 60_000

const world: World = {
  pipelines: [
    pipeline([
      callout("a", { timeoutValue: 600_000 }, { awaitCallback: { timeout: 5 * minute }, critical: true }),
      callout("b", { headers: { "x-answer": "{% callouts.a.body.said %}" } })
    ])
  ]
}

const events = ["202", "yes", "no", "dies", "starts", "cancel", "times out"] as const
type Event = (typeof events)[number]

type Told = "taken" | "CallbackConflict" | "CallbackTooLate"

/** The response that the partner was given, beside the answer that it sent. */
interface Answer {
  readonly said: string
  readonly told: string
}

/** The verdict of the table on an answer that comes now. */
const expected = (run: MemoryRun, before: ReadonlyArray<Answer>, said: string, now: number): Told => {
  const first = before.find(({ told }) => told === "taken")
  if (first !== undefined) return first.said === said ? "taken" : "CallbackConflict"
  const { cancel, state, steps, wait } = run
  const isOver = isFinal(state) || cancel !== undefined || steps.length > 0
    || (wait?.callback !== undefined && wait.dueAt <= now)
  return isOver ? "CallbackTooLate" : "taken"
}

/** Follows one order of events to the end of the run; false where an event cannot happen. */
const follow = (order: ReadonlyArray<Event>) =>
  Effect.gen(function*() {
    const store = yield* JournalStore
    const { requests } = yield* OutboundMemory
    const answers: Array<Answer> = []
    let process = yield* submitted(world)
    let isAlive = true
    const run = () => [...store.runs.values()][0]!
    const calls = () => requests.filter(({ url }) => url.includes("//a."))
    const isOpen = () => isAlive && opened.length > 0 && !Deferred.isDoneUnsafe(opened.at(-1)!)

    const answer = Effect.fnUntraced(function*(said: string) {
      const token = calls()[0]?.headers["sluice-callback-url"]?.split("/").at(-1) ?? ""
      const body: Json = { said }
      const now = yield* Clock.currentTimeMillis
      const should = expected(run(), answers, said, now)
      const result = yield* Effect.result(process.callbacks.take(token, {}, body))
      const told = Result.isSuccess(result) ? "taken" : result.failure._tag
      assert.strictEqual(told, should, `${order.join(", ")}: ${said}`)
      answers.push({ said, told })
    })

    const happen = Effect.fnUntraced(function*(event: Event) {
      switch (event) {
        case "202":
          if (!isOpen()) return false
          yield* Deferred.succeed(opened.at(-1)!, undefined)
          break
        case "yes":
        case "no":
          yield* answer(event)
          break
        case "dies":
          if (!isAlive) return false
          isAlive = false
          yield* store.killAll
          break
        case "starts":
          if (isAlive) return false
          isAlive = true
          process = yield* start(world)
          break
        case "cancel":
          if (run().cancel !== undefined) return false
          yield* Effect.ignore(process.cancelling.request(run().runId, { reason: "enough" }))
          break
        case "times out":
          if (run().wait?.callback === undefined) return false
          yield* TestClock.adjust(5 * minute)
      }
      yield* settle
      return true
    })

    for (const event of order) if (!(yield* happen(event))) return false

    // Whatever is left comes to its end: a worker is there, and the partner takes what is open.
    if (!isAlive) yield* happen("starts")
    yield* happen("202")
    yield* TestClock.adjust(6 * minute)
    yield* settle
    const told = order.join(", ")
    const { asked, outcomes, rows, state } = yield* the
    assert.isTrue(isFinal(state), `${told}: ends, and is ${state}`)
    const taken = answers.find((one) => one.told === "taken")
    const callbacks = outcomes.filter((one) => one.startsWith("0.") && one.includes("callback"))
    assert.isAtMost(callbacks.length, 1, `${told}: one answer is recorded, or that none came`)
    const later = requests.filter(({ url }) => url.includes("//b."))
    if (state === "completed") {
      assert.isDefined(taken, told)
      assert.deepInclude(rows[0], { stepId: "a", state: "succeeded" }, told)
      assert.strictEqual(later.at(-1)?.headers["x-answer"], taken?.said, told)
    } else assert.lengthOf(later, state === "cancelled" ? later.length : 0, told)
    if (taken !== undefined && run().cancel === undefined) assert.strictEqual(state, "completed", told)
    if (taken === undefined && run().cancel === undefined) {
      assert.strictEqual(state, "failed", told)
      assert.deepInclude(rows[0]?.error, { kind: "timed-out" }, told)
    }
    assert.isAtMost(
      asked.filter((one) => one === "POST b").length,
      1 + order.filter((one) => one === "dies").length,
      told
    )
    // One more answer of each kind, when all is over.
    yield* answer("yes")
    yield* answer("no")
    return true
  }).pipe(Effect.provide(stand((request) =>
    request.url.includes("//a.") ?
      Effect.suspend(() => {
        const mine = Deferred.makeUnsafe<void>()
        opened.push(mine)
        return Effect.as(Deferred.await(mine), respond(202))
      }) :
      respond(200)
  )))

/** The calls of step `a` that the partner has received, oldest first; of the order that is followed. */
let opened: Array<Deferred.Deferred<void>> = []

/** `pnpm test:volume` goes one deeper, into 2,401 orders. */
const depth = process.env["SLUICE_VOLUME"] === "full" ? 4 : 3

describe("an answer to a callback URL, in every order of what else can happen", () => {
  for (const first of events) {
    it.effect(`after ${first}`, () =>
      Effect.gen(function*() {
        let followed = 0
        const explore: (order: ReadonlyArray<Event>) => Effect.Effect<void> = Effect.fnUntraced(function*(order) {
          opened = []
          const isPossible = yield* Effect.orDie(Effect.provide(Effect.scoped(follow(order)), TestClock.layer()))
          if (!isPossible) return
          followed++
          if (order.length < depth) { for (const next of events) yield* explore([...order, next]) }
        })
        yield* explore([first])
        assert.isTrue(first === "starts" || first === "times out" || followed > 10, `${followed} orders`)
      }), 600_000)
  }
})
