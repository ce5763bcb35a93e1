/**
 * Planner settings of Sluice's sessions. No plan may depend on statistics: a table that was never analysed counts as
 * nearly empty, so the planner reads it through, joins it with a cost of millions, and compiles the result (JIT: 100 ms
 * for a statement that takes 0.2 ms). Every statement finds its rows by an index, which these settings make it use.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { Effect, Layer } from "effect"
import * as Client from "./Client.ts"

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
 * connection.
 */
export const steadyPlans: Readonly<Record<string, string>> = { ...indexed, plan_cache_mode: "force_generic_plan" }

/** A small pool of connections with steady plans, beside the pool that reads lists. */
export const layer = (maxConnections: number): Layer.Layer<PgClient.PgClient, never, PgClient.PgClient> =>
  Layer.unwrap(
    Effect.map(PgClient.PgClient, ({ config }) =>
      Client.layer({ ...config, maxConnections }, steadyPlans).pipe(Layer.orDie))
  )
