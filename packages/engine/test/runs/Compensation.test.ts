import { assert, describe, it } from "@effect/vitest"
import type { Step } from "@sluice/domain/pipeline/Pipeline"
import { Intake } from "@sluice/engine/commands/Intake"
import { Journal } from "@sluice/engine/journal/Journal"
import * as JournalMemory from "@sluice/engine/testing/JournalMemory"
import type { OutboundRequest } from "@sluice/http-client/Outbound"
import { Effect, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import { callout, pipeline, process, respond, workflow } from "../Harness.ts"
import { order, settle, stand, submitted, takenOver, the } from "../Stand.ts"

const undo = (id: string, members: Partial<Step> = {}): Partial<Step> => ({
  compensate: { endpoint: `https://undo_${id}.example` },
  ...members
})
const probe = (id: string): Partial<Step> => ({ probe: { endpoint: `https://probe_${id}.example` } })

const refusing = { shouldRejectOn: { status: [500] } }

/** a and c are undone when d fails. */
const world = {
  pipelines: [pipeline([
    callout("a", {}, undo("a")),
    callout("b"),
    callout("c", {}, undo("c")),
    callout("d", refusing, { critical: true, ...undo("d") }),
    callout("e", {}, undo("e"))
  ])]
}

const host = ({ url }: OutboundRequest) => new URL(url).hostname.replace(".example", "")
/** Partners by name; what is not named answers 200. */
const partners = (answers: Readonly<Record<string, number | "never">>) =>
  stand((request) => {
    const answer = answers[host(request)] ?? 200
    return answer === "never" ? Effect.never : respond(answer, { from: host(request) })
  })

describe("compensation of a failed run", () => {
  it.effect("undoes the completed steps, last first, once each, recorded as steps after the others", () =>
    Effect.gen(function*() {
      yield* submitted(world)
      const { state, reason, status, steps, rows, asked, requests } = yield* the
      assert.deepStrictEqual([state, status], ["failed", "Failed"])
      assert.strictEqual(reason, "d: callout plugin failed due to response status: [500]")
      assert.deepStrictEqual(steps, [
        "a succeeded",
        "b succeeded",
        "c succeeded",
        "d failed",
        "c_compensation succeeded",
        "a_compensation succeeded"
      ])
      assert.deepStrictEqual(rows.slice(4).map(({ index, phase }) => [index, phase]), [[5, "compensation"], [
        6,
        "compensation"
      ]])
      assert.deepStrictEqual(asked.slice(4), ["POST undo_c", "POST undo_a"])
      assert.deepInclude(JSON.parse(String(requests[4]!.body)), { id: "o-1", status: "Failed" })
      assert.strictEqual(new Set(requests.map(({ headers }) => headers["idempotency-key"])).size, 6)
    }).pipe(Effect.provide(partners({ d: 500 }))))

  it.effect("sends the order with PUT, and no body and no type of one with DELETE", () =>
    Effect.gen(function*() {
      const with_ = (id: string, method: string) =>
        undo(id, { compensate: { endpoint: `https://undo_${id}.example`, method } })
      yield* submitted({
        pipelines: [
          pipeline([
            callout("a", {}, with_("a", "DELETE")),
            callout("b", {}, with_("b", "PUT")),
            callout("d", refusing, { critical: true })
          ])
        ]
      })
      const sent = (yield* the).requests.slice(3).map(({ body, headers, method }) => [
        method,
        body === undefined ? undefined : (JSON.parse(String(body)) as { readonly id: string }).id,
        headers["content-type"]
      ])
      assert.deepStrictEqual(sent, [["PUT", "o-1", "application/json"], ["DELETE", undefined, undefined]])
    }).pipe(Effect.provide(partners({ d: 500 }))))

  it.effect("undoes a step that ended as a warning, because its partner did the work", () =>
    Effect.gen(function*() {
      yield* submitted({
        pipelines: [
          pipeline([workflow("w", {}), { ...workflow("x"), ...undo("x") }, callout("d", refusing, { critical: true })])
        ]
      })
      assert.deepStrictEqual((yield* the).steps, ["w warning", "x warning", "d failed", "x_compensation succeeded"])
    }).pipe(Effect.provide(
      stand((request) =>
        host(request) === "d"
          ? respond(500)
          : respond(200, { OrderActionExecutionResults: [{ ActionStatus: "Warning" }] })
      )
    )))

  it.effect("continues with the others if one fails, and reports it", () =>
    Effect.gen(function*() {
      yield* submitted(world)
      const { state, steps, run } = yield* the
      assert.strictEqual(state, "compensation-failed")
      assert.deepStrictEqual(steps.slice(4), ["c_compensation failed", "a_compensation succeeded"])
      assert.strictEqual(run.failedSteps, 2)
    }).pipe(Effect.provide(partners({ d: 500, undo_c: 503 }))))

  it.effect("evaluates its options with the results of the steps", () =>
    Effect.gen(function*() {
      const compensate = {
        endpoint: "{% callouts.a.body.from %}",
        method: "put",
        headers: { "x-order": "{% order.id %}" },
        body: { was: "{% callouts.a.status %}" },
        shouldRejectOn: { status: [404] }
      }
      yield* submitted({
        pipelines: [pipeline([callout("a", {}, { compensate }), callout("d", refusing, { critical: true })])]
      })
      const { state, requests } = yield* the
      assert.strictEqual(state, "failed", "500 is not among the statuses that reject")
      const { method, url, headers, body } = requests[2]!
      assert.deepStrictEqual([method, url, headers["x-order"], body], ["PUT", "a", "o-1", "{\"was\":200}"])
    }).pipe(Effect.provide(stand((request) =>
      request.url === "a" ? respond(500) : respond(host(request) === "d" ? 500 : 200, { from: host(request) })
    ))))

  it.effect("is not repeated after a takeover, and continues where it stood, under the same key", () =>
    Effect.gen(function*() {
      yield* submitted(world)
      assert.strictEqual((yield* the).state, "compensating")
      assert.strictEqual((yield* the).status, "Failed")
      yield* takenOver(world)
      yield* TestClock.adjust(2000)
      const { state, steps, asked, outcomes, requests } = yield* the
      assert.strictEqual(state, "compensation-failed")
      assert.deepStrictEqual(asked.slice(4), ["POST undo_c", "POST undo_a", "POST undo_a"])
      assert.deepStrictEqual(steps.slice(4), ["c_compensation succeeded", "a_compensation failed"])
      assert.deepStrictEqual(outcomes.slice(5), ["6.1 interrupted?", "6.2 timed-out?"])
      const [, , , , , first, second] = requests
      assert.strictEqual(first!.headers["idempotency-key"], second!.headers["idempotency-key"])
      assert.strictEqual(first!.body, second!.body)
    }).pipe(Effect.provide(partners({ d: 500, undo_a: "never" }))))
})

describe("compensation of a cancelled run", () => {
  /** A journal that takes its time to say that step a's end is stored. */
  const slow = Layer.effect(
    Journal,
    Effect.map(Journal, (journal) => ({
      ...journal,
      commit: (entry) =>
        Effect.tap(journal.commit(entry), () => entry.step?.stepId === "a" ? Effect.sleep("5 seconds") : Effect.void)
    }))
  ).pipe(Layer.provideMerge(JournalMemory.layerProcess))

  it.effect("sends the same bytes again after a takeover if the deadline passed between two steps", () =>
    Effect.gen(function*() {
      const world = { pipelines: [pipeline([callout("a", {}, undo("a")), callout("b")], { deadlineMs: 1000 })] }
      // Left open: a process that is killed closes nothing.
      const services = yield* Layer.buildWithScope(Layer.fresh(process(world, slow)), yield* Scope.make())
      yield* Effect.provide(Effect.flatMap(Intake, ({ submit }) => submit({ body: order })), services)
      yield* settle
      yield* TestClock.adjust("5 seconds")
      yield* settle
      yield* takenOver(world)
      const { asked, requests } = yield* the
      assert.deepStrictEqual(asked, ["POST a", "POST undo_a", "POST undo_a"])
      assert.strictEqual(requests[1]!.body, requests[2]!.body)
    }).pipe(Effect.provide(partners({ undo_a: "never" }))))

  it.effect("undoes completed steps and the call whose outcome is unknown, and the run ends cancelled", () =>
    Effect.gen(function*() {
      const { cancelling } = yield* submitted(world)
      yield* cancelling.cancel((yield* the).runId, { reason: "undo it", compensate: true })
      yield* settle
      const { state, reason, status, steps } = yield* the
      assert.deepStrictEqual([state, reason, status], ["cancelled", "undo it", "New"])
      assert.deepStrictEqual(steps.slice(2), ["c cancelled", "c_compensation succeeded", "a_compensation succeeded"])
    }).pipe(Effect.provide(partners({ c: "never" }))))

  it.effect("also starts if the run was released and another process claims it", () =>
    Effect.gen(function*() {
      const slow = { ...refusing, retry: { delaysMs: [3_600_000] } }
      const { cancelling } = yield* submitted({
        pipelines: [pipeline([callout("a", {}, undo("a")), callout("d", slow, undo("d"))])]
      })
      assert.isUndefined((yield* the).run.owner)
      yield* Effect.forkChild(cancelling.cancel((yield* the).runId, { compensate: true }))
      yield* settle
      const { state, steps } = yield* the
      assert.strictEqual(state, "cancelled")
      assert.deepStrictEqual(steps, ["a succeeded", "d cancelled", "a_compensation succeeded"])
    }).pipe(Effect.provide(partners({ d: 500 }))))

  it.effect("ends at once if a second cancel wants none, and keeps what was undone", () =>
    Effect.gen(function*() {
      const { cancelling } = yield* submitted(world)
      assert.strictEqual((yield* the).state, "compensating")
      yield* cancelling.cancel((yield* the).runId, { reason: "leave it" })
      const { state, reason, steps, outcomes } = yield* the
      assert.deepStrictEqual([state, reason], ["cancelled", "leave it"])
      assert.deepStrictEqual(steps.slice(4), ["c_compensation cancelled"])
      assert.strictEqual(outcomes.at(-1), "5.1 cancelled?")
    }).pipe(Effect.provide(partners({ d: 500, undo_c: "never" }))))
})

/** A partner that does the work and loses its first answers; its probe tells the truth. */
const forgetful = (lost: number) => {
  const done = new Set<string>()
  let works = 0
  const layer = stand((request) => {
    switch (host(request)) {
      case "a": {
        works++
        // Without a key to tell repeats by: what is asked twice is done twice.
        done.add(request.headers["idempotency-key"] + String(works))
        return works <= lost ? Effect.never : respond(200, { number: "n1" })
      }
      case "probe_a":
        return done.size > 0 ? respond(200, { number: "n1" }) : respond(404)
      case "undo_a":
        done.clear()
        return respond(200)
      default:
        return respond(host(request) === "d" ? 500 : 200)
    }
  })
  return { layer, works: () => works, done }
}

describe("a partner that did the work and lost the answer", () => {
  const retried = workflow("a", {}, [])
  const asking = {
    pipelines: [
      pipeline([{ ...retried, ...probe("a") }, callout("b", { headers: { x: "{% callouts.a.body.number %}" } })])
    ]
  }

  const partner = forgetful(1)
  it.effect("is probed before the call is repeated: the probe's answer counts, and nothing is done twice", () =>
    Effect.gen(function*() {
      yield* submitted(asking)
      yield* TestClock.adjust(31_000)
      yield* settle
      const { state, steps, outcomes, asked, requests } = yield* the
      assert.deepStrictEqual([state, partner.works()], ["completed", 1])
      assert.deepStrictEqual(steps, ["a succeeded", "b succeeded"])
      assert.deepStrictEqual(outcomes.slice(0, 2), ["0.1 timed-out?", "0.1 probe succeeded"])
      assert.deepStrictEqual(asked, ["POST a", "GET probe_a", "POST b"])
      assert.strictEqual(requests[2]!.headers["x"], "n1")
    }).pipe(Effect.provide(partner.layer)))

  const interrupted = forgetful(1)
  it.effect("is probed after a takeover, too", () =>
    Effect.gen(function*() {
      yield* submitted(asking)
      yield* takenOver(asking)
      const { state, outcomes, asked } = yield* the
      assert.deepStrictEqual([state, interrupted.works()], ["completed", 1])
      assert.deepStrictEqual(outcomes.slice(0, 2), ["0.1 interrupted?", "0.1 probe succeeded"])
      assert.deepStrictEqual(asked, ["POST a", "GET probe_a", "POST b"])
    }).pipe(Effect.provide(interrupted.layer)))

  it.effect("is called once more under the same key where its probe says that it did not happen", () =>
    Effect.gen(function*() {
      yield* submitted(asking)
      yield* TestClock.adjust(31_000)
      yield* settle
      const { state, requests, asked } = yield* the
      assert.strictEqual(state, "completed")
      assert.deepStrictEqual(asked, ["POST a", "GET probe_a", "POST a", "POST b"])
      const [first, question, second] = requests.map(({ headers }) => headers["idempotency-key"])
      assert.strictEqual(first, second)
      assert.notStrictEqual(first, question)
      assert.isUndefined(requests[1]!.body)
    }).pipe(
      Effect.provide(
        stand((request, index) =>
          index === 0 ? Effect.never : respond(host(request) === "probe_a" ? 404 : 200, { number: "n1" })
        )
      )
    ))

  const failing = {
    pipelines: [pipeline([
      callout("b", {}, undo("b")),
      callout("a", {}, { critical: true, ...undo("a"), ...probe("a") })
    ])]
  }

  const undone = forgetful(1)
  it.effect("is probed before its call is compensated, and a call that happened is undone", () =>
    Effect.gen(function*() {
      yield* submitted(failing)
      yield* TestClock.adjust(2000)
      yield* settle
      const { state, steps, asked } = yield* the
      assert.deepStrictEqual([state, undone.done.size], ["failed", 0])
      assert.deepStrictEqual(asked.slice(2), ["GET probe_a", "POST undo_a", "POST undo_b"])
      assert.deepStrictEqual(steps.slice(2), ["a_compensation succeeded", "b_compensation succeeded"])
    }).pipe(Effect.provide(undone.layer)))

  it.effect("is probed before its call is compensated, and a call that did not happen is not undone", () =>
    Effect.gen(function*() {
      yield* submitted(failing)
      yield* TestClock.adjust(2000)
      yield* settle
      const { state, steps, asked } = yield* the
      assert.strictEqual(state, "failed")
      assert.deepStrictEqual(asked.slice(2), ["GET probe_a", "POST undo_b"])
      assert.deepStrictEqual(steps.slice(2), ["a_compensation skipped", "b_compensation succeeded"])
    }).pipe(Effect.provide(partners({ a: "never", probe_a: 404 }))))

  it.effect("is not probed before the compensation of a call that is known to have happened", () =>
    Effect.gen(function*() {
      yield* submitted({
        pipelines: [pipeline([
          callout("a", {}, { ...undo("a"), ...probe("a") }),
          callout("d", refusing, { critical: true })
        ])]
      })
      assert.deepStrictEqual((yield* the).asked, ["POST a", "POST d", "POST undo_a"])
    }).pipe(Effect.provide(partners({ d: 500 }))))
})

/** A call that times out at once, and a probe that answers with these statuses, then with the last of them. */
const unclear = (...statuses: ReadonlyArray<number>) => {
  let asks = 0
  let calls = 0
  return stand((request) => {
    if (host(request) === "a") return calls++ === 0 ? Effect.never : respond(200)
    if (host(request) !== "probe_a") return respond(200)
    const status = statuses[Math.min(asks++, statuses.length - 1)]!
    return status === 0 ? Effect.never : respond(status, { number: "n1" })
  })
}

const retried = (members: Partial<Step> = {}) => ({
  pipelines: [
    pipeline([
      callout("a", { retry: { delaysMs: [100] } }, { critical: true, ...probe("a"), ...members }),
      callout("b")
    ])
  ]
})

/** The times of the questions in seconds after the first. */
const questions = Effect.map(the, ({ run }) => {
  const times = run.callouts.flatMap(({ record }) => record.probe === true ? [record.startedAt] : [])
  return times.map((at) => Math.round((at - times[0]!) / 1000))
})

describe("a probe that cannot tell", () => {
  it.effect("is asked again after 1, 5 and 15 s; then the step fails, and the call is not repeated", () =>
    Effect.gen(function*() {
      yield* submitted(retried())
      yield* TestClock.adjust("1 minute")
      const { asked, rows, state, steps } = yield* the
      assert.deepStrictEqual(asked, ["POST a", ...Array.from({ length: 4 }, () => "GET probe_a")])
      assert.deepStrictEqual(yield* questions, [0, 1, 6, 21])
      assert.deepStrictEqual([state, steps], ["failed", ["a failed"]])
      assert.deepStrictEqual(rows[0]?.error, {
        name: "calloutPlugin",
        kind: "unknown",
        message: "it is not known whether the call took effect, and it is not repeated: "
          + "the probe was answered 503: whether it happened stays unknown"
      })
    }).pipe(Effect.provide(unclear(503))))

  it.effect("for want of an answer is asked again, too", () =>
    Effect.gen(function*() {
      yield* submitted(retried())
      yield* TestClock.adjust("1 minute")
      assert.match((yield* the).rows[0]?.error?.message ?? "", /the probe ended timed-out/)
    }).pipe(Effect.provide(unclear(0))))

  it.effect("may give the answer in the end", () =>
    Effect.gen(function*() {
      yield* submitted(retried())
      yield* TestClock.adjust("1 minute")
      const { asked, state } = yield* the
      assert.deepStrictEqual(asked, ["POST a", "GET probe_a", "GET probe_a", "GET probe_a", "POST b"])
      assert.strictEqual(state, "completed")
    }).pipe(Effect.provide(unclear(500, 503, 200))))

  it.effect("is asked four times in all, by all processes together", () =>
    Effect.gen(function*() {
      yield* submitted(retried())
      yield* TestClock.adjust("5 seconds")
      yield* takenOver(retried())
      yield* TestClock.adjust("1 minute")
      const { asked, rows } = yield* the
      assert.strictEqual(asked.filter((one) => one === "GET probe_a").length, 4)
      assert.deepStrictEqual([asked[0], asked.at(-1), rows[0]?.error?.kind], ["POST a", "GET probe_a", "unknown"])
    }).pipe(Effect.provide(unclear(503))))

  it.effect("makes a step that holds wait; each further try asks it first", () =>
    Effect.gen(function*() {
      yield* submitted(retried({ onUnavailable: "hold" }))
      yield* TestClock.adjust("25 seconds")
      assert.strictEqual((yield* the).state, "waiting")
      yield* TestClock.adjust("1 hour")
      const { asked, state } = yield* the
      assert.strictEqual(state, "completed")
      assert.deepStrictEqual(asked.filter((one) => one !== "GET probe_a"), ["POST a", "POST a", "POST b"])
      assert.deepStrictEqual(yield* questions, [0, 1, 6, 21, 22, 24])
    }).pipe(Effect.provide(unclear(503, 503, 503, 503, 503, 404))))

  it.effect("fails a compensation, and the others are still made", () =>
    Effect.gen(function*() {
      yield* submitted({
        pipelines: [pipeline([
          callout("b", {}, undo("b")),
          callout("a", {}, { critical: true, ...undo("a"), ...probe("a") })
        ])]
      })
      yield* TestClock.adjust("1 minute")
      const { asked, rows, state, steps } = yield* the
      assert.strictEqual(state, "compensation-failed")
      assert.deepStrictEqual(steps.slice(2), ["a_compensation failed", "b_compensation succeeded"])
      assert.strictEqual(rows[2]?.error?.kind, "unknown")
      assert.notInclude(asked, "POST undo_a")
    }).pipe(Effect.provide(unclear(503))))
})
