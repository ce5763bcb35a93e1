/**
 * The model of the database answers as PostgreSQL does: replayed from a recording, and from one that is made now. See
 * docs/exploration.md.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, it } from "@effect/vitest"
import { uuidOf } from "@sluice/domain/identity/Ids"
import { Effect, Fiber } from "effect"
import { readFile, writeFile } from "node:fs/promises"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"
import { check, parse, type Question } from "../exploration/History.ts"
import * as Recorder from "../exploration/Recorder.ts"
import { smallest } from "../exploration/Scenario.ts"

const fixture = new URL("../exploration/history.jsonl", import.meta.url)

/** The statements that no order explains. */
const unexplained = (history: ReadonlyArray<Question>): ReadonlyArray<string> => check(history).stuck

/** As if the killed process had not renewed its lease for long enough. */
const expire = "update workers set alive_until = '-infinity' where not fenced and id = any($1::uuid[])"

const recorded = Effect.gen(function*() {
  const recorder = yield* Recorder.make(yield* PgClient.PgClient, smallest)
  const a = yield* recorder.start("A")
  const workers = recorder.history.flatMap(({ parameters, text }) =>
    text.startsWith("insert into workers") ? [parameters[0]] : []
  )
  const b = yield* recorder.start("B")
  const submit = (intake: typeof a.intake) => intake.submit({ body: { orderType: "NEW" } })
  const done = yield* Effect.all([submit(a.intake), submit(b.intake), submit(a.intake), submit(b.intake)], {
    concurrency: "unbounded"
  })
  const cancel = (receipt: typeof done[number], by: typeof a) =>
    Effect.ignore(by.cancelling.cancel(uuidOf(receipt.processEventId) ?? "", {}))
  const cancelling = yield* Effect.forkChild(
    Effect.all([cancel(done[0], b), cancel(done[3], b)], { concurrency: "unbounded" })
  )
  yield* Effect.sleep("8 millis")
  // Whose answers nobody will hear.
  yield* Effect.forkDetach(Effect.all([submit(a.intake), submit(a.intake)], { concurrency: "unbounded" }))
  yield* Effect.sleep("8 millis")
  yield* a.kill
  yield* recorder.ask(expire, [workers])
  const sql = yield* PgClient.PgClient
  const open = sql<{ readonly n: number }>`select count(*)::int4 as n from runs where finished_at is null`
  yield* Effect.repeat(Effect.delay(open, "50 millis"), { until: ([row]) => row?.n === 0 })
  yield* Fiber.join(cancelling)
  return [...recorder.history]
}).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer))

it("a history recorded from PostgreSQL, with concurrent commits, cancels and a kill, is possible in the model", async () => {
  const history = parse(await readFile(fixture, "utf8"))
  assert.isAbove(history.length, 30)
  const forms = (part: string) =>
    new Set(history.flatMap(({ text }) => text.includes(part) ? [text.includes("1::int8 as n")] : []))
  // Several writes arrive as arrays, a write alone as a row.
  for (const part of ["insert into orders (", "insert into steps"]) assert.strictEqual(forms(part).size, 2, part)
  assert.deepStrictEqual(unexplained(history), [])
})

it.live("a history of concurrent commits, cancels and a kill that is recorded now is one of the model's", () =>
  Effect.gen(function*() {
    const history = yield* recorded
    if (process.env["SLUICE_RECORD_HISTORY"] !== undefined) {
      const lines = history.map((question) => `${JSON.stringify(question)}\n`).join("")
      yield* Effect.promise(() => writeFile(fixture, lines))
    }
    assert.isAbove(history.length, 30)
    assert.deepStrictEqual(unexplained(history), [])
  }))

it("a history with an answer that PostgreSQL did not give is impossible in the model", async () => {
  const history = parse(await readFile(fixture, "utf8"))
  const claims = history.findLastIndex(({ answer, text }) =>
    text.startsWith("with me as (update workers") && (answer?.rows.length ?? 0) > 1
  )
  const changed = history.map((question, i) =>
    i === claims && question.answer !== undefined
      ? { ...question, answer: { ...question.answer, rows: question.answer.rows.slice(1) } }
      : question
  )
  assert.isAbove(unexplained(changed).length, 0)
})
