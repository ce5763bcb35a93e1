/**
 * The database a server works on: a pool of connections, checked and migrated
 * when the layer is built. Afterwards it may go away and come back (contract,
 * section 7): statements fail while it is away, and the pool connects anew.
 * Statement and lock timeouts are their callers' choice.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { type Duration, Effect, Layer, Redacted, Schedule, Schema } from "effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { migrate, type MigrationFailed, type migrations, type SchemaTooNew } from "./Migrations.ts"

export interface Options {
  /** `postgres://user:password@host:port/database`, or with `?host=<directory of a socket>`. */
  readonly url: Redacted.Redacted
  /** Default 10. The embedded server takes 100 in all. */
  readonly maxConnections?: number
  /**
   * The timeout of one connection attempt. Default 3 s: requests are answered within 5 s while the database is away.
   */
  readonly connectTimeout?: Duration.Input
  /** The name in `pg_stat_activity`. Default `sluice`. */
  readonly applicationName?: string
  /** Session defaults, e.g. `statement_timeout`. */
  readonly startupParameters?: Readonly<Record<string, string>>
}

/**
 * The database cannot be reached, refuses the login, or does not exist. The message names the remedy and no password.
 */
export class DatabaseUnavailable extends Schema.TaggedError<DatabaseUnavailable>()("DatabaseUnavailable", {
  message: Schema.String,
  cause: Schema.Defect()
}) {}

/** Every way in which {@link layer} can fail. */
export type DatabaseError = DatabaseUnavailable | SchemaTooNew | MigrationFailed

type Clients = PgClient.PgClient | SqlClient.SqlClient

/** PostgreSQL's or the system's code (`3D000`, `ECONNREFUSED`) and words, from the innermost cause that has them. */
const diagnose = (error: unknown): { readonly code: string; readonly text: string } => {
  if (!(error instanceof Error)) return { code: "", text: String(error) }
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause
  if (inner instanceof Error && inner !== error) return diagnose(inner)
  return { code: String((error as NodeJS.ErrnoException).code ?? ""), text: error.message }
}

const mend = (code: string, database: string) => {
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
    default:
      return "Correct it, or unset it to use the embedded PostgreSQL"
  }
}

const unavailable = (options: Options, cause: unknown) => {
  const url = URL.parse(Redacted.value(options.url))
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    // Nothing of it is shown: any part of what is no URL may be the password.
    const message = "DATABASE_URL: it is no URL like postgres://user:password@host:5432/database. "
      + "Correct it, or unset it to use the embedded PostgreSQL"
    return new DatabaseUnavailable({ message, cause })
  }
  const { code, text } = diagnose(cause)
  const database = url.pathname.slice(1)
  const host = url.searchParams.get("host") ?? url.host
  return new DatabaseUnavailable({
    message: `DATABASE_URL (${host}/${database}): ${text}. ${mend(code, database)}`,
    cause
  })
}

/** Is starting up or shutting down: it will say something else soon. */
const isTransient = (error: SqlError) => diagnose(error).code === "57P03"

/** The pool alone: connects on first use, so it is built even while the database is away. */
export const layerPool = (options: Options): Layer.Layer<Clients> =>
  PgClient.layer({
    url: options.url,
    applicationName: options.applicationName ?? "sluice",
    maxConnections: options.maxConnections ?? 10,
    connectTimeout: options.connectTimeout ?? "3 seconds",
    ...(options.startupParameters === undefined ? {} : { startupParameters: options.startupParameters })
  }).pipe(Layer.orDie)

/** Reaches the database or says why not, in one line. */
export const check = Effect.fnUntraced(function*(options: Options) {
  const sql = yield* PgClient.PgClient
  yield* sql`SELECT 1`.pipe(
    Effect.retry({ while: isTransient, schedule: Schedule.spaced("200 millis"), times: 50 }),
    Effect.mapError((error) => unavailable(options, error))
  )
})

/** The pool, once the database has answered and is migrated. */
export const layer = (
  options: Options & { readonly migrations?: typeof migrations }
): Layer.Layer<Clients, DatabaseError> =>
  Layer.effectDiscard(Effect.andThen(check(options), migrate(options.migrations))).pipe(
    Layer.provideMerge(layerPool(options))
  )
