/**
 * `pnpm deliveries:check [hours]`: proves for the last hours (24) that every event has its deliveries, against the
 * database of `DATABASE_URL`. Writes what it found as JSON; exit code 1 where anything is missing or stuck.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Completeness from "@sluice/persistence/internal/upkeep/Completeness"
import * as Database from "@sluice/persistence/schema/Database"
import { Clock, Console, Effect, Redacted } from "effect"

const hour = 3_600_000

const program = Effect.gen(function*() {
  const url = process.env["DATABASE_URL"]
  if (url === undefined) {
    yield* Console.error("sluice: DATABASE_URL is unset: name the database that is to be checked")
    return false
  }
  const hours = Number(process.argv[2] ?? 24)
  const now = yield* Clock.currentTimeMillis
  const found = yield* Completeness.check(now - hours * hour, now).pipe(
    Effect.provide(Database.layerPool({ url: Redacted.make(url), maxConnections: 2 }))
  )
  yield* Console.log(JSON.stringify(found, undefined, 2))
  return found.missing.length + found.stuck.length + found.unreadable.length === 0
}).pipe(
  Effect.catch((error) => Effect.as(Console.error(`sluice: ${error.message}`), false)),
  Effect.tap((complete) => Effect.sync(() => (process.exitCode = complete ? 0 : 1)))
)

NodeRuntime.runMain(program)
