/** `sluice_deliveries_missing`: what the completeness check misses of the last hour, looked at every ten minutes. */
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { check } from "@sluice/persistence/internal/upkeep/Completeness"
import { Clock, Effect, Layer, Metric, Schedule } from "effect"
import type { SqlClient } from "effect/sql"

const missing = Metric.gauge("sluice_deliveries_missing", {
  description:
    "Deliveries of the last hour's events that are missing or wait for nothing, and orders whose events cannot be read; anything above 0 is a fault."
})

const hour = 3_600_000

export const layer: Layer.Layer<never, never, SqlClient.SqlClient> = Layer.effectDiscard(BackgroundLoop.fork(
  "completeness",
  Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const found = yield* check(now - hour, now)
    const faults = found.missing.length + found.stuck.length + found.unreadable.length
    yield* Metric.update(missing, faults)
    if (faults > 0) yield* Effect.logError("deliveries are missing or stuck, or cannot be judged", found)
  }).pipe(
    Effect.catch((error) => Effect.logDebug("completeness: will look again", error)),
    Effect.repeat(Schedule.spaced("10 minutes")),
    Effect.delay("1 minute")
  )
))
