/**
 * No update of an order is ever lost: patches of partners, PATCHes with and without If-Match, and runs, interleaved at
 * random over a journal that lets others in between any two of its operations. What the order has become must be what
 * the same changes, one after the other, make of it. Contract: section 3, "An order and its runs".
 */
import { assert, it } from "@effect/vitest"
import type { JsonObject } from "@sluice/domain/json/Json"
import { isFinal } from "@sluice/domain/run/ProcessEvent"
import { EditOrder } from "@sluice/engine/commands/EditOrder"
import { Intake } from "@sluice/engine/commands/Intake"
import { Journal } from "@sluice/engine/journal/Journal"
import * as JournalMemory from "@sluice/engine/testing/JournalMemory"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { Effect, Layer, Result, Schema } from "effect"
import { TestClock } from "effect/testing"
import { partners, pipeline, process, respond, workflow } from "../Harness.ts"

const Milliseconds = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 6 }))

const Action = Schema.Struct({
  at: Milliseconds,
  does: Schema.Literals(["patch", "patch if current", "patch if first", "run"])
})
const Script = Schema.Array(Action).check(Schema.isMinLength(1), Schema.isMaxLength(12))

/** The time that the journal and the partners take, for each request. */
const Delays = Schema.Array(Milliseconds).check(Schema.isMinLength(1), Schema.isMaxLength(24))

const takingTurns = (delays: ReadonlyArray<number>) => {
  let asked = 0
  return () => delays[asked++ % delays.length] ?? 0
}

/** Lets others in before each operation. */
const slowly = (delays: ReadonlyArray<number>) => {
  const next = takingTurns(delays)
  const later = <A, E>(effect: Effect.Effect<A, E>) => Effect.suspend(() => Effect.delay(effect, next()))
  return Layer.effect(
    Journal,
    Effect.map(Journal, (journal) => ({
      ...journal,
      document: (id, version) => later(journal.document(id, version)),
      edit: (id, write, history) => later(journal.edit(id, write, history)),
      commit: (entry) => later(journal.commit(entry)),
      reprocess: (request) => later(journal.reprocess(request))
    }))
  ).pipe(Layer.provideMerge(JournalMemory.layerProcess))
}

const changeBy = (name: string): JsonObject => ({
  tags: [name],
  customerName: name,
  properties: [{ key: name, value: name }]
})

const id = "order-o"

it.effect.prop(
  "concurrent edits and runs lose no update of an order",
  [Script, Delays, Delays],
  ([script, journalDelays, partnerDelays]) => {
    let open = 0
    let calls = 0
    const answerAfter = takingTurns(partnerDelays)
    const patchOf = Effect.gen(function*() {
      open++
      assert.strictEqual(open, 1, "two runs over one order at once")
      const name = `partner-${calls++}`
      yield* Effect.sleep(answerAfter())
      open--
      return respond(200, { OrderPatch: changeBy(name) })
    })

    return Effect.gen(function*() {
      const { process, submit } = yield* Intake
      const editing = yield* EditOrder
      const journal = yield* Journal
      const store = yield* JournalStore
      yield* submit({ body: { orderType: "NEW_ORDER", id } })
      const kept: Array<{ readonly name: string; readonly version: number; readonly expected: number | undefined }> = []
      const refused: Array<string> = []

      yield* Effect.forEach(script, ({ at, does }, n) =>
        Effect.gen(function*() {
          yield* Effect.sleep(at)
          if (does === "run") return yield* process(id, {})
          const name = `api-${n}`
          const expected = does === "patch"
            ? undefined
            : does === "patch if first"
            ? 1
            : (yield* journal.document(id)).order.version
          const patched = yield* Effect.result(editing.patch(id, changeBy(name), expected))
          if (Result.isFailure(patched)) refused.push(name)
          else kept.push({ name, expected, version: patched.success.order.version })
        }).pipe(Effect.forkChild))
      yield* TestClock.adjust("1 second").pipe(
        Effect.repeat({ until: () => [...store.runs.values()].every(({ state }) => isFinal(state)), times: 60 })
      )

      assert.isTrue([...store.runs.values()].every(({ state }) => state === "completed"), "every run completes")
      assert.lengthOf([...store.runs.keys()], 1 + script.filter(({ does }) => does === "run").length)
      assert.strictEqual(kept.length + refused.length, script.filter(({ does }) => does !== "run").length)
      const versions = store.orders.get(id)!.versions.map(({ order }) => order)
      const names = [...kept.map(({ name }) => name), ...Array.from({ length: calls }, (_, n) => `partner-${n}`)]
      // The sequential model: each change, in the order in which the versions have it, onto the one before.
      const model = { tags: [] as Array<string>, name: undefined as string | undefined }
      versions.forEach((order, i) => {
        assert.strictEqual(order.version, i + 1)
        const tags = (order["tags"] ?? []) as ReadonlyArray<string>
        const added = tags.filter((tag) => !model.tags.includes(tag))
        model.tags.push(...added)
        model.name = added.at(-1) ?? model.name
        assert.isAtMost(added.length, 1)
        assert.deepStrictEqual(tags, model.tags)
        assert.strictEqual(order["customerName"], model.name)
        assert.deepStrictEqual(
          ((order["properties"] ?? []) as ReadonlyArray<JsonObject>).map(({ key }) => key),
          model.tags
        )
      })
      assert.deepStrictEqual(model.tags.toSorted(), names.toSorted())
      for (const { expected, name, version } of kept) {
        assert.strictEqual(versions[version - 1]?.["customerName"], name)
        if (expected !== undefined) {
          assert.strictEqual(version, expected + 1, "If-Match named the version that it changed")
        }
      }
    }).pipe(
      Effect.provide(
        process({ pipelines: [pipeline([workflow("a"), workflow("b")])] }, slowly(journalDelays)).pipe(
          Layer.provideMerge(Layer.mergeAll(JournalStore.layer, partners(() => patchOf)))
        )
      )
    )
  }
)
