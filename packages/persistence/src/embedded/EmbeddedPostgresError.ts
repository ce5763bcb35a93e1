/**
 * The reasons why the embedded PostgreSQL cannot be started. Each message is one line that names the remedy, because it
 * is what the user reads when a start fails (contract, section 2).
 */
import { Effect, Schema } from "effect"

/** The directory belongs to a Sluice that is alive. */
export class DirectoryInUse extends Schema.TaggedError<DirectoryInUse>()("DirectoryInUse", {
  directory: Schema.String,
  pid: Schema.Int
}) {
  override get message() {
    return `SLUICE_DATA_DIR: ${this.directory} is in use by process ${this.pid}. `
      + "Stop that process, give this one another SLUICE_DATA_DIR, or set DATABASE_URL for both to share one PostgreSQL"
  }
}

/** The data were written by another major version of PostgreSQL than the one shipped. */
export class VersionMismatch extends Schema.TaggedError<VersionMismatch>()("VersionMismatch", {
  directory: Schema.String,
  found: Schema.String,
  shipped: Schema.String
}) {
  override get message() {
    return `SLUICE_DATA_DIR: ${this.directory} was written by PostgreSQL ${this.found}, and this release brings `
      + `PostgreSQL ${this.shipped}. Dump it with pg_dump while a PostgreSQL ${this.found} serves it (the release of `
      + "Sluice that wrote it does), move the directory away, start again and restore the dump; or go on with that release"
  }
}

/** The embedded server cannot run: no rights, no room, or binaries that do not run here. */
export class EmbeddedPostgresError extends Schema.TaggedError<EmbeddedPostgresError>()("EmbeddedPostgresError", {
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {
  /** Runs Node's promise API; a rejection says what was attempted. */
  static attempt<A>(what: string, run: () => Promise<A>) {
    return Effect.tryPromise({
      try: run,
      catch: (cause) =>
        new EmbeddedPostgresError({
          message: `embedded PostgreSQL: could not ${what}: ${cause instanceof Error ? cause.message : String(cause)}; `
            + "let SLUICE_DATA_DIR name a directory that this user can write, or DATABASE_URL a PostgreSQL",
          cause
        })
    })
  }
}

/** Every way in which starting can fail. */
export type StartError = DirectoryInUse | VersionMismatch | EmbeddedPostgresError
