import { assert, layer } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { Effect, Layer, Schedule } from "effect"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

layer(Layer.merge(Sluice.layer({}), Partner.layer), { excludeTestServices: true })("issues over HTTP", (it) => {
  const setUp = Effect.gen(function*() {
    const { ask: send } = yield* Sluice
    const partner = yield* Partner
    const ask = (method: string, path: string, body?: Json, headers: Readonly<Record<string, string>> = {}) =>
      send(method, path, { body, headers })
    return { ask, partner }
  })

  it.effect("failures are grouped, counted, acknowledged, resolved, reopened and retried together", () =>
    Effect.gen(function*() {
      const { ask, partner } = yield* setUp
      yield* ask("PUT", "/v1/pipelines/failing", {
        steps: [{
          name: "calloutPlugin",
          id: "call",
          critical: true,
          options: { endpoint: `${partner.url}/call`, shouldRejectOn: { status: [500, 404] } }
        }]
      })
      const fails = Effect.fnUntraced(function*(status: number) {
        partner.answer("/call", (_, response) => void response.writeHead(status).end("{}"))
        const { json } = yield* ask("POST", "/v1/orders", { orderType: "A" }, { prefer: "wait=20" })
        assert.strictEqual(json.processEvent.state, "failed")
        return json.processEvent.id as string
      })
      const runs = [yield* fails(500), yield* fails(404), yield* fails(500)]
      const counted = (count: number) =>
        Effect.map(
          Effect.repeat(ask("GET", "/v1/issues?pipeline=failing"), {
            until: ({ json }) => json.items[0]?.count === count,
            schedule: Schedule.spaced("50 millis")
          }),
          ({ json }) => {
            assert.lengthOf(json.items, 1)
            return json.items[0]
          }
        )
      const issue = yield* counted(3)
      assert.deepInclude(issue, {
        pipeline: "failing",
        stepId: "call",
        outcome: "rejected",
        message: "callout plugin failed due to response status: [<number>]",
        state: "open",
        unsettled: 3,
        sample: runs.toReversed()
      })
      const path = `/v1/issues/${issue.id}`
      assert.deepStrictEqual((yield* ask("GET", path)).json, issue)
      assert.strictEqual((yield* ask("GET", `/v1/issues/issue-${"0".repeat(32)}`)).status, 404)
      assert.strictEqual((yield* ask("POST", `${path}/resolve`, { why: "r" })).status, 400)
      const unsettled = Effect.map(ask("GET", "/v1/process-events?settled=false"), ({ json }) => json.items.length)
      assert.strictEqual(yield* unsettled, 3)

      const known = yield* ask("POST", `${path}/acknowledge`, { reason: "case 4711" })
      assert.deepInclude(known.json, { state: "acknowledged", count: 3, unsettled: 0 }, known.text)
      assert.strictEqual(yield* unsettled, 0)
      yield* fails(500)
      assert.deepInclude(yield* counted(4), { state: "acknowledged", unsettled: 1 })

      const resolved = yield* ask("POST", `${path}/resolve`)
      assert.deepInclude(resolved.json, { state: "resolved", unsettled: 0 }, resolved.text)
      assert.lengthOf((yield* ask("GET", "/v1/issues?state=open")).json.items, 0)
      yield* fails(404)
      assert.deepInclude(yield* counted(5), { state: "open", unsettled: 1 })

      yield* ask("POST", `/v1/process-events/${runs[0]}/steps/call/resolve`, { reason: "by hand" })
      partner.answer("/call", (_, response) => void response.end("{}"))
      const retried = yield* ask("POST", `${path}/retry`, { reason: "it is back" })
      assert.strictEqual(retried.status, 202, retried.text)
      assert.deepInclude(retried.json, { kind: "retry", reason: "it is back", filter: { issue: issue.id } })
      const job = yield* Effect.repeat(ask("GET", `/v1/jobs/${retried.json.id}`), {
        until: ({ json }) => json.state === "completed",
        schedule: Schedule.spaced("50 millis")
      })
      assert.deepInclude(job.json, { total: 4, done: 4, failed: 0, skipped: 0 })
      assert.deepInclude((yield* ask("GET", path)).json, { state: "open", count: 5, unsettled: 0 })
    }))
})
