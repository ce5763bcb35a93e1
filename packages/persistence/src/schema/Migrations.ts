/**
 * The schema's history, in order, and how it is applied. A migration is a file
 * `migrations/<number>_<name>.ts`, after a while in a folder of ten, whose default export is an Effect that needs
 * `SqlClient`; it runs once, and never changes once it was released.
 *
 * | the database is at | what is due runs | while |
 * | --- | --- | --- |
 * | a version before 30, or is empty | up to 30 in one transaction | no other process is there: an offline upgrade |
 * | 30 or later | each migration in its own transaction | processes of the release before go on |
 *
 * A migration after 30 only adds. It reads and writes no large table as a whole, and waits at most a second for a lock:
 * what it waits for, everybody behind it waits for, too.
 */
import { Duration, Effect, Schedule, Schema } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import journal from "./migrations/0001-0010/0001_journal.ts"
import settings from "./migrations/0001-0010/0002_settings.ts"
import cancel from "./migrations/0001-0010/0003_cancel.ts"
import retry from "./migrations/0001-0010/0004_retry.ts"
import hold from "./migrations/0001-0010/0005_hold.ts"
import deliveries from "./migrations/0001-0010/0006_deliveries.ts"
import tokens from "./migrations/0001-0010/0007_tokens.ts"
import claims from "./migrations/0001-0010/0008_claims.ts"
import openRuns from "./migrations/0001-0010/0009_open_runs.ts"
import freezes from "./migrations/0001-0010/0010_freezes.ts"
import apiKeys from "./migrations/0011-0020/0011_api_keys.ts"
import audit from "./migrations/0011-0020/0012_audit.ts"
import redelivery from "./migrations/0011-0020/0013_redelivery.ts"
import stateEvents from "./migrations/0011-0020/0014_state_events.ts"
import callbacks from "./migrations/0011-0020/0015_callbacks.ts"
import jobs from "./migrations/0011-0020/0016_jobs.ts"
import pipelinePause from "./migrations/0011-0020/0017_pipeline_pause.ts"
import partnerLimits from "./migrations/0011-0020/0018_partner_limits.ts"
import retention from "./migrations/0011-0020/0019_retention.ts"
import subscriptionLife from "./migrations/0011-0020/0020_subscription_life.ts"
import feed from "./migrations/0021_feed.ts"
import erasure from "./migrations/0025_erasure.ts"
import issues from "./migrations/0026_issues.ts"
import times from "./migrations/0027_times.ts"
import cell from "./migrations/0028_cell.ts"
import uncompressedDocuments from "./migrations/0029_uncompressed_documents.ts"
import stepEffects from "./migrations/0030_step_effects.ts"
import causes from "./migrations/0035_causes.ts"

/** Every migration by `<number>_<name>`; the last number is the schema version of this program. */
export const migrations: Parameters<typeof Migrator.fromRecord>[0] = {
  "0001_journal": journal,
  "0002_settings": settings,
  "0003_cancel": cancel,
  "0004_retry": retry,
  "0005_hold": hold,
  "0006_deliveries": deliveries,
  "0007_tokens": tokens,
  "0008_claims": claims,
  "0009_open_runs": openRuns,
  "0010_freezes": freezes,
  "0011_api_keys": apiKeys,
  "0012_audit": audit,
  "0013_redelivery": redelivery,
  "0014_state_events": stateEvents,
  "0015_callbacks": callbacks,
  "0016_jobs": jobs,
  "0017_pipeline_pause": pipelinePause,
  "0018_partner_limits": partnerLimits,
  "0019_retention": retention,
  "0020_subscription_life": subscriptionLife,
  "0021_feed": feed,
  "0025_erasure": erasure,
  "0026_issues": issues,
  "0027_times": times,
  "0028_cell": cell,
  "0029_uncompressed_documents": uncompressedDocuments,
  "0030_step_effects": stepEffects,
  "0035_causes": causes
}

/** The table with one row for each migration that was applied. */
export const TABLE = "sluice_migrations"

/** The database was migrated by a later release, whose rows this one would misread. */
export class SchemaTooNew extends Schema.TaggedError<SchemaTooNew>()("SchemaTooNew", {
  found: Schema.Int,
  known: Schema.Int
}) {
  override get message() {
    return `DATABASE_URL: the database has schema version ${this.found}, and this release knows versions up to `
      + `${this.known}. Start the release that migrated it or a later one, or restore a backup from before`
  }
}

/** A migration failed; nothing of it was stored. */
export class MigrationFailed extends Schema.TaggedError<MigrationFailed>()("MigrationFailed", {
  message: Schema.String,
  cause: Schema.Defect()
}) {}

/**
 * The first schema version from which on migrations only add, so that a release that knows it runs on every later one:
 * two neighbouring releases share a database, in either order of start, and back. Contract: section 10, promise 7. A
 * release that removes what older ones use says so in the table `schema_floor`, whose `oldest` is the lowest version that
 * a release must know.
 */
const additiveSince = 30

/** The lowest version that a release must know to run on the schema as it is. */
const lowestKnown = Effect.fn("Migrations.lowestKnown")(function*(sql: SqlClient.SqlClient) {
  const [table] = yield* sql`SELECT to_regclass('schema_floor') IS NOT NULL AS there`
  if (table?.["there"] !== true) return additiveSince
  const [floor] = yield* sql<{ oldest: number }>`SELECT max(oldest)::int AS oldest FROM schema_floor`
  return floor?.oldest ?? additiveSince
})

/** Any number that no other program locks; "sluice" in ASCII. */
const LOCK = 0x736c75696365

/** The longest wait of a migration for a table that others use. */
const lockPatience = "1s"

/** Between two tries to get a lock, in which those who waited behind the migration have their turn. */
const retryLocks = Schedule.spaced("1 second")

/** A backup may read a table for as long as this. */
const longestUse = Duration.minutes(10)

const isLocked = (error: unknown): boolean => {
  if (typeof error !== "object" || error === null) return false
  const { cause, reason } = error as { readonly cause?: unknown; readonly reason?: { readonly _tag?: string } }
  return reason?._tag === "LockTimeoutError" || isLocked(cause)
}

type Migrations = Parameters<typeof Migrator.fromRecord>[0]

const numberOf = (name: string): number => Number.parseInt(name, 10)

/** The migrations that run in the next transaction on a database at version `found`. */
const nextOf = (record: Migrations, found: number): Migrations => {
  const due = Object.entries(record).filter(([name]) => numberOf(name) > found)
  const first = Math.min(...due.map(([name]) => numberOf(name)))
  const last = Math.max(first, found < additiveSince ? additiveSince : first)
  return Object.fromEntries(due.filter(([name]) => numberOf(name) <= last))
}

interface Applied {
  readonly applied: ReadonlyArray<readonly [id: number, name: string]>
  readonly isDone: boolean
}

/** Applies what is due next, in one transaction. Of several processes one does; the others find it done. */
const step = Effect.fn("Migrations.step")(function*(sql: SqlClient.SqlClient, record: Migrations) {
  const known = Math.max(0, ...Object.keys(record).map(numberOf))
  const done: Applied = { applied: [], isDone: true }
  yield* sql`SELECT pg_advisory_xact_lock(${LOCK}::bigint)`
  const [table] = yield* sql`SELECT to_regclass(${TABLE}) IS NOT NULL AS there`
  let found = 0
  if (table?.["there"] === true) {
    const [last] = yield* sql<{ id: number }>`SELECT coalesce(max(migration_id), 0)::int AS id FROM ${sql(TABLE)}`
    found = last?.id ?? 0
    // A later release has migrated it.
    if (found > known) {
      return known < (yield* lowestKnown(sql)) ? yield* new SchemaTooNew({ found, known }) : done
    }
    if (found === known) return done
  }
  if (found >= additiveSince) yield* sql`SELECT set_config('lock_timeout', ${lockPatience}, true)`
  const next = nextOf(record, found)
  const applied = yield* Migrator.make({})({ table: TABLE, loader: Migrator.fromRecord(next) })
  const result: Applied = { applied, isDone: Math.max(...Object.keys(next).map(numberOf)) >= known }
  return result
})

const transaction = (sql: SqlClient.SqlClient, record: Migrations) =>
  step(sql, record).pipe(
    sql.withTransaction,
    Effect.tapError((error) =>
      isLocked(error)
        ? Effect.logWarning("a migration waits for a table that another session uses: orders go on meanwhile")
        : Effect.void
    ),
    Effect.retry({ while: isLocked, schedule: retryLocks, times: Duration.toSeconds(longestUse) }),
    Effect.catchTags({
      MigrationError: (error) => failed(`${error.message}: ${reason(error.cause)}`, error),
      SqlError: (error) => failed(reason(error), error)
    })
  )

/**
 * Brings the schema up to date and returns the migrations that were applied. Of several processes that start together
 * one migrates; the others wait for it. `Migrator` alone would apply an old program's migrations to any newer schema
 * silently, and two processes would race for its own table.
 */
export const migrate = Effect.fn("Migrations.migrate")(function*(record: Migrations = migrations) {
  const sql = yield* SqlClient.SqlClient
  const all: Array<readonly [id: number, name: string]> = []
  for (;;) {
    const { applied, isDone } = yield* transaction(sql, record)
    all.push(...applied)
    if (isDone) return all
  }
})

const failed = (message: string, cause: unknown) =>
  new MigrationFailed({
    message: `DATABASE_URL: the database could not be migrated: ${message}`,
    cause
  })

/** The database's own words are in the innermost cause. */
const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reason(error.cause) : error.message
}
