/**
 * Connection settings for statements that look up by key and are repeated: a plan is made once, and one that was made
 * while the tables were empty must not scan them once they are full.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { Effect, Layer } from "effect"

/** The settings as startup parameters. */
export const steadyPlans = {
  enable_seqscan: "off",
  enable_mergejoin: "off",
  plan_cache_mode: "force_generic_plan",
  jit: "off"
}

/** A small pool of such connections, beside the pool that reads lists. */
export const layer = (maxConnections: number): Layer.Layer<PgClient.PgClient, never, PgClient.PgClient> =>
  Layer.unwrap(Effect.map(PgClient.PgClient, ({ config }) =>
    PgClient.layer({
      ...config,
      maxConnections,
      startupParameters: { ...config.startupParameters, ...steadyPlans }
    }).pipe(Layer.orDie)))
