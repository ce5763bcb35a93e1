import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import { Journal } from "@sluice/engine/journal/Journal"
import { entryOf, finished, submission } from "@sluice/engine/testing/JournalFixtures"
import { accepted } from "@sluice/engine/testing/JournalSuite"
import { Context, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { recover } from "../../src/journal/claims/Recovery.ts"
import * as JournalPostgres from "../../src/journal/JournalPostgres.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"
import { store } from "../../src/watchdog/FreezeNote.ts"

const journal = Effect.gen(function*() {
  const clients = Context.make(SqlClient.SqlClient, yield* SqlClient.SqlClient).pipe(
    Context.add(PgClient.PgClient, yield* PgClient.PgClient)
  )
  const context = yield* Layer.build(Layer.fresh(JournalPostgres.layer({}))).pipe(Effect.provideContext(clients))
  return Context.get(context, Journal)
})

describe("a step that blocked its process", () => {
  it.live("is counted by step over a separate connection, and found at the next takeover", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      const port = yield* journal
      const run = yield* accepted(port, submission({}))
      const noted = (step: number) => Effect.promise(() => store(Redacted.value(url), { runId: run.runId, step }))
      const known = Effect.map(recover([run.runId], () => false), ([found]) => found?.run.freezes)
      assert.isUndefined(yield* known)
      yield* noted(0)
      assert.deepStrictEqual(yield* known, { step: 0, times: 1 })
      yield* noted(0)
      assert.deepStrictEqual(yield* known, { step: 0, times: 2 })
      yield* noted(1)
      assert.deepStrictEqual(yield* known, { step: 1, times: 1 })
      yield* port.commit(entryOf(run, finished))
      yield* noted(1)
      assert.deepStrictEqual(yield* known, { step: 1, times: 1 })
    }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))
})
