import { timestamptz } from "@effect/sql-pg/PgTypes"
import { assert, layer } from "@effect/vitest"
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import type { Outcome } from "@sluice/domain/callout/Outcome"
import { processEventId } from "@sluice/domain/identity/Ids"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Settings } from "@sluice/engine/settings/Settings"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Orders } from "../../src/queries/Orders.ts"
import { type ProcessEventFilters, ProcessEvents } from "../../src/queries/ProcessEvents.ts"
import { encodeBody, encodeCallout, encodeStep } from "../../src/records/CalloutCodec.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const uuid = (at: number) => `${at.toString(16).padStart(8, "0")}-0000-7000-8000-000000000000`
const noSettings = Layer.succeed(Settings, {
  current: () => ({ pipelines: [], connectors: [], authProviders: [], secrets: [] }),
  pipeline: () => Effect.succeed(undefined)
})

const nobody = "00000000-0000-0000-0000-000000000000"

interface Failure {
  readonly stepId: string
  readonly host: string
  readonly outcome: Outcome
  readonly resolved?: boolean
}

/** Stores run `n` over the order of that number. */
const storeRun = Effect.fnUntraced(
  function*(
    n: number,
    state: RunState,
    failure?: Failure,
    more: { readonly retryOf?: number; readonly order?: number } = {}
  ) {
    const sql = yield* SqlClient.SqlClient
    const [orderId, id] = [`order-${more.order ?? n}`, uuid(n)]
    const at = timestamptz(n)
    if (more.order === undefined) {
      const doc = JSON.stringify({
        id: orderId,
        orderType: "T",
        customerEmail: `c${n}@example.com`,
        externalId: `Web-${n}`
      })
      yield* sql`INSERT INTO orders (id, external_id, order_type, status, version, created_at, updated_at, event_id, run_id)
        VALUES (${orderId}, ${`Web-${n}`}, 'T', 'New', 1, ${at}, ${at}, ${uuid(n + 500)}, ${id})`
      yield* sql`INSERT INTO order_versions (order_id, version, doc) VALUES (${orderId}, 1, ${doc})`
    }
    const ended = state === "running" ? null : at
    yield* sql`INSERT INTO runs (id, order_id, event_id, pipeline, pipeline_version, state, owner, created_at, started_at,
        finished_at, failed_steps, retry_of)
      VALUES (${id}, ${orderId}, ${uuid(n + 500)}, 'p', 1, ${state}, ${
      state === "running" ? nobody : null
    }, ${at}, ${at},
        ${ended}, ${failure === undefined || failure.resolved === true ? 0 : 1}, ${
      more.retryOf === undefined ? null : uuid(more.retryOf)
    })`
    if (failure === undefined) return
    yield* sql`INSERT INTO steps (run_id, index, state, next_version, record)
      VALUES (${id}, 0, ${failure.resolved === true ? "succeeded" : "failed"}, 1, ${
      encodeStep({
        index: 0,
        phase: "steps",
        stepId: failure.stepId,
        name: "calloutPlugin",
        critical: true,
        state: "failed",
        reason: `${failure.stepId} was refused`,
        startedAt: n,
        finishedAt: n,
        // What a partner answered is no resolution.
        output: { resolution: { reason: "by hand", at: n } },
        ...(failure.resolved === true && { resolution: { reason: "by hand", at: n } })
      })
    })`
    for (
      const [attempt, [host, outcome]] of ([["other.example", "unreachable"], [failure.host, failure.outcome]] as const)
        .entries()
    ) {
      const record: CalloutRecord = {
        id: uuid(1000 * n + attempt),
        request: 0,
        attempt: attempt + 1,
        endpoint: `https://${host}/api`,
        method: "POST",
        idempotencyKey: "key",
        orderVersion: 1,
        startedAt: n,
        durationMs: 1,
        headers: {},
        body: { form: "order" },
        outcome
      }
      yield* sql`INSERT INTO callouts (run_id, id, step, outcome, record, form, body, response)
        VALUES (${id}, ${record.id}, 0, ${outcome}, ${encodeCallout(record)}, 'order', ${
        encodeBody(record.body)
      }, NULL)`
    }
  }
)

const filled = Effect.gen(function*() {
  yield* storeRun(1, "completed")
  yield* storeRun(2, "failed", { stepId: "pay", host: "billing.example:8443", outcome: "rejected" })
  yield* storeRun(3, "failed", { stepId: "ship", host: "ship.example", outcome: "timed-out" })
  yield* storeRun(4, "failed", { stepId: "ship", host: "ship.example", outcome: "timed-out", resolved: true })
  yield* storeRun(5, "cancelled")
  yield* storeRun(6, "compensation-failed", {
    stepId: "pay",
    host: "billing.example:8443",
    outcome: "invalid-response"
  })
  yield* storeRun(7, "running", undefined, { order: 3, retryOf: 3 })
  const sql = yield* SqlClient.SqlClient
  for (
    const [n, waits] of [[8, sql`held_for = 'held.example'`], [9, sql`due_at = now() + interval '1 hour'`]] as const
  ) {
    yield* storeRun(n, "running", { stepId: "ask", host: "later.example", outcome: "succeeded" })
    yield* sql`delete from steps where run_id = ${uuid(n)}`
    yield* sql`update runs set state = 'waiting', owner = null, failed_steps = 0, ${waits} where id = ${uuid(n)}`
  }
})

layer(
  Layer.mergeAll(ProcessEvents.layer, Orders.layer).pipe(
    Layer.provide([noSettings, Plugins.layer([])]),
    Layer.provideMerge(DatabaseTest.layer)
  )
)("the details of runs in lists", (it) => {
  it.effect("come from the failed step, its last callout, the order and the newest retry", () =>
    Effect.gen(function*() {
      yield* filled
      const events = yield* ProcessEvents
      const { items } = yield* events.list({}, { limit: 50 })
      const details = items.map(({ customerEmail, externalId, failedStep, id, partner, reason, retriedBy }) => ({
        id,
        ...(reason !== undefined && { reason }),
        failedStep,
        partner,
        customerEmail,
        externalId,
        retriedBy
      }))
      assert.deepStrictEqual(details.slice(6, 8), [
        {
          id: processEventId(uuid(3)),
          reason: "ship was refused",
          failedStep: "ship",
          partner: "ship.example",
          customerEmail: "c3@example.com",
          externalId: "Web-3",
          retriedBy: processEventId(uuid(7))
        },
        {
          id: processEventId(uuid(2)),
          reason: "pay was refused",
          failedStep: "pay",
          partner: "billing.example:8443",
          customerEmail: "c2@example.com",
          externalId: "Web-2",
          retriedBy: undefined
        }
      ])
      assert.strictEqual(details.at(-1)?.failedStep, undefined)
      const open = yield* events.list({ settled: false }, { limit: 50 })
      const ended = items.filter(({ state }) => state === "failed" || state === "compensation-failed")
      assert.isAbove(ended.length, open.items.length)
      assert.deepStrictEqual(
        ended.filter(({ settled }) => settled === false).map(({ id }) => id),
        open.items.map(({ id }) => id)
      )
      assert.isTrue(items.every(({ settled, state }) => (settled === undefined) === !state.includes("failed")))

      const table: ReadonlyArray<readonly [string, ProcessEventFilters, ReadonlyArray<number>]> = [
        ["the step that failed", { step: "ship" }, [3]],
        ["a part of a step's name", { step: "shi" }, []],
        ["the host that was called last, with its port", { partner: "billing.example:8443" }, [6, 2]],
        ["a host that was called before the last", { partner: "other.example" }, []],
        ["a host for which a run is held", { partner: "Held.example" }, [8]],
        ["a host to whose last call the answer comes later", { partner: "later.example" }, [9]],
        [
          "a host for which a run waits, and the outcome of a failure",
          { partner: "held.example", outcome: "rejected" },
          []
        ],
        ["the last outcome", { outcome: "timed-out" }, [3]],
        ["an earlier outcome", { outcome: "unreachable" }, []],
        ["failures to put right", { settled: false }, [6, 2]],
        ["every other run that ended", { settled: true }, [5, 4, 3, 1]],
        ["both a step and what remains to be done", { step: "pay", settled: false }, [6, 2]],
        ["a part of the external id, in any case", { q: "WEB-3" }, [7, 3]],
        ["a part of the order's id", { q: "rder-2" }, [2]],
        ["a part of the run's id", { q: processEventId(uuid(6)).slice(0, -20) }, [6]],
        ["a part that no id has", { q: "nothing" }, []]
      ]
      for (const [what, filters, expected] of table) {
        const { items } = yield* events.list(filters, { limit: 50 })
        assert.deepStrictEqual(items.map(({ id }) => id), expected.map((n) => processEventId(uuid(n))), what)
      }
    }))

  it.effect("orders are listed with their newest run, and found by a part of an id", () =>
    Effect.gen(function*() {
      const orders = yield* Orders
      const { items } = yield* orders.list({ q: "web-3" }, { limit: 50 })
      assert.deepStrictEqual(items.map(({ id, lastRun }) => ({ id, lastRun })), [
        { id: "order-3", lastRun: { processEventId: processEventId(uuid(7)), state: "running" } }
      ])
      const events = yield* ProcessEvents
      const runs = yield* events.list({}, { limit: 50 })
      const settledOf = new Map(runs.items.map(({ id, settled }) => [id, settled]))
      const all = yield* orders.list({}, { limit: 50 })
      const failures = all.items.filter(({ lastRun }) => lastRun?.settled !== undefined)
      assert.isNotEmpty(failures)
      for (const { lastRun } of all.items) {
        assert.strictEqual(lastRun?.settled, lastRun && settledOf.get(lastRun.processEventId), lastRun?.state)
      }
    }))
})
