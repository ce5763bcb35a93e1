/**
 * The database a server works on: a pool of connections, checked and migrated
 * when the layer is built. Afterwards it may go away and come back (contract,
 * section 7): statements fail while it is away, and the pool connects anew.
 * Statement and lock timeouts are their callers' choice.
 */
import type * as PgClient from "@effect/sql-pg/PgClient"
import { Duration, Effect, Layer, Redacted, Result, Schema } from "effect"
import * as SqlClient from "effect/sql/SqlClient"
import process from "node:process"
import * as Admission from "../sql/Admission.ts"
import * as Client from "../sql/Client.ts"
import { connectionBudget } from "../sql/ConnectionBudget.ts"
import * as DatabaseUrl from "../sql/hosts/DatabaseUrl.ts"
import * as Hosts from "../sql/hosts/Hosts.ts"
import { readingPlans } from "../sql/StatementPlans.ts"
import { type CellMismatch, claimCell } from "./CellIdentity.ts"
import { migrate, type MigrationFailed, type migrations, type SchemaTooNew } from "./Migrations.ts"

export interface Options {
  /** As `DATABASE_URL` takes it: see `DatabaseUrl`. */
  readonly url: Redacted.Redacted
  /** Default: the pool's part of the connection budget, 10. */
  readonly maxConnections?: number
  /**
   * The number of connections that the process may need: as many are opened, as a check, before the layer is built.
   * Default 1, which only checks the login.
   */
  readonly connections?: number
  /** The wait for a host that accepts writes. Default: {@link patienceAt}. */
  readonly hostPatience?: Duration.Input
  /** For one connection attempt. Default 3 s: requests answer within 5 s while the database is away. */
  readonly connectTimeout?: Duration.Input
  /** The name in `pg_stat_activity`. Default `sluice`. */
  readonly applicationName?: string
  /** The cell that the database is, 0 to 1023. Default 0, the only one where there is one database. */
  readonly cell?: number
  /** Session defaults, e.g. `statement_timeout`. A pooler may refuse them. */
  readonly startupParameters?: Readonly<Record<string, string>>
}

/**
 * The database cannot be reached, refuses the login, or does not exist. The message names the remedy and no password.
 */
export class DatabaseUnavailable extends Schema.TaggedError<DatabaseUnavailable>()("DatabaseUnavailable", {
  message: Schema.String,
  /** True if nothing answered, so that another try may succeed; false if the database refused. */
  isAway: Schema.Boolean,
  cause: Schema.Defect()
}) {}

/** Every way in which {@link layer} can fail. */
export type DatabaseError = DatabaseUnavailable | SchemaTooNew | MigrationFailed | CellMismatch

type Clients = PgClient.PgClient | SqlClient.SqlClient

/** Codes of the system, of PostgreSQL while it starts or stops, and of what answered nothing. */
const noAnswer: ReadonlySet<string> = new Set([
  "",
  "silent",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "57P01",
  "57P02",
  "57P03"
])

const mend = ({ code, granted }: Admission.NotAdmitted, database: string, connections: number) => {
  switch (code) {
    case "3D000":
      return `Create it (createdb ${database}) or name another`
    case "28P01":
    case "28000":
      return "Check the user and the password in it"
    case "ECONNREFUSED":
    case "ENOTFOUND":
    case "ENOENT":
    case "EAI_AGAIN":
    case "ETIMEDOUT":
      return "Start PostgreSQL there, correct the address, or unset it to use the embedded PostgreSQL"
    case "shared":
      return "A pooler in transaction or statement mode cannot be used: set its pool mode to session, or connect directly"
    default:
      return granted === 0
        ? "Correct it, or unset it to use the embedded PostgreSQL"
        : `This process may need ${connections} connections and was granted ${granted}: raise the connection limit of the `
          + "role, the database, the server or the pooler, or run fewer processes"
  }
}

const notUrl = (fault: string, cause: unknown) =>
  // Nothing of it is shown: any part of what is no URL may be the password.
  new DatabaseUnavailable({
    message: `DATABASE_URL: it ${fault}. Correct it, or unset it to use the embedded one`,
    isAway: false,
    cause
  })

const notAdmitted = ({ database, hosts }: DatabaseUrl.DatabaseUrl, connections: number, error: Admission.NotAdmitted) =>
  new DatabaseUnavailable({
    message: `DATABASE_URL (${hosts.map(DatabaseUrl.formatHost).join(",")}/${database}): ${error.text}. `
      + mend(error, database, connections),
    isAway: noAnswer.has(error.code),
    cause: error
  })

const noHost = ({ database }: DatabaseUrl.DatabaseUrl, words: ReadonlyArray<Hosts.Word>) =>
  new DatabaseUnavailable({
    message: `DATABASE_URL (${database}): no host accepts writes: ${Hosts.formatWords(words)}. `
      + "Start or promote one of them, or correct the hosts",
    isAway: true,
    cause: words
  })

interface Target {
  readonly database: DatabaseUrl.DatabaseUrl
  readonly hosts: Hosts.Hosts
  readonly config: Client.Config
}

const targetOf = Effect.fnUntraced(function*(options: Options): Effect.fn.Return<Target, DatabaseUnavailable> {
  const parsed = DatabaseUrl.parse(Redacted.value(options.url))
  if (Result.isFailure(parsed)) return yield* notUrl(parsed.failure, undefined)
  const database = parsed.success
  const { config, hosts } = yield* Hosts.make(database)
  return {
    database,
    hosts,
    config: {
      ...config,
      hosts,
      applicationName: options.applicationName ?? "sluice",
      maxConnections: options.maxConnections ?? connectionBudget.pool,
      connectTimeout: options.connectTimeout ?? "3 seconds",
      ...(options.startupParameters === undefined ? {} : { startupParameters: options.startupParameters })
    }
  }
})

const pool = ({ config }: Target): Layer.Layer<Clients> => Client.layer(config, readingPlans).pipe(Layer.orDie)

/** The pool alone: connects on first use, so it is built even while the database is away. */
export const layerPool = (options: Options): Layer.Layer<Clients> =>
  Layer.unwrap(Effect.map(Effect.orDie(targetOf(options)), pool))

/**
 * Seconds for which a host that accepts writes is waited for, given those since the process began. A start says within 15 s
 * that there is none, also on a machine that was slow to begin it; a layer that is built later waits 11 s.
 */
export const patienceAt = (uptime: number): number => uptime > 15 ? 11 : Math.min(11, Math.max(5, 13 - uptime))

/** Finds a host that will do, and is granted the connections, or says why not, in one line. */
const check = Effect.fnUntraced(function*({ config, database, hosts }: Target, options: Options) {
  const { connections = 1, hostPatience = Duration.seconds(patienceAt(process.uptime())) } = options
  const chosen = yield* Hosts.chooseWithin(hosts, hostPatience)
  if (Result.isFailure(chosen)) return yield* noHost(database, chosen.failure)
  yield* Effect.mapError(
    Admission.admit(config, connections),
    (error) => notAdmitted(database, connections, error)
  )
})

/** Refuses a standby and a database whose sessions are read-only: a server on it would take no order. */
const requireWrites = Effect.fnUntraced(function*({ database, hosts }: DatabaseUrl.DatabaseUrl) {
  const sql = yield* SqlClient.SqlClient
  const [mode] = yield* sql<{ readonly standby: boolean; readonly readOnly: boolean }>`
    SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS "readOnly"
  `
  if (mode === undefined || !(mode.standby || mode.readOnly)) return
  return yield* new DatabaseUnavailable({
    message: `DATABASE_URL (${hosts.map(DatabaseUrl.formatHost).join(",")}/${database}): it accepts no writes: `
      + `${mode.standby ? "it is a standby" : "it is read-only"}. Name the primary, or all hosts (h1:5432,h2:5432)`,
    isAway: false,
    cause: mode
  })
})

/** Migrates, and enters the cell: a release before cells could not be asked which one it made. */
const prepare = Effect.fnUntraced(function*({ database }: Target, { cell = 0, migrations }: MigratedOptions) {
  // Any other error of the database is reported by the migration.
  yield* Effect.catchTag(requireWrites(database), "SqlError", () => Effect.void)
  yield* migrate(migrations)
  // A test's own migrations may make no such table.
  if (migrations === undefined) yield* claimCell(cell)
})

type MigratedOptions = Options & { readonly migrations?: typeof migrations }

/** The pool, once the database has answered and is migrated. */
export const layer = (
  options: MigratedOptions
): Layer.Layer<Clients, DatabaseError> =>
  Layer.unwrap(Effect.gen(function*() {
    const target = yield* targetOf(options)
    yield* check(target, options)
    return Layer.effectDiscard(prepare(target, options)).pipe(Layer.provideMerge(pool(target)))
  }))
