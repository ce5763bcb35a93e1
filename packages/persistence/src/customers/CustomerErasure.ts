/**
 * Erases a customer as a job. Contract: section 7, `POST /v1/customers/{id}/erase`.
 *
 * ```
 * 1. find     the customer's orders and every value by which they are known; nothing is changed. Begun again after a crash
 * 2. orders   some at a time, each group with everything that belongs to it in one transaction
 * 3. rest     reported events, issues, the customer with their subscriptions, the audit, the jobs and what else operators
 *             wrote; safe to repeat
 * ```
 *
 * What step 1 found is stored, because step 2 rewrites what it was read from; it is deleted with step 3.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { makeEraser } from "@sluice/domain/internal/erasure/Eraser"
import type { PersonalValues } from "@sluice/domain/internal/erasure/PersonalValues"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Context, Effect, Layer, Schema, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { columns, unnest } from "../sql/ArrayParameters.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { eventsOf, openOrderOf, ordersOf } from "./CustomerOrders.ts"
import { type CustomerAmbiguous, type CustomerSubject, findSubject } from "./CustomerSubject.ts"
import { eraseActs, eraseStored } from "./ErasedCustomer.ts"
import { eraseIssues } from "./ErasedIssues.ts"
import { type ErasedRun, eraseEvents, eraseOrders, lockOrders } from "./ErasedOrders.ts"
import { findPerson } from "./ErasureSearch.ts"

/** Nothing is stored about the customer. */
export class CustomerUnknown extends Schema.TaggedError<CustomerUnknown>()("CustomerUnknown", {
  name: Schema.String
}) {}

/** A run over one of the customer's orders is open. */
export class CustomerBusy extends Schema.TaggedError<CustomerBusy>()("CustomerBusy", {
  name: Schema.String,
  orderId: Schema.String
}) {}

/** Orders that are erased in one transaction, and the wait for those over which a run was opened meanwhile. */
const groupSize = 100
const patience = 30
const pause = "1 second"

const texts = (value: ReadonlyArray<string>) => ({ ...PgTypes.text(null), oid: PgTypes.OID.textArray, value })

/** Deletes what the job knows of the customer, their name included. */
const forget = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, jobId: string) {
  yield* sql`delete from erasures where job_id = ${jobId}::uuid`
  yield* sql`delete from erasure_orders where job_id = ${jobId}::uuid`
  yield* sql`update jobs set options = null where id = ${jobId}::uuid`
})

/** Counts runs of the job, each once. */
const settle = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  jobId: string,
  runs: ReadonlyArray<ErasedRun>,
  outcome: "done" | "skipped"
) {
  const types = { run_id: "uuid", message: "text" } as const
  const rows = runs.map(({ held, runId }) => ({ run_id: runId, message: held ?? null }))
  yield* sql.unsafe(
    `with i as (
      insert into job_items (job_id, run_id, outcome, message)
      select $1, u.run_id, '${outcome}', u.message from ${unnest(types, "u", 2)} on conflict do nothing returning 1
    ) update jobs set ${outcome} = ${outcome} + (select count(*)::int4 from i) where id = $1`,
    [PgTypes.uuid(jobId), ...columns(types, rows)]
  )
})

/** Step 2: one group. Answers the number of orders that had to be left out, because a run over them is open. */
const eraseGroup = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  jobId: string,
  ids: ReadonlyArray<string>,
  sought: PersonalValues
) {
  const { busy, erasable } = yield* lockOrders(sql, ids)
  if (erasable.length > 0) yield* settle(sql, jobId, yield* eraseOrders(sql, erasable, sought), "done")
  const over = ids.filter((id) => !busy.includes(id))
  yield* sql`delete from erasure_orders where job_id = ${jobId}::uuid and order_id = any(${texts(over)})`
  return busy.length
})

const skip = (sql: SqlClient.SqlClient, jobId: string, ids: ReadonlyArray<string>) =>
  transaction(
    sql,
    Effect.gen(function*() {
      const runs = yield* sql<{ readonly id: string }>`select id from runs where order_id = any(${texts(ids)})`
      const held = "a run over its order is open: erase the customer again when it has ended"
      yield* settle(sql, jobId, runs.map(({ id }) => ({ runId: id, held })), "skipped")
      yield* sql`delete from erasure_orders where job_id = ${jobId}::uuid and order_id = any(${texts(ids)})`
    })
  )

/** Step 2. False where the job was cancelled. */
const eraseAllOrders = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  jobId: string,
  sought: PersonalValues,
  cancelling: () => boolean
) {
  for (let waits = 0, after = "";;) {
    if (cancelling()) return false
    const group = yield* sql<{ readonly order_id: string }>`select order_id from erasure_orders
      where job_id = ${jobId}::uuid and order_id > ${after} order by job_id, order_id limit ${groupSize}`
    const ids = group.map(({ order_id }) => order_id)
    if (ids.length === 0) {
      const [rest] = yield* sql`select 1 from erasure_orders where job_id = ${jobId}::uuid limit 1`
      if (rest === undefined) return true
      // A run was opened after the request.
      if (waits++ >= patience) {
        const left = yield* sql<{ readonly order_id: string }>`select order_id from erasure_orders
          where job_id = ${jobId}::uuid`
        yield* skip(sql, jobId, left.map(({ order_id }) => order_id))
        return true
      }
      yield* Effect.sleep(pause)
      after = ""
      continue
    }
    yield* transaction(sql, eraseGroup(sql, jobId, ids, sought))
    after = ids.at(-1) ?? ""
  }
})

/** Step 3. */
const eraseRest = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  jobId: string,
  subject: CustomerSubject,
  sought: PersonalValues
) {
  const eraser = makeEraser(sought)
  yield* Stream.runForEach(
    eventsOf(sql, subject),
    (ids) => ids.length === 0 ? Effect.void : transaction(sql, eraseEvents(sql, ids, eraser))
  )
  yield* transaction(sql, eraseIssues(sql, jobId, sought))
  yield* transaction(
    sql,
    Effect.gen(function*() {
      if (subject.stored !== undefined) yield* eraseStored(sql, subject.stored, eraser)
      yield* eraseActs(sql, sought, eraser)
      yield* forget(sql, jobId)
    })
  )
})

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient

  const request = Effect.fnUntraced(function*(name: string) {
    const subject = yield* findSubject(sql, name)
    const open = yield* openOrderOf(sql, subject)
    if (open !== undefined) return yield* new CustomerBusy({ name, orderId: open })
    if (subject.stored !== undefined) return
    const any = yield* Stream.runHead(Stream.filter(ordersOf(sql, subject), (ids) => ids.length > 0))
    if (any._tag === "None") return yield* new CustomerUnknown({ name })
  }, orUnavailable)

  const work: CustomerErasure["Service"]["work"] = Effect.fnUntraced(function*(jobId, name, cancelling) {
    const stored = sql<{ readonly subject: string; readonly sought: string }>`select subject, sought from erasures
      where job_id = ${jobId}::uuid`
    if ((yield* stored).length === 0) {
      // Over, and only the job's end was not stored.
      if (name === undefined) return "completed"
      yield* findPerson(sql, jobId, name)
    }
    const [erasure] = yield* stored
    if (erasure === undefined) return "completed"
    const subject = JSON.parse(erasure.subject) as CustomerSubject
    const sought = JSON.parse(erasure.sought) as PersonalValues
    if (!(yield* eraseAllOrders(sql, jobId, sought, cancelling))) {
      yield* transaction(sql, forget(sql, jobId))
      return "cancelled"
    }
    yield* eraseRest(sql, jobId, subject, sought)
    return "completed"
  }, orUnavailable)

  return CustomerErasure.of({ request, work })
})

export class CustomerErasure extends Context.Service<CustomerErasure, {
  /** Succeeds where a job may be created that erases the customer with this id or e-mail address. */
  readonly request: (
    name: string
  ) => Effect.Effect<void, CustomerUnknown | CustomerBusy | CustomerAmbiguous | JournalUnavailable>
  /**
   * Does the work of the job, from the point that it had reached. `name`: as it was requested; `undefined` once the job
   * has forgotten it, because everything is erased.
   */
  readonly work: (
    jobId: string,
    name: string | undefined,
    cancelling: () => boolean
  ) => Effect.Effect<"completed" | "cancelled", JournalUnavailable>
}>()("@sluice/persistence/customers/CustomerErasure") {
  static readonly layer: Layer.Layer<CustomerErasure, never, SqlClient.SqlClient> = Layer.effect(CustomerErasure, make)
}
