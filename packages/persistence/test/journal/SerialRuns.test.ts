/** The engine's property test of serial runs, small and on PostgreSQL: patches of runs and edits from two processes. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, it } from "@effect/vitest"
import { type ClaimedRun, Journal } from "@sluice/engine/journal/Journal"
import { entryOf, finished, newRun, stepAt, submission, writeOn } from "@sluice/engine/testing/JournalFixtures"
import { heldOf } from "@sluice/engine/testing/JournalSuite"
import { Context, Effect, Layer, Ref, Stream } from "effect"
import { SqlClient } from "effect/sql"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const start = Effect.gen(function*() {
  const clients = Context.make(SqlClient.SqlClient, yield* SqlClient.SqlClient).pipe(
    Context.add(PgClient.PgClient, yield* PgClient.PgClient)
  )
  return Context.get(yield* Layer.build(Layer.fresh(JournalPg.layer())).pipe(Effect.provideContext(clients)), Journal)
})

const runs = 6
const edits = 30

it.live(
  "no update is lost between two processes that run and edit one order, and its runs are serial",
  () =>
    Effect.gen(function*() {
      const [one, other] = [yield* start, yield* start]
      const first = heldOf(yield* one.accept(submission()))
      const { orderId } = first
      const kept = yield* Ref.make<ReadonlyArray<string>>([])
      const open = yield* Ref.make(0)
      const ended = yield* Ref.make(0)

      /** Adds a tag to the newest order, and repeats that until no other writer came in between. */
      const tagged = Effect.fnUntraced(function*<E>(
        journal: Journal["Service"],
        tag: string,
        store: (write: ReturnType<typeof writeOn>) => Effect.Effect<{ readonly _tag: "Committed" | "Stale" }, E>
      ) {
        while (true) {
          const document = yield* journal.document(orderId)
          const tags = [...(document.order["tags"] ?? []) as ReadonlyArray<string>, tag]
          const { _tag } = yield* store(writeOn(document, { tags }))
          if (_tag === "Committed") return yield* Ref.update(kept, (all) => [...all, tag])
        }
      })

      const execute = Effect.fnUntraced(function*(journal: Journal["Service"], run: ClaimedRun) {
        assert.strictEqual(yield* Ref.updateAndGet(open, (count) => count + 1), 1, "two runs over one order at once")
        for (const index of [0, 1, 2]) {
          const rest = index === 2 ? { step: stepAt(index), ...finished } : { step: stepAt(index) }
          if (index === 2) yield* Ref.update(open, (count) => count - 1)
          yield* tagged(journal, `${run.runId}-${index}`, (write) => journal.commit(entryOf(run, { ...rest, write })))
        }
        yield* Ref.update(ended, (count) => count + 1)
      })

      for (const journal of [one, other]) {
        yield* Effect.forkScoped(Stream.runForEach(journal.claimed, (run) => execute(journal, run)))
      }
      yield* Effect.forkScoped(execute(one, first))
      yield* Effect.all([
        Effect.forEach(
          Array.from({ length: edits }, (_, n) => n),
          (n) => {
            const journal = n % 2 === 0 ? one : other
            return tagged(journal, `edit-${n}`, (write) => journal.edit(orderId, write, []))
          },
          { concurrency: 4 }
        ),
        Effect.forEach(Array.from({ length: runs }, (_, n) => n), (n) =>
          Effect.flatMap(
            (n % 2 === 0 ? other : one).reprocess({ orderId, run: newRun() }),
            (intake) => intake._tag === "Accepted" ? execute(n % 2 === 0 ? other : one, intake.run) : Effect.void
          ))
      ], { concurrency: 2 })
      yield* Effect.repeat(Effect.delay(Ref.get(ended), "20 millis"), { until: (count) => count === runs + 1 })

      const { order } = yield* one.document(orderId)
      const names = yield* Ref.get(kept)
      assert.lengthOf(names, edits + 3 * (runs + 1))
      assert.deepStrictEqual(((order["tags"] ?? []) as ReadonlyArray<string>).toSorted(), names.toSorted())
      assert.strictEqual(order.version, 1 + names.length)
    }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer))
)
