import { timestamptz } from "@effect/sql-pg/PgTypes"
import { assert, describe, it } from "@effect/vitest"
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { calloutId, processEventId } from "@sluice/domain/identity/Ids"
import * as Json from "@sluice/domain/json/Json"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import { workflowBody } from "@sluice/domain/workflow/WorkflowBody"
import type { StepRow } from "@sluice/engine/journal/Journal"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Settings } from "@sluice/engine/settings/Settings"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { CalloutUnknown, ProcessEvents, ProcessEventUnknown } from "../../src/queries/ProcessEvents.ts"
import { encodeBody, encodeCallout, encodeStep } from "../../src/records/CalloutCodec.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const step = (id: string): Step => ({ name: "calloutPlugin", id, active: true, scope: {}, options: {} })

const pipeline: Pipeline = {
  name: "p",
  version: 3,
  match: {},
  priority: 0,
  failedStatus: "Failed",
  steps: [step("one"), step("two")],
  postProcessing: []
}

const settings = Layer.succeed(Settings, {
  current: () => ({ pipelines: [pipeline], connectors: [], authProviders: [], secrets: [] }),
  pipeline: (name, version) => Effect.succeed(name === "p" && version === 3 ? pipeline : undefined)
})

const layer = ProcessEvents.layer.pipe(
  Layer.provide([settings, Plugins.layer([])]),
  Layer.provideMerge(DatabaseTest.layer)
)

/** A UUIDv7 of a time. */
const uuid = (at: number, n = 0) =>
  `${at.toString(16).padStart(12, "0").replace(/(.{8})/, "$1-")}-7000-8000-${n.toString(16).padStart(12, "0")}`

interface GivenRun {
  readonly at: number
  readonly state?: string
  readonly orderId?: string
  readonly pipeline?: string
  readonly failedSteps?: number
  readonly finishedAt?: number
}

const storeRun = Effect.fnUntraced(function*(given: GivenRun) {
  const sql = yield* SqlClient.SqlClient
  const at = timestamptz(given.at)
  yield* sql`INSERT INTO runs (id, order_id, event_id, pipeline, pipeline_version, state, owner, start_version,
      created_at, started_at, finished_at, failed_steps)
    VALUES (${uuid(given.at)}, ${given.orderId ?? `o${given.at}`}, ${uuid(given.at, 1)}, ${given.pipeline ?? "p"}, 3,
      ${given.state ?? "running"}, ${uuid(0)}, 1, ${at}, ${at}, ${timestamptz(given.finishedAt ?? null)}, ${
    given.failedSteps ?? 0
  })`
  return uuid(given.at)
})

const storeVersion = Effect.fnUntraced(function*(orderId: string, version: number, doc: string) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO order_versions (order_id, version, doc) VALUES (${orderId}, ${version}, ${doc})`
})

const storeStep = Effect.fnUntraced(function*(runId: string, row: StepRow) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO steps (run_id, index, state, next_version, record)
    VALUES (${runId}, ${row.index}, ${row.state}, 1, ${encodeStep(row)})`
})

const storeCallout = Effect.fnUntraced(function*(runId: string, step: number, record: CalloutRecord) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO callouts (run_id, id, step, outcome, record, form, body, response)
    VALUES (${runId}, ${record.id}, ${step}, ${record.outcome}, ${encodeCallout(record)}, ${record.body.form},
      ${encodeBody(record.body)}, ${record.response?.body ?? null})`
})

const size = (text: string) => new TextEncoder().encode(text).length

/** The address of the bodies of callout `n` of the run of time 1000. */
const href = (n: number) => `/v1/process-events/${processEventId(uuid(1_000))}/callouts/${calloutId(uuid(5_000 + n))}`

const bytes = (text: string) => new TextEncoder().encode(text)

const record = (n: number, given: Partial<CalloutRecord> = {}): CalloutRecord => ({
  id: uuid(5_000 + n),
  request: 0,
  attempt: 1,
  endpoint: "https://partner.example/",
  method: "POST",
  idempotencyKey: "key",
  orderVersion: 1,
  startedAt: 5_000,
  durationMs: 12,
  headers: { "content-type": "application/json" },
  body: { form: "order" },
  outcome: "succeeded",
  ...given
})

const answer = (body: Uint8Array | string) => ({
  response: { status: 200, headers: {}, body: typeof body === "string" ? bytes(body) : body }
})

const order = `{"id":"o","orderType":"NEW_ORDER","big":12345678901234567890}`

/** The callouts of the first step of a run that has these records. */
const shownCallouts = Effect.fnUntraced(function*(records: ReadonlyArray<CalloutRecord>, doc = order) {
  const runId = yield* storeRun({ at: 1_000, orderId: "o" })
  yield* storeVersion("o", 1, doc)
  yield* Effect.forEach(records, (record) => storeCallout(runId, 0, record))
  const events = yield* ProcessEvents
  const event = yield* events.get(processEventId(runId))
  return event.steps[0]?.callouts ?? []
})

describe("ProcessEvents", () => {
  it.effect("shows the whole run: ended steps, the running one, durations and errors", () =>
    Effect.gen(function*() {
      const events = yield* ProcessEvents
      const runId = yield* storeRun({ at: 1_000, orderId: "o", failedSteps: 1 })
      const error = { name: "calloutPlugin", message: "timed out" }
      yield* storeStep(runId, {
        index: 0,
        phase: "steps",
        stepId: "one",
        name: "calloutPlugin",
        critical: false,
        state: "failed",
        startedAt: 1_000,
        finishedAt: 1_250,
        output: { big: Json.parse("98765432109876543210") },
        error
      })
      const event = yield* events.get(processEventId(runId))
      assert.deepStrictEqual(event.pipeline, { name: "p", version: 3 })
      assert.deepStrictEqual(event.steps.map(({ id, state, durationMs }) => [id, state, durationMs]), [
        ["one", "failed", 250],
        ["two", "running", undefined]
      ])
      assert.deepStrictEqual(event.pluginErrorOutput, [error])
      assert.isUndefined(event.durationMs)
      assert.include(Json.stringify(event as unknown as Json.Json), "98765432109876543210")
    }).pipe(Effect.provide(layer)))

  it.effect("rebuilds each form of request body, digit for digit", () =>
    Effect.gen(function*() {
      const tail = `"WorkflowStep":{"Name":"w"}`
      const callouts = yield* shownCallouts([
        record(1),
        record(2, { attempt: 2, body: { form: "workflow", tail } }),
        record(3, { attempt: 3, body: { form: "text", text: `{"token":"[redacted]"}` } }),
        record(4, { attempt: 4, body: { form: "text", text: "not JSON" } })
      ])
      const bodies = callouts.map(({ request }) => request?.body)
      assert.strictEqual(JSON.stringify(bodies[0]), order)
      assert.strictEqual(JSON.stringify(bodies[1]), workflowBody(order, tail))
      assert.deepStrictEqual(bodies.slice(2), [{ token: "[redacted]" }, "not JSON"])
    }).pipe(Effect.provide(layer)))

  it.effect("shows responses as JSON if they are JSON, else as text, and bytes that are not UTF-8 as null", () =>
    Effect.gen(function*() {
      const answers = [`{"n":12345678901234567890}`, "plain", "", new Uint8Array([0x61, 0xff, 0x00, 0x62])]
      const callouts = yield* shownCallouts(answers.map((body, n) => record(n, { attempt: n + 1, ...answer(body) })))
      assert.deepStrictEqual(
        callouts.map(({ response }) => JSON.stringify(response?.body)),
        [`{"n":12345678901234567890}`, `"plain"`, `""`, "null"]
      )
    }).pipe(Effect.provide(layer)))

  it.effect("orders the attempts by request and number, not by the clocks of the processes that made them", () =>
    Effect.gen(function*() {
      const callouts = yield* shownCallouts([
        record(9, { attempt: 1 }),
        record(3, { attempt: 2 }),
        record(5, { request: 1, attempt: 1 }),
        record(1, { request: 1, attempt: 2 })
      ])
      assert.deepStrictEqual(callouts.map(({ id }) => id), [9, 3, 5, 1].map((n) => calloutId(uuid(5_000 + n))))
    }).pipe(Effect.provide(layer)))

  it.effect("refers to bodies over 64 KiB of every form, and serves them whole on their own route", () =>
    Effect.gen(function*() {
      const events = yield* ProcessEvents
      const long = `{"id":"o","orderType":"NEW_ORDER","note":"${"é".repeat(40_000)}"}`
      const tail = `"WorkflowStep":{}`
      const text = "x".repeat(65_537)
      const records = [
        record(1, answer(text)),
        record(2, { attempt: 2, body: { form: "workflow", tail } }),
        record(3, { attempt: 3, body: { form: "text", text }, ...answer("x".repeat(65_536)) })
      ]
      const callouts = yield* shownCallouts(records, long)
      assert.deepStrictEqual(callouts.map(({ request }) => request?.body), [
        { size: size(long), href: href(1) },
        { size: size(workflowBody(long, tail)), href: href(2) },
        { size: 65_537, href: href(3) }
      ])
      assert.deepStrictEqual(callouts[0]?.response?.body, { size: 65_537, href: href(1) })
      assert.strictEqual(callouts[2]?.response?.body, "x".repeat(65_536))

      const whole = yield* Effect.forEach(
        [1, 2, 3],
        (n) => events.callout(processEventId(uuid(1_000)), calloutId(uuid(5_000 + n)))
      )
      assert.deepStrictEqual(whole.map(({ request }) => JSON.stringify(request?.body)), [
        long,
        workflowBody(long, tail),
        JSON.stringify(text)
      ])
      assert.strictEqual(whole[0]?.response?.body, text)
    }).pipe(Effect.provide(layer)))

  it.effect("an unknown process event and an unknown callout are named", () =>
    Effect.gen(function*() {
      const events = yield* ProcessEvents
      const runId = yield* storeRun({ at: 1_000 })
      for (const id of ["", "x", processEventId(uuid(9)), calloutId(runId)]) {
        assert.instanceOf(yield* Effect.flip(events.get(id)), ProcessEventUnknown)
      }
      for (const id of ["x", calloutId(uuid(9)), processEventId(runId)]) {
        assert.instanceOf(yield* Effect.flip(events.callout(processEventId(runId), id)), CalloutUnknown)
      }
    }).pipe(Effect.provide(layer)))

  it.effect("lists newest first, page by page, with each filter", () =>
    Effect.gen(function*() {
      const events = yield* ProcessEvents
      yield* storeRun({ at: 1_000_000, state: "completed", orderId: "o", finishedAt: 1_000_500 })
      yield* storeRun({ at: 2_000_000, state: "failed", orderId: "o", failedSteps: 2 })
      yield* storeRun({ at: 3_000_000, pipeline: "q" })
      const names = new Map([1, 2, 3].map((n) => [processEventId(uuid(n * 1_000_000)) as string, n]))
      const list = Effect.fnUntraced(function*(filters: Parameters<typeof events.list>[0], cursor?: string) {
        const page = yield* events.list(filters, { limit: 2, cursor })
        return { ids: page.items.map(({ id }) => names.get(id)), next: page.nextCursor ?? undefined, page }
      })
      const first = yield* list({})
      assert.deepStrictEqual(first.ids, [3, 2])
      const second = yield* list({}, first.next)
      assert.deepStrictEqual([second.ids, second.next], [[1], undefined])
      assert.strictEqual(second.page.items[0]?.durationMs, 500)
      assert.strictEqual(first.page.items[1]?.failedSteps, 2)
      const cases: ReadonlyArray<[Parameters<typeof events.list>[0], ReadonlyArray<number>]> = [
        [{ state: "completed" }, [1]],
        [{ state: "failed" }, [2]],
        [{ orderId: "o" }, [2, 1]],
        [{ pipeline: "q" }, [3]],
        [{ errorsOnly: true }, [2]],
        [{ createdAfter: 1_000_000 }, [3, 2]],
        [{ createdBefore: 3_000_000 }, [2, 1]],
        [{ createdAfter: 1_000_000, createdBefore: 3_000_000, orderId: "o", errorsOnly: true }, [2]],
        [{ orderId: "a\0" }, []]
      ]
      for (const [filters, ids] of cases) assert.deepStrictEqual<unknown>((yield* list(filters)).ids, ids)
    }).pipe(Effect.provide(layer)))
})
