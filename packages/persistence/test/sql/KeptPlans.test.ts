/**
 * Every statement of a connection that keeps plans looks its rows up, on tables that have grown to a few thousand rows since
 * they were analysed with one: the planner still believes that each page holds one row. Later plans are better still.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { claimStatement, nextStatement } from "../../src/deliveries/ClaimStatement.ts"
import { lockStatement, settleStatement } from "../../src/deliveries/SettleStatement.ts"
import type { Parts } from "../../src/journal/writer/FlushParts.ts"
import { outcomeFlush, renewingFlush, standingFlush } from "../../src/journal/writer/FlushStatement.ts"
import { duplicatesStatement, erasedDuplicatesStatement } from "../../src/journal/writer/KeyConflicts.ts"
import { reconcileStatement } from "../../src/journal/writer/LostReplies.ts"
import * as Client from "../../src/sql/Client.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

/** Rows of each table that has one for each order, or more. */
const rows = 3000

const uuid = "lpad(to_hex(n), 32, '0')::uuid"

const tables: Readonly<Record<string, string>> = {
  orders: `(id, external_id, order_type, status, version, created_at, updated_at, event_id, run_id, external_key,
      idempotency_key)
    select 'o' || n, 'e' || n, 'A', 'New', 1, now(), now(), ${uuid}, ${uuid}, 'x' || n, 'i' || n`,
  order_versions: `(order_id, version, doc) select 'o' || n, 1, repeat('{}', 100)`,
  order_history: `(order_id, entry) select 'o' || n, repeat('{}', 100)`,
  runs: `(id, order_id, event_id, pipeline, pipeline_version, state, start_version, created_at, started_at, finished_at)
    select ${uuid}, 'o' || n, ${uuid}, 'p', 1, 'completed', 1, now(), now(), now()`,
  steps: `(run_id, index, state, next_version, record) select ${uuid}, 0, 'succeeded', 1, repeat('{}', 100)`,
  callouts:
    `(run_id, id, step, outcome, record, form) select ${uuid}, ${uuid}, 0, 'succeeded', repeat('{}', 100), 'order'`,
  messages: `(id, type, order_id, created_at) select ${uuid}, 'order.submitted', 'o' || n, now()`,
  deliveries: `(id, message_id, seq, endpoint_id, lane, type, order_id, state, created_at, finished_at)
    select ${uuid}, ${uuid}, n, 'e', 'e:e', 'order.submitted', 'o' || n, 'delivered', now(), now()`,
  delivery_attempts: `(delivery_id, number, record) select ${uuid}, 1, repeat('{}', 100)`,
  customers: `(key, id, email, version, created_at, updated_at)
    select 'id:c' || n, 'c' || n, 'a' || n || '@example.com', 1, now(), now()`,
  subscriptions: `(id, order_id, item, customer_id, doc, entitlements, created_at)
    select 's' || n, 'o' || n, 0, 'c' || n, '{}', '[]', now()`,
  subscription_changes: `(order_id, subscription_id, version, at, run_id, type, entitles, before)
    select 'o' || n, 's' || n, 2, now(), ${uuid}, 'subscription.updated', false, '{}'`
}

const grow = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const store = (from: number, to: number) =>
    Effect.forEach(
      Object.entries(tables),
      ([table, columns]) => sql.unsafe(`insert into ${table} ${columns} from generate_series(${from}, ${to}) n`),
      { discard: true }
    )
  yield* store(1, 1)
  yield* sql`analyze`
  yield* store(2, rows)
})

const bools = [false, true]
const nothing = { plain: false, step: false, callout: false, history: false }
const empty: Parts = {
  accepts: false,
  entries: false,
  changes: false,
  holds: false,
  tells: false,
  delivers: false,
  guards: false,
  names: false,
  single: undefined
}

const arrays: ReadonlyArray<Parts> = [
  ...bools.map((delivers): Parts => ({ ...empty, accepts: true, delivers })),
  ...bools.flatMap((accepts) =>
    bools.flatMap((changes) => bools.map((holds): Parts => ({ ...empty, accepts, entries: true, changes, holds })))
  )
]
const singles: ReadonlyArray<Parts> = [
  { ...empty, accepts: true, single: nothing },
  ...bools.flatMap((plain) =>
    bools.map((all): Parts => ({
      ...empty,
      entries: true,
      changes: !plain,
      single: { plain, step: all, callout: all, history: all && !plain }
    }))
  )
]
const outcomes: ReadonlyArray<Parts> = bools.flatMap((names) =>
  bools.map((tells): Parts => ({ ...empty, names, tells }))
)

const statements: ReadonlyArray<string> = [
  ...[...arrays, ...singles].flatMap((parts) => [renewingFlush(parts), standingFlush({ ...parts, guards: true })]),
  ...outcomes.map(outcomeFlush),
  duplicatesStatement,
  erasedDuplicatesStatement,
  reconcileStatement,
  claimStatement,
  nextStatement,
  lockStatement,
  ...bools.flatMap((tells) => bools.map((records) => settleStatement(5, { tells, records })))
]

/** Not as a statement with parameters: one that a text leaves out would have no type. */
const planner = `create function pg_temp.plan_of(statement text) returns json language plpgsql as $$
  declare plan json;
  begin execute 'explain (generic_plan, format json) ' || statement into plan; return plan; end $$`

interface PlanNode {
  readonly "Node Type": string
  readonly "Relation Name"?: string
  readonly "Index Name"?: string
  readonly "Index Cond"?: string
  readonly Plans?: ReadonlyArray<PlanNode>
}

/** The scans of a plan that read a whole index, or a whole table. */
const walks = (node: PlanNode, parent?: PlanNode): ReadonlyArray<string> => {
  const { "Index Cond": condition, "Index Name": index, "Node Type": type, "Relation Name": table, Plans = [] } = node
  const isScan = type.endsWith("Scan") && type !== "Bitmap Heap Scan"
    && (type === "Bitmap Index Scan" || (table !== undefined && table in tables))
  // The first lane that has deliveries due: one entry of the index.
  const isHead = index === "deliveries_due" && parent?.["Node Type"] === "Limit"
  const own = isScan && condition === undefined && !isHead ? [`${type} ${index ?? ""} ${table ?? ""}`] : []
  return [...own, ...Plans.flatMap((child) => walks(child, node))]
}

layer(DatabaseTest.layer, { excludeTestServices: true })("A kept plan", (it) => {
  it.effect("of every statement looks up rows by key, on tables that have grown since they were analysed", () =>
    Effect.gen(function*() {
      yield* grow
      const found = yield* Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* sql.unsafe(planner)
        return yield* Effect.forEach(statements, (text) =>
          Effect.map(
            sql<{ readonly plan: ReadonlyArray<{ readonly Plan: PlanNode }> }>`select pg_temp.plan_of(${text}) as plan`,
            (rows) =>
              rows.flatMap(({ plan }) => plan.flatMap(({ Plan }) => walks(Plan)).map((walk) => `${walk}: ${text}`))
          ))
      }).pipe(Effect.provide(Client.layerSteady(1)))
      assert.deepStrictEqual(found.flat(), [])
    }))
})
