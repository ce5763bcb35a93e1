/**
 * Planner settings of Sluice's sessions. No plan may depend on statistics: a table that was never analysed counts as
 * nearly empty, so the planner reads it through, joins it with a cost of millions, and compiles the result (JIT: 100 ms
 * for a statement that takes 0.2 ms). Every statement finds its rows by an index, which these settings make it use.
 *
 * A plan that is kept depends on one thing more: the sizes that the tables had when it was made. On a table of one page all
 * indexes cost the same, so that even `where id = $1` may be planned as a walk through an index of other columns, and it is
 * walked through when it has 100,000 entries. No form of a statement prevents that, so kept plans are discarded when a table
 * or an index has doubled ({@link PlanRenewal}).
 */
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import { type Clock, Effect } from "effect"
import type { SqlError } from "effect/sql/SqlError"

/** Every row is found by an index; tables are joined row by row. */
const indexed = { enable_seqscan: "off", enable_mergejoin: "off", jit: "off" }
/**
 * A list is read along the index that has its order. By the planner's guess a filter leaves a handful of rows, so that it
 * would rather collect and sort them: all rows of a state or a pipeline, where the filter was not rare.
 */
const ordered = {
  enable_bitmapscan: "off",
  enable_sort: "off",
  enable_incremental_sort: "off",
  enable_hashjoin: "off"
}

/**
 * The plan mode of lists and look-ups, whose best index depends on the parameters: they are planned with each
 * execution.
 */
export const readingPlans: Readonly<Record<string, string>> = {
  ...indexed,
  ...ordered,
  plan_cache_mode: "force_custom_plan"
}

/**
 * The plan mode of statements that find all rows by key and are sent over and over: they are planned once for each
 * connection, and again when tables have grown.
 */
export const steadyPlans: Readonly<Record<string, string>> = { ...indexed, plan_cache_mode: "force_generic_plan" }

/**
 * SQL: the runs over an order, found by nothing else: `offset 0` keeps other conditions outside, which another index of
 * `runs` seems to serve as well, with all runs of a state in it.
 */
export const runsOver = (order: string, columns: string): string =>
  `(select ${columns} from runs where order_id = ${order} offset 0)`

/** The sizes of all tables and indexes in pages of 8 KiB, in the order in which they were made. */
type Sizes = ReadonlyArray<number>

/** The query of {@link Sizes}. */
const sizesQuery = `select array(select (pg_relation_size(c.oid) / 8192)::int4 from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'i') order by c.oid) as sizes`

/** True if a table or an index has more than doubled, or was made, since the plans were. */
export const areOutgrown = (planned: Sizes, now: Sizes): boolean =>
  now.some((pages, place) => pages > 2 * (planned[place] ?? -1))

/** The time for which the sizes of tables are believed, in nanoseconds: a table grows by few thousand rows meanwhile. */
const believedFor = 1_000_000_000n

/** The renewal of the plans that one connection keeps. */
export interface PlanRenewal {
  /** True if the tables were last looked at a second ago or more. */
  readonly isDue: () => boolean
  /** Looks at the sizes of the tables, and discards the connection's plans if one has doubled since they were made. */
  readonly renew: Effect.Effect<void, SqlError>
}

export const makeRenewal = (connection: PgConnection.PgConnection, clock: Clock.Clock): PlanRenewal => {
  // Unknown: the first look discards what was planned before it.
  let planned: Sizes = []
  let seen: bigint | undefined
  return {
    isDue: () => seen === undefined || clock.monotonicTimeNanosUnsafe() - seen >= believedFor,
    renew: Effect.gen(function*() {
      // Before the look: where it fails, the next one is not sooner.
      seen = clock.monotonicTimeNanosUnsafe()
      const { rows: [row] } = yield* connection.query(sizesQuery, [])
      const now = (row?.["sizes"] ?? []) as Sizes
      if (!areOutgrown(planned, now)) return
      yield* connection.query("discard plans", [], false)
      planned = now
    })
  }
}
