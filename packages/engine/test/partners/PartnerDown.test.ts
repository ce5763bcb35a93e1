import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@sluice/domain/json/Json"
import { CancelRun } from "@sluice/engine/commands/CancelRun"
import { Intake } from "@sluice/engine/commands/Intake"
import { type HealthSign, hostOf, signOf } from "@sluice/engine/internal/partners/PartnerHealth"
import { PartnerBreaker } from "@sluice/engine/partners/PartnerBreaker"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import {
  type OutboundRequest,
  OutboundTimedOut,
  OutboundUnreachable,
  OutboundUnreadable
} from "@sluice/http-client/Outbound"
import { OutboundMemory, type OutboundScript } from "@sluice/http-client/testing/OutboundMemory"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import { callout, partners, pipeline, process, respond, workflow, type World } from "../Harness.ts"

const refused = new OutboundUnreachable({ code: "refused", message: "connection refused", sent: false })

/** A partner that can be switched off and on. */
const down = { is: true }

const asDown: OutboundScript = () => down.is ? refused : respond(200)

const shared = (script: OutboundScript = asDown) => Layer.mergeAll(JournalStore.layer, partners(script))

const start = (world: World) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(Layer.fresh(process(world)), scope)
    return {
      scope,
      intake: Context.get(context, Intake),
      board: Context.get(context, PartnerBreaker),
      cancelling: Context.get(context, CancelRun)
    }
  })

const settle = TestClock.adjust("1 millis").pipe(Effect.repeat({ times: 20 }))

const states = Effect.map(JournalStore, ({ runs }) => [...runs.values()].map(({ state }) => state))

const numberOf = ({ body }: OutboundRequest): unknown => (JSON.parse(String(body)) as JsonObject)["orderNumber"]

const submit = (intake: Intake["Service"], count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, n) => String(n)),
    (orderNumber) => Effect.andThen(intake.submit({ body: { orderType: "NEW_ORDER", orderNumber } }), settle)
  )

const holding: World = { pipelines: [pipeline([callout("a", {}, { onUnavailable: "hold", critical: true })])] }

const three: World = {
  pipelines: [pipeline([callout("a"), { ...workflow("b"), onUnavailable: "hold" }, callout("c")])]
}

const scenario = <E>(
  world: World,
  test: (first: Effect.Success<ReturnType<typeof start>>) => Effect.Effect<
    void,
    E,
    JournalStore | OutboundMemory | Layer.Success<ReturnType<typeof partners>>
  >,
  script?: OutboundScript
) =>
  Effect.gen(function*() {
    down.is = true
    const first = yield* start(world)
    yield* test(first)
    yield* Scope.close(first.scope, Exit.void)
  }).pipe(Effect.provide(shared(script)))

describe("a step that holds", () => {
  it.effect("holds its runs while the partner is down, and all of them continue, oldest first, when it is back", () =>
    scenario(holding, ({ board, intake }) =>
      Effect.gen(function*() {
        yield* submit(intake, 12)
        assert.deepStrictEqual(new Set(yield* states), new Set(["waiting"]))
        const [status] = yield* board.list
        assert.deepInclude(status, { host: "a.example", state: "open" })
        assert.isAbove(status?.waiting ?? 0, 5)
        yield* TestClock.adjust("5 minutes")
        const { requests } = yield* OutboundMemory
        assert.isBelow(requests.length, 40, "while it is down, one order at a time tries, less and less often")
        const before = requests.length
        down.is = false
        yield* TestClock.adjust("2 minutes")
        assert.deepStrictEqual(new Set(yield* states), new Set(["completed"]))
        // The first may have stepped back behind the others: it tried for minutes.
        const after = requests.slice(before).map(numberOf)
        assert.lengthOf(after, 12)
        const others = after.filter((number) => requests.filter((one) => numberOf(one) === number).length <= 2)
        assert.deepStrictEqual(others, others.toSorted((a, b) => Number(a) - Number(b)))
        assert.deepInclude((yield* board.list)[0], { state: "closed", failures: 0, waiting: 0 })
      })))

  it.effect("is released in growing batches", () =>
    scenario(
      holding,
      ({ board, intake }) =>
        Effect.gen(function*() {
          yield* submit(intake, 40)
          yield* TestClock.adjust("4 seconds")
          down.is = false
          const { requests } = yield* OutboundMemory
          const before = requests.length
          const seen: Array<number> = []
          yield* board.reset("a.example")
          for (let round = 0; round < 6; round++) {
            yield* settle
            seen.push(requests.length - before)
            yield* TestClock.adjust("1 second")
          }
          const steps = seen.map((count, i) => count - (seen[i - 1] ?? 0))
          assert.deepStrictEqual(steps.slice(0, 5), [1, 2, 4, 8, 16])
        }),
      (request) =>
        down.is ? refused : Effect.delay(Effect.succeed(respond(200, numberOf(request) as string)), "900 millis")
    ))

  const listed = { shouldRejectOn: { status: [503, 404] } }
  const lost = new OutboundUnreachable({ code: "reset", message: "connection lost", sent: true })
  const unreadable = new OutboundUnreadable({ message: "no head", sent: true })
  const failures: Record<string, readonly [ReturnType<typeof callout>, ReturnType<OutboundScript>, number]> = {
    "refuses the connection": [callout("a", listed), refused, 1],
    "loses the connection": [callout("a", listed), lost, 1],
    "times out": [callout("a", listed), new OutboundTimedOut({ sent: true }), 1],
    "sends what cannot be read": [callout("a", listed), unreadable, 1],
    "answers 503": [callout("a", listed), respond(503), 1],
    "answers 500 after the step's own attempts": [workflow("a", { stopOnError: true }), respond(500), 4]
  }
  it.effect.each(Object.entries(failures))(
    "waits already with its first order where the partner %s",
    ([, [step, failure, own]]) =>
      scenario(
        { pipelines: [pipeline([{ ...step, critical: true, onUnavailable: "hold" }])] },
        ({ intake }) =>
          Effect.gen(function*() {
            yield* submit(intake, 1)
            yield* TestClock.adjust("21 seconds")
            const { requests } = yield* OutboundMemory
            const waits = requests.length - own
            assert.deepStrictEqual(yield* states, ["waiting"])
            yield* TestClock.adjust("2 minutes")
            assert.deepStrictEqual(yield* states, ["waiting"])
            assert.isAbove(requests.length - own, waits)
            assert.isAtMost(requests.length - own, 12, "after 1, 2, 4 and 8 s, and again so once the circuit is open")
            down.is = false
            yield* TestClock.adjust("31 seconds")
            assert.deepStrictEqual(yield* states, ["completed"])
            assert.strictEqual(new Set(requests.map(({ headers }) => headers["idempotency-key"])).size, 1)
          }),
        () => down.is ? failure : respond(200)
      )
  )

  it.effect("is tried after 1, 2 and 4 s, and fails at once when the partner answers otherwise", () =>
    scenario(
      { pipelines: [pipeline([callout("a", listed, { critical: true, onUnavailable: "hold" })])] },
      ({ intake }) =>
        Effect.gen(function*() {
          yield* submit(intake, 1)
          yield* TestClock.adjust("10 seconds")
          const [run] = [...(yield* JournalStore).runs.values()]
          const times = run!.callouts.map(({ record }) => record.startedAt)
          assert.deepStrictEqual(times.map((at) => Math.round((at - times[0]!) / 1000)), [0, 1, 3, 7])
          assert.deepStrictEqual(run!.callouts.map(({ record }) => record.response?.status), [503, 503, 503, 404])
          assert.strictEqual(run!.state, "failed")
        }),
      (_, index) => respond(index < 3 ? 503 : 404)
    ))

  it.effect("fails at once at an address that is blocked", () =>
    scenario(
      holding,
      ({ intake }) =>
        Effect.gen(function*() {
          yield* submit(intake, 1)
          assert.deepStrictEqual(yield* states, ["failed"])
        }),
      () => new OutboundUnreachable({ code: "blocked", message: "blocked", sent: false })
    ))

  it.effect("stays on hold across a restart, and repeats nothing that was answered", () =>
    scenario(
      three,
      ({ intake, scope }) =>
        Effect.gen(function*() {
          yield* intake.submit({ body: { orderType: "NEW_ORDER" } })
          yield* TestClock.adjust("1 minute")
          assert.deepStrictEqual(yield* states, ["waiting"])
          yield* Scope.close(scope, Exit.void)
          down.is = false
          yield* start(three)
          yield* TestClock.adjust("10 minutes")
          const { requests } = yield* OutboundMemory
          assert.deepStrictEqual(yield* states, ["completed"])
          assert.strictEqual(requests.filter(({ url }) => url.includes("//a.")).length, 1)
          const toB = requests.filter(({ url }) => url.includes("//b."))
          assert.strictEqual(new Set(toB.map(({ headers }) => headers["idempotency-key"])).size, 1)
          assert.strictEqual(new Set(toB.map(({ body }) => body)).size, 1)
          assert.strictEqual(new Set(toB.map(({ headers }) => headers["x-delivery-count"])).size, toB.length)
        }),
      ({ url }) => url.includes("//b.") && down.is ? refused : respond(200)
    ))

  it.effect("retries an order that alone gets no answer, while the others continue", () =>
    scenario(
      holding,
      ({ intake }) =>
        Effect.gen(function*() {
          yield* submit(intake, 20)
          yield* TestClock.adjust("2 seconds")
          const found = yield* states
          assert.strictEqual(found.filter((state) => state === "completed").length, 19)
          assert.strictEqual(found.filter((state) => state === "failed").length, 0)
          down.is = false
          yield* TestClock.adjust("40 seconds")
          assert.deepStrictEqual(new Set(yield* states), new Set(["completed"]))
        }),
      (request) => numberOf(request) === "7" && down.is ? new OutboundTimedOut({ sent: true }) : respond(200)
    ))
})

it.effect("a run on hold ends with its deadline or its cancel, without another call", () =>
  scenario(
    { pipelines: holding.pipelines.map((one) => ({ ...one, deadlineMs: 60_000 })) },
    ({ cancelling, intake }) =>
      Effect.gen(function*() {
        yield* submit(intake, 12)
        yield* TestClock.adjust("10 seconds")
        const { runs } = yield* JournalStore
        const last = [...runs.values()].at(-1)!
        assert.deepStrictEqual([last.state, last.heldFor], ["waiting", "a.example"])
        yield* cancelling.cancel(last.runId, { reason: "no more" })
        assert.strictEqual(last.state, "cancelled")
        yield* TestClock.adjust("55 seconds")
        yield* settle
        const ended = [...runs.values()].map(({ reason, state }) => `${state}: ${reason}`)
        assert.deepStrictEqual(new Set(ended), new Set(["failed: run deadline exceeded", "cancelled: no more"]))
        const { requests } = yield* OutboundMemory
        const before = requests.length
        down.is = false
        yield* TestClock.adjust("5 minutes")
        assert.strictEqual(requests.length, before)
      })
  ))

it.effect("a step that does not hold is called while the partner is down, fails, and detects its recovery", () =>
  scenario(
    { pipelines: [pipeline([callout("a", {}, { critical: true })])] },
    ({ board, intake }) =>
      Effect.gen(function*() {
        yield* submit(intake, 10)
        assert.deepStrictEqual(new Set(yield* states), new Set(["failed"]))
        const { requests } = yield* OutboundMemory
        assert.lengthOf(requests, 10)
        assert.strictEqual((yield* board.list)[0]?.state, "open")
        down.is = false
        yield* submit(intake, 1)
        assert.strictEqual((yield* board.list)[0]?.state, "closed")
      })
  ))

it("the outcome of a call is a sign of its partner's health", () => {
  const signs: ReadonlyArray<readonly [HealthSign, ReturnType<typeof signOf>]> = [
    [{ outcome: "succeeded", response: { status: 500 } }, "ok"],
    [{ outcome: "rejected", response: { status: 404 } }, "ok"],
    [{ outcome: "rejected", response: { status: 429 } }, "ok"],
    [{ outcome: "rejected", response: { status: 503 } }, "serverError"],
    [{ outcome: "invalid-response", response: { status: 200 } }, "ok"],
    [{ outcome: "invalid-response", unknown: true }, "noAnswer"],
    [{ outcome: "timed-out" }, "noAnswer"],
    [{ outcome: "unreachable", error: { code: "dns" } }, "noAnswer"],
    [{ outcome: "unreachable", error: { code: "reset" } }, "noAnswer"],
    [{ outcome: "unreachable", error: { code: "blocked" } }, "notAttempted"],
    [{ outcome: "interrupted" }, "notAttempted"],
    [{ outcome: "cancelled" }, "notAttempted"]
  ]
  for (const [sign, expected] of signs) assert.strictEqual(signOf(sign), expected, JSON.stringify(sign))
  const hosts = [
    ["https://A.example:443/x", "a.example"],
    ["http://a.example:443", "a.example:443"],
    ["http://u:p@a.example:80?x", "a.example"],
    ["http://u:p@ss@a.example/", "a.example"],
    ["http:\\\\u:p@a.example\\x", "a.example"],
    ["https:/u:p@a.example/x?api_key=1", "a.example"],
    ["https://[::1]:8080/", "[::1]:8080"],
    ["not a url", "not a url"]
  ] as const
  for (const [url, host] of hosts) assert.strictEqual(hostOf(url), host)
})
