/** Steps whose answer comes to a callback URL: each time at which it can come, and each kill around it. Section 6. */
import { assert, describe, it } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { redacted } from "@sluice/domain/redaction/Redaction"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { OutboundTimedOut, OutboundUnreachable } from "@sluice/http-client/Outbound"
import { OutboundMemory, type OutboundScript } from "@sluice/http-client/testing/OutboundMemory"
import { Deferred, Effect, Result } from "effect"
import { TestClock } from "effect/testing"
import type { CallbackReceipt } from "../../src/commands/TakeCallback.ts"
import { callout, pipeline, respond, workflow, type World } from "../Harness.ts"
import { recordedRun, settle, stand, type start, submitted, takenOver, the } from "../Stand.ts"

const minute = 60_000
const rejecting = { shouldRejectOn: { status: [404, 500] } }
const awaiting = { awaitCallback: { timeout: 5 * minute }, critical: true }

/** A step that waits for its callback, then one that reads the answer. */
const world: World = {
  pipelines: [pipeline([
    callout("a", { ...rejecting, retry: { delaysMs: [5000] } }, awaiting),
    callout("b", { headers: { "x-answer": "{% callouts.a.body.said %}" } })
  ])]
}

type Process = Effect.Success<ReturnType<typeof start>>

const tokens = Effect.map(
  OutboundMemory,
  ({ requests }) =>
    requests.map(({ headers }) => headers["sluice-callback-url"]?.split("/v1/callbacks/")[1]).filter((one) =>
      one !== undefined
    )
)

/** Answers the request that was sent first, or the one at `which`. */
const answer = (process: Process, body?: Json, which = 0) =>
  Effect.flatMap(tokens, (all) => Effect.result(process.callbacks.take(all[which] ?? "", { "x-partner": "yes" }, body)))

const tagOf = (result: Result.Result<CallbackReceipt, { readonly _tag: string }>): string =>
  Result.isSuccess(result) ? "taken" : result.failure._tag

const said = { said: "yes" }

const stop = { OrderActionExecutionResults: [{ CancelWorkflow: true, ErrorReason: "no stock" }] }

const accepts: OutboundScript = () => respond(202)
const unreachable = new OutboundUnreachable({ code: "refused", message: "refused", sent: false })

/** Scripts the end of the first call of step `a`; every other request is answered 200. */
const ends = (how: OutboundScript): OutboundScript => (request, n) => n === 0 ? how(request, n) : respond(200)

interface Moment {
  readonly name: string
  readonly script: OutboundScript
  /** Milliseconds until the answer comes. */
  readonly after: number
  /** Requests to `a` when the run has ended. */
  readonly calls: number
}

const never: OutboundScript = () => Effect.never

const moments: ReadonlyArray<Moment> = [
  { name: "while the call is open, which never ends", script: ends(never), after: 0, calls: 1 },
  { name: "while the run waits", script: ends(accepts), after: 0, calls: 1 },
  { name: "while the run waits, late", script: ends(accepts), after: 4 * minute, calls: 1 },
  { name: "between two attempts, after a 500", script: ends(() => respond(500)), after: 0, calls: 1 },
  { name: "between two attempts, after no connection", script: ends(() => unreachable), after: 0, calls: 1 },
  {
    name: "between two attempts, after a timeout",
    script: ends(() => new OutboundTimedOut({ sent: true })),
    after: 0,
    calls: 1
  }
]

const kills = ["nobody is killed", "the process dies before the answer", "the process dies after the answer"] as const

describe("the answer to a callback URL", () => {
  for (const { after, calls, name, script } of moments) {
    for (const kill of kills) {
      // Nothing but the process's own end ends that call; its timeout is another row.
      const isOpen = script !== undefined && name.startsWith("while the call")
      it.effect(`ends the step when it comes ${name}, and ${kill}`, () =>
        Effect.gen(function*() {
          let process = yield* submitted(world)
          yield* TestClock.adjust(after)
          if (kill === "the process dies before the answer" && !isOpen) process = yield* takenOver(world)
          assert.strictEqual(tagOf(yield* answer(process, said)), "taken")
          if (kill === "the process dies after the answer" || (isOpen && kill !== kills[0])) yield* takenOver(world)
          yield* settle
          yield* TestClock.adjust("10 seconds")
          const { asked, outcomes, requests, rows, state } = yield* the
          assert.strictEqual(state, "completed")
          assert.lengthOf(asked.filter((one) => one === "POST a"), calls)
          assert.lengthOf(outcomes.filter((one) => one.includes("callback")), 1)
          assert.isTrue(outcomes.filter((one) => one.startsWith("0.")).at(-1)?.endsWith("callback succeeded"))
          assert.strictEqual(requests.at(-1)?.headers["x-answer"], "yes")
          assert.deepInclude(rows[0], { stepId: "a", state: "succeeded" })
        }).pipe(Effect.provide(stand(script))))
    }
  }

  it.effect("makes the run wait without an owner, with a reason that names the step", () =>
    Effect.gen(function*() {
      yield* submitted(world)
      const { run, reason, state } = yield* the
      assert.strictEqual(state, "waiting")
      assert.isUndefined(run.owner)
      assert.strictEqual(reason, "waits for the callback of step a until 1970-01-01T00:05:00.000Z")
    }).pipe(Effect.provide(stand(ends(accepts)))))

  it.effect("counts once: its repeat is taken again, and another is refused, for as long as the order is kept", () =>
    Effect.gen(function*() {
      const process = yield* submitted(world)
      const first = yield* answer(process, { said: "yes", n: 1 })
      assert.strictEqual(tagOf(first), "taken")
      const both = function*() {
        assert.strictEqual(tagOf(yield* answer(process, { n: 1, said: "yes" })), "taken")
        assert.strictEqual(tagOf(yield* answer(process, { said: "no" })), "CallbackConflict")
        assert.strictEqual(tagOf(yield* answer(process)), "CallbackConflict")
      }
      yield* both()
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* the).state, "completed")
      yield* both()
      assert.strictEqual(
        tagOf(yield* Effect.result(process.callbacks.take("0".repeat(67), {}, said))),
        "CallbackUnknown"
      )
      assert.strictEqual(tagOf(yield* Effect.result(process.callbacks.take("x", {}, said))), "CallbackUnknown")
    }).pipe(Effect.provide(stand(ends(accepts)))))

  it.effect("is taken under the token of any attempt", () =>
    Effect.gen(function*() {
      const process = yield* submitted(world)
      yield* TestClock.adjust("6 seconds")
      const [first, second] = yield* tokens
      assert.notStrictEqual(first, second)
      assert.strictEqual(tagOf(yield* answer(process, said)), "taken")
      assert.strictEqual(tagOf(yield* answer(process, said, 1)), "taken")
      assert.strictEqual(tagOf(yield* answer(process, { said: "no" }, 1)), "CallbackConflict")
      yield* TestClock.adjust("10 seconds")
      const { outcomes, requests } = yield* the
      assert.deepStrictEqual(outcomes, ["0.1 rejected", "0.2 succeeded", "0.2 callback succeeded", "1.1 succeeded"])
      assert.strictEqual(requests[0]?.body, requests[1]?.body)
      assert.strictEqual(requests[0]?.headers["idempotency-key"], requests[1]?.headers["idempotency-key"])
    }).pipe(Effect.provide(stand((_, n) => respond(n === 0 ? 500 : 202)))))

  it.effect("is found by a call that ends badly after it", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      yield* Effect.gen(function*() {
        const process = yield* submitted(world)
        assert.strictEqual(tagOf(yield* answer(process, said)), "taken")
        yield* Deferred.succeed(gate, undefined)
        yield* settle
        const { outcomes, state } = yield* the
        assert.strictEqual(state, "completed")
        assert.deepStrictEqual(outcomes.slice(0, 2), ["0.1 rejected", "0.1 callback succeeded"])
      }).pipe(Effect.provide(stand(ends(() => Effect.as(Deferred.await(gate), respond(404))))))
    }))

  const endings: ReadonlyArray<{
    readonly name: string
    readonly world: World
    readonly script?: OutboundScript
    readonly end: (process: Process) => Effect.Effect<unknown, unknown, JournalStore | OutboundMemory>
  }> = [
    { name: "its timeout", world, end: () => TestClock.adjust("5 minutes") },
    {
      name: "the deadline",
      world: { pipelines: [pipeline(world.pipelines[0]!.steps, { deadlineMs: minute })] },
      end: () => TestClock.adjust("1 minute")
    },
    {
      name: "a cancel",
      world,
      end: ({ cancelling }) => Effect.flatMap(the, ({ runId }) => cancelling.cancel(runId, {}))
    },
    { name: "a refusal", world, script: ends(() => respond(404)), end: () => settle }
  ]

  for (const { end, name, script = ends(accepts), world } of endings) {
    it.effect(`is too late after ${name}`, () =>
      Effect.gen(function*() {
        const process = yield* submitted(world)
        yield* Effect.orDie(end(process) as Effect.Effect<unknown, never, JournalStore | OutboundMemory>)
        yield* settle
        assert.strictEqual(tagOf(yield* answer(process, said)), "CallbackTooLate")
      }).pipe(Effect.provide(stand(script))))
  }

  it.effect("that does not come in time fails the step by its policy, and a record says so", () =>
    Effect.gen(function*() {
      yield* submitted(world)
      yield* TestClock.adjust("5 minutes")
      yield* settle
      const { outcomes, rows, run, state } = yield* the
      assert.strictEqual(state, "failed")
      assert.deepInclude(rows[0]?.error, { kind: "timed-out", message: "no answer came to the callback URL in time" })
      assert.deepStrictEqual(outcomes, ["0.1 succeeded", "0.1 callback timed-out?"])
      assert.notInclude(run.reason, "waits for")
    }).pipe(Effect.provide(stand(accepts))))

  it.effect("that does not come in time is a warning of a workflow step that does not stop", () =>
    Effect.gen(function*() {
      yield* submitted({
        pipelines: [pipeline([{ ...workflow("a"), awaitCallback: { timeout: minute } }, callout("b")])]
      })
      yield* TestClock.adjust("1 minute")
      yield* settle
      const { rows, state } = yield* the
      assert.strictEqual(state, "completed")
      assert.deepInclude(rows[0], { state: "warning" })
    }).pipe(Effect.provide(stand(accepts))))

  it.effect("that does not come before the deadline fails the run with the deadline's reason", () =>
    Effect.gen(function*() {
      yield* submitted({ pipelines: [pipeline(world.pipelines[0]!.steps, { deadlineMs: minute })] })
      yield* TestClock.adjust("1 minute")
      yield* settle
      const { outcomes, reason, state } = yield* the
      assert.deepInclude({ state, reason }, { state: "failed", reason: "run deadline exceeded" })
      assert.deepStrictEqual(outcomes, ["0.1 succeeded", "0.1 callback timed-out?"])
    }).pipe(Effect.provide(stand(accepts))))

  it.effect("is judged exactly as the response, whatever the 2xx said: CancelWorkflow stops the run", () =>
    Effect.gen(function*() {
      const stops = { ...workflow("a", { stopOnError: true }), critical: true, awaitCallback: { timeout: minute } }
      const process = yield* submitted({ pipelines: [pipeline([stops, callout("b")])] })
      assert.strictEqual((yield* the).state, "waiting")
      yield* answer(process, stop)
      yield* settle
      const { outcomes, rows, state } = yield* the
      assert.strictEqual(state, "failed")
      assert.include(rows[0]?.error?.message, "no stock")
      assert.deepStrictEqual(outcomes, ["0.1 succeeded", "0.1 callback rejected"])
    }).pipe(Effect.provide(stand(() => respond(202, stop)))))

  it.effect("that fits no schema is taken, and judged invalid-response", () =>
    Effect.gen(function*() {
      const responseSchema = { type: "object", required: ["said"] }
      const process = yield* submitted({
        pipelines: [pipeline([callout("a", rejecting, { ...awaiting, responseSchema })])]
      })
      assert.strictEqual(tagOf(yield* answer(process, {})), "taken")
      yield* settle
      const { outcomes, rows } = yield* the
      assert.deepStrictEqual(outcomes, ["0.1 succeeded", "0.1 callback invalid-response"])
      assert.strictEqual(rows[0]?.error?.kind, "invalid-response")
    }).pipe(Effect.provide(stand(accepts))))

  it.effect("leaves no token on record, even if the partner's answer repeats it", () =>
    Effect.gen(function*() {
      const process = yield* submitted(world)
      const [token = ""] = yield* tokens
      assert.match(token, /^[0-9a-f]{67}$/)
      yield* answer(process, { said: "yes", token })
      yield* settle
      const store = yield* JournalStore
      const run = [...store.runs.values()][0]!
      const kept = run.callouts.map(({ record }) =>
        JSON.stringify({
          ...record,
          response: { ...record.response, body: new TextDecoder().decode(record.response?.body) }
        })
      ).join()
      assert.notInclude(kept, token)
      assert.strictEqual(run.callouts[0]?.record.headers["sluice-callback-url"], redacted)
      assert.include(kept, redacted)
    }).pipe(Effect.provide(stand((request, n) =>
      n === 0 ? respond(202, JSON.stringify({ url: request.headers["sluice-callback-url"] })) : respond(200)
    ))))

  it.effect("can be an operator's, after whom the partner's is refused", () =>
    Effect.gen(function*() {
      const process = yield* submitted(world)
      const { runId } = yield* the
      const id = `process_event-${runId.replaceAll("-", "")}`
      const request = { output: { said: "by hand" }, reason: "they called", requestedBy: "ops" }
      yield* process.resolving.resolve(id, "a", request)
      yield* process.resolving.resolve(id, "a", request)
      assert.strictEqual(tagOf(yield* answer(process, request.output)), "CallbackConflict")
      yield* settle
      const { requests, rows, state } = yield* the
      assert.strictEqual(state, "completed")
      assert.strictEqual(requests.at(-1)?.headers["x-answer"], "by hand")
      assert.include(rows[0]?.reason, "resolved by hand by ops: they called")
      yield* process.resolving.resolve(id, "a", request)
      const other = yield* Effect.flip(process.resolving.resolve(id, "a", { reason: "again" }))
      assert.strictEqual(other._tag, "NotResolvable")
    }).pipe(Effect.provide(stand(ends(accepts)))))

  it.effect("is on record for a simulation; of a step that only now waits for one it is named as unanswered", () =>
    Effect.gen(function*() {
      const process = yield* submitted(world)
      yield* answer(process, said)
      yield* settle
      const [ran] = world.pipelines
      const recorded = recordedRun(yield* JournalStore, ran!)
      const same = yield* process.simulation.simulate(ran!, recorded)
      assert.deepInclude(same, { same: true, differences: [], unanswered: [] })
      const [a, b] = ran!.steps
      const changed = pipeline([a!, { ...b!, awaitCallback: { timeout: minute } }], { version: 2 })
      const other = yield* process.simulation.simulate(changed, recorded)
      assert.deepInclude(other, { after: { state: "completed" }, unanswered: ["b"] })
    }).pipe(Effect.provide(stand(ends(accepts)))))

  it.effect("that never came is missing in a simulation, too", () =>
    Effect.gen(function*() {
      const process = yield* submitted(world)
      yield* TestClock.adjust("5 minutes")
      yield* settle
      const [ran] = world.pipelines
      const simulated = yield* process.simulation.simulate(ran!, recordedRun(yield* JournalStore, ran!))
      assert.deepInclude(simulated, { same: true, after: { state: "failed" } })
    }).pipe(Effect.provide(stand(accepts))))
})
