/** Readers show what the journal has acknowledged, at once and as it was written. */
import { assert, describe, it } from "@effect/vitest"
import { processEventId } from "@sluice/domain/identity/Ids"
import { Journal } from "@sluice/engine/journal/Journal"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Settings } from "@sluice/engine/settings/Settings"
import { entryOf, finished, record, stepAt, submission, writeOn } from "@sluice/engine/testing/JournalFixtures"
import { Effect, Layer } from "effect"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import { Orders } from "../../src/queries/Orders.ts"
import { ProcessEvents } from "../../src/queries/ProcessEvents.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const settings = Layer.succeed(Settings, {
  current: () => ({ pipelines: [], connectors: [], authProviders: [], secrets: [] }),
  pipeline: () => Effect.undefined
})

const layer = Layer.mergeAll(Orders.layer, ProcessEvents.layer, JournalPg.layer()).pipe(
  Layer.provide([settings, Plugins.layer([])]),
  Layer.provideMerge(DatabaseTest.layer)
)

describe("ReadBack", () => {
  it.effect("a run's order, versions, history, steps and callouts can be read once their commit is answered", () =>
    Effect.gen(function*() {
      const journal = yield* Journal
      const orders = yield* Orders
      const events = yield* ProcessEvents
      const submitted = submission({ externalId: "web-1" })
      const { id } = submitted.document.order
      const intake = yield* journal.accept(submitted)
      if (intake._tag !== "Accepted") return assert.fail(intake._tag)
      const event = processEventId(intake.run.runId)
      assert.strictEqual((yield* orders.get(id)).text, submitted.document.text)
      assert.strictEqual((yield* events.get(event)).state, "running")

      const write = writeOn(submitted.document, { status: "Provisioned" })
      const error = { name: "calloutPlugin", message: "This operation was aborted" }
      yield* journal.commit(entryOf(intake.run, {
        callouts: [{ index: 0, record: record({ outcome: "timed-out", error: { message: error.message } }) }],
        step: stepAt(0, { state: "failed", error }),
        write,
        history: [{ at: "2026-11-22T16:00:00.000Z", operation: "StatusChanged", message: "m", source: "step0" }],
        finish: { ...finished.finish, failedSteps: 1 }
      }))

      assert.deepStrictEqual(yield* orders.get(id), { id, version: 2, text: write.document.text })
      assert.strictEqual((yield* orders.version(id, 1)).text, submitted.document.text)
      const found = yield* orders.list({ externalId: "web-1", status: "Provisioned" }, { limit: 5 })
      assert.deepStrictEqual(found.items.map((order) => order.version), [2])
      const history = yield* orders.history(id, { limit: 5 })
      assert.deepStrictEqual(history.items.map(({ operation }) => operation), ["OrderCreated", "StatusChanged"])

      const shown = yield* events.get(event)
      assert.deepStrictEqual([shown.state, shown.failedSteps, shown.pluginErrorOutput], ["completed", 1, [error]])
      const callout = shown.steps[0]?.callouts[0]
      assert.deepStrictEqual(callout?.error, { name: "timed-out", message: error.message })
      // What was sent is the version that the record names, not the newest.
      assert.strictEqual(JSON.stringify(callout?.request?.body), submitted.document.text)
      const failed = yield* events.list({ errorsOnly: true, orderId: id }, { limit: 5 })
      assert.deepStrictEqual(failed.items.map((item) => item.id), [event])
    }).pipe(Effect.provide(layer)))
})
