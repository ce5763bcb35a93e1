/**
 * A flush of one write has a statement without arrays: it stores and answers what the statement with arrays does, which
 * is compared over all kinds of writes, each in a transaction of its own that is rolled back.
 */
import { PgClient } from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import { type ClaimedRun, type Document, Journal } from "@sluice/engine/journal/Journal"
import {
  entryOf,
  fingerprint,
  finished,
  nextId,
  noon,
  record,
  stepAt,
  submission,
  writeOn
} from "@sluice/engine/testing/JournalFixtures"
import { accepted } from "@sluice/engine/testing/JournalSuite"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as JournalPg from "../../../src/journal/JournalPostgres.ts"
import { type Parts, partsOf } from "../../../src/journal/writer/FlushParts.ts"
import { flushParameters } from "../../../src/journal/writer/FlushRows.ts"
import { renewingFlush, standingFlush } from "../../../src/journal/writer/FlushStatement.ts"
import type { PendingSubmission, PendingWrite } from "../../../src/journal/writer/PendingWrite.ts"
import { DatabaseTest } from "../../../src/testing/DatabaseTest.ts"
import { pendingEntry, pendingSubmission } from "./WriterFixtures.ts"

const layer = JournalPg.layer().pipe(Layer.provideMerge(DatabaseTest.layer))

const tables = ["orders", "order_versions", "order_history", "runs", "steps", "callouts", "deliveries"]

/** Everything that a write may leave; sequences and times of the statement aside, which every transaction has anew. */
const stored = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* Effect.forEach(
    tables,
    (table) =>
      sql.unsafe(`select (to_jsonb(t) - 'seq' - 'updated_at' - 'due_at')::text as row from ${table} t order by 1`)
  )
  return JSON.stringify(rows)
})

const answerOf = (member: PendingWrite, parts: Parts, worker: string, standing: boolean) =>
  Effect.gen(function*() {
    const client = yield* PgClient
    const [accepts, entries] = member.kind === "accept" ? [[member], []] : [[], [member]]
    const answer = yield* client.unsafe(
      (standing ? standingFlush : renewingFlush)(parts),
      flushParameters(worker, 0, accepts, entries, parts)
    ).values.pipe(
      Effect.flatMap((rows) => Effect.map(stored, (after) => ({ rows, after }))),
      Effect.flatMap(Effect.fail),
      client.withTransaction,
      Effect.flip
    )
    return "rows" in answer ? answer : yield* Effect.die(answer)
  })

const submitted = (
  given: Parameters<typeof submission>,
  rest: Partial<PendingSubmission> = {}
): PendingSubmission =>
  pendingSubmission({ submission: submission(...given), untold: () => ["order.submitted", "*"], ...rest })

const documentOf = ({ document }: ClaimedRun): Document => {
  assert.isDefined(document)
  return document as Document
}

/** By what they are: every column of a write is given in one of them. */
const writesOf = (run: ClaimedRun, other: ClaimedRun): Readonly<Record<string, PendingWrite>> => {
  const write = writeOn(documentOf(run), { status: "Done", externalId: "ext" })
  const history = [{ at: "2026-11-22T16:00:00.000Z", actor: "system", before: {}, after: { status: "Done" } }] as never
  const step = stepAt(0)
  const callouts = [{ index: 0, record: record({ body: { form: "text", text: "a\u20ac" } }) }]
  const wait = { index: 0, attempt: 1, request: 0, dueAt: noon + 1000 } as never
  return {
    "a submission with all keys": submitted([{ externalId: "e" }, {
      idempotencyKey: "k",
      fingerprint: fingerprint(1)
    }]),
    "a submission without keys": submitted([{}]),
    "a queued submission that makes no delivery": submitted([{ orderType: "REFUND" }], {
      starts: false,
      untold: () => []
    }),
    "a submission whose id is taken": submitted([{ id: run.orderId }]),
    "a step with its record": pendingEntry(entryOf(run, { step, callouts })),
    "a step that was skipped": pendingEntry(entryOf(run, { skipped: [step] })),
    "a record without response": pendingEntry(entryOf(run, {
      callouts: [{ index: 0, record: record({ response: undefined as never, outcome: "unreachable" as never }) }]
    })),
    "a change of the order": pendingEntry(entryOf(run, { step, callouts, write, history }), {
      untold: ["order.updated", "*"]
    }),
    "a line of history": pendingEntry(entryOf(run, { history })),
    "a change of an order that has moved on": pendingEntry(
      entryOf(run, { write: writeOn({ ...documentOf(run), order: { ...documentOf(run).order, version: 7 } }, {}) })
    ),
    "an end": pendingEntry(entryOf(run, { step, callouts, write, history, ...finished }), { untold: ["*"] }),
    "an end of a cancelled run": pendingEntry(entryOf(other, { step, ...finished })),
    "an end of a cancelled run that sets its status": pendingEntry(
      entryOf(other, { write: writeOn(documentOf(other), { status: "Done" }), ...finished })
    ),
    "a wait": pendingEntry(entryOf(run, { callouts, wait, reason: "later", state: "waiting" })),
    "a wait that releases the run": pendingEntry(entryOf(run, { callouts, wait, state: "waiting" }), { release: true }),
    "an open call": pendingEntry(entryOf(run, { open: { index: 0 } as never })),
    "nothing": pendingEntry(entryOf(run, {}))
  }
}

describe("the statement for one write", () => {
  it.live("stores and answers what the statement with arrays does, whatever the write is", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const journal = yield* Journal
      const [run, other] = [yield* accepted(journal, submission()), yield* accepted(journal, submission())]
      yield* journal.cancel(other.runId, { reason: "enough", compensate: false }, noon)
      const [worker] = yield* sql<{ readonly id: string }>`select id from workers where not fenced`
      const waiting = yield* accepted(journal, submission())
      yield* sql`update runs set state = 'waiting', reason = 'held' where id = ${waiting.runId}::uuid`
      const writes: Record<string, PendingWrite> = {
        ...writesOf(run, other),
        "the next step of a run that waited": pendingEntry(entryOf(waiting, { step: stepAt(1) }))
      }
      const compare = Effect.fnUntraced(function*([what, member]: readonly [string, PendingWrite]) {
        const parts = member.kind === "accept" ? partsOf([member], []) : partsOf([], [member])
        assert.isDefined(parts.single, what)
        for (const standing of [false, true]) {
          const alone = yield* answerOf(member, parts, worker?.id ?? "", standing)
          const many = yield* answerOf(member, { ...parts, single: undefined }, worker?.id ?? "", standing)
          assert.deepStrictEqual(alone, many, what)
        }
      })
      yield* Effect.forEach(Object.entries(writes), compare)
      // Where an endpoint subscribes to what they leave untold, both store nothing and say so.
      yield* sql`insert into webhook_endpoints (id, version, document, types, per_order)
        values ('all', 1, '{}', ${["*"]}, true)`
      const guarded = Object.entries(writes).filter(([, member]) =>
        (member.kind === "accept" ? member.untold() : member.untold).length > 0
      )
      assert.isAbove(guarded.length, 2)
      yield* Effect.forEach(guarded, compare)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it("is left to arrays where an entry has several rows of a kind, makes deliveries, or waits for a partner", () => {
    const run = { runId: nextId(), orderId: nextId(), claimToken: 1 }
    const several = [{ index: 0, record: record() }, { index: 0, record: record() }]
    const singles = [
      partsOf([submitted([{}])], [pendingEntry(entryOf(run, {}))]),
      partsOf([submitted([{}]), submitted([{}])], []),
      partsOf([submitted([{}], { untold: () => [] })], []),
      partsOf([], [pendingEntry(entryOf(run, { callouts: several }))]),
      partsOf([], [pendingEntry(entryOf(run, { step: stepAt(1), skipped: [stepAt(0)] }))]),
      partsOf([], [pendingEntry(entryOf(run, { wait: { heldFor: "partner" } as never }), { release: true })])
    ].map(({ single }) => single)
    assert.deepStrictEqual(singles, Array.from(singles, () => undefined))
  })
})
