/** Steps with `blocking: false`: the run does not wait, and the call is a message. Contract: section 6. */
import { assert, describe, it } from "@effect/vitest"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { Effect } from "effect"
import { callout, pipeline, respond, type World } from "../Harness.ts"
import { settle, stand, submitted, takenOver, the } from "../Stand.ts"

const told = callout("told", {
  endpoint: "https://told.example/orders?token=shh-not-stored",
  method: "PUT",
  body: { said: "{% order.orderType %}" },
  headers: { "x-api-key": "shh-not-stored", "x-order": "{% order.id %}" },
  timeoutValue: 7000,
  shouldRejectOn: { status: [404] }
}, { blocking: false })

const world: World = { pipelines: [pipeline([told, callout("after")])], secrets: ["shh-not-stored"] }

const messages = Effect.map(JournalStore, ({ orders }) => orders.get("o-1")?.messages ?? [])

const answered = stand(() => respond(200))

describe("a step with blocking: false", () => {
  it.effect("succeeds at once with a message that says all but the secrets, and the run goes on", () =>
    Effect.gen(function*() {
      yield* submitted(world)
      const { asked, outcomes, rows, runId, state } = yield* the
      assert.strictEqual(state, "completed")
      assert.deepStrictEqual(asked, ["POST after"], "nothing is sent by the run itself")
      assert.deepStrictEqual(outcomes, ["1.1 succeeded"])
      const [message, ...others] = yield* messages
      assert.lengthOf(others, 0)
      assert.strictEqual(rows[0]?.reason, `sent as delivery delivery-${message?.id.replaceAll("-", "")}`)
      assert.strictEqual(rows[0]?.state, "succeeded")
      assert.notInclude(JSON.stringify(message), "shh-not-stored")
      assert.deepInclude(message, {
        type: "callout",
        url: "https://told.example/orders?token=[redacted]",
        headers: { "x-order": "o-1" },
        body: "{\"said\":\"NEW_ORDER\"}",
        timeoutMs: 7000,
        idempotencyKey: `${runId.replaceAll("-", "")}-0-0`,
        callout: { runId, index: 0, orderVersion: 1, method: "PUT", form: "text", rejectOn: [404] }
      })
    }).pipe(Effect.provide(answered)))

  it.effect("refers to the order's version instead of copying it into its records", () =>
    Effect.gen(function*() {
      yield* submitted({ pipelines: [pipeline([callout("told", {}, { blocking: false })])] })
      const [message] = yield* messages
      assert.deepInclude(message?.callout, { method: "POST", form: "order", orderVersion: 1, rejectOn: [] })
      assert.strictEqual(JSON.parse(message?.body ?? "").id, "o-1")
    }).pipe(Effect.provide(answered)))

  it.effect("leaves one message, however often the run is taken over", () =>
    Effect.gen(function*() {
      yield* submitted(world)
      yield* takenOver(world)
      assert.lengthOf(yield* messages, 1)
    }).pipe(Effect.provide(stand((request) => request.url.includes("after") ? Effect.never : respond(200)))))

  it.effect("leaves its message, however the run ends", () =>
    Effect.gen(function*() {
      yield* submitted({
        pipelines: [
          pipeline([told, callout("after", { shouldRejectOn: { status: [500] } }, { critical: true })])
        ]
      })
      assert.strictEqual((yield* the).state, "failed")
      assert.lengthOf(yield* messages, 1)
    }).pipe(Effect.provide(stand(() => respond(500)))))

  it.effect("that was not begun when the run was cancelled leaves no message, also after a takeover", () =>
    Effect.gen(function*() {
      const waiting: World = { pipelines: [pipeline([callout("first"), told])] }
      const process = yield* submitted(waiting)
      const { runId } = yield* the
      yield* Effect.flatMap(JournalStore, ({ killAll }) => killAll)
      yield* Effect.ignore(process.cancelling.request(runId, { reason: "no more" }))
      yield* takenOver(waiting)
      yield* settle
      const { state, steps } = yield* the
      assert.strictEqual(state, "cancelled")
      assert.isFalse(steps.includes("told succeeded"), steps.join())
      assert.lengthOf(yield* messages, 0)
    }).pipe(Effect.provide(stand(() => Effect.never))))
})
