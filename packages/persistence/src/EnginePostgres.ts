/**
 * The database side of the engine in one layer, for a service of your own that runs orders durably. Several
 * processes may work on one database; runs of one that dies are taken over by the others within ten seconds.
 */
import type * as PgClient from "@effect/sql-pg/PgClient"
import type { Journal, JournalUnavailable } from "@sluice/engine/journal/Journal"
import type { RunReader } from "@sluice/engine/journal/RunReader"
import type { PartnerBreaker } from "@sluice/engine/partners/PartnerBreaker"
import { Layer, Redacted } from "effect"
import type * as SqlClient from "effect/sql/SqlClient"
import * as JournalPostgres from "./journal/JournalPostgres.ts"
import * as Database from "./schema/Database.ts"
import * as DatabaseClock from "./schema/DatabaseClock.ts"

export interface EnginePostgresOptions extends JournalPostgres.Options {
  /** As `DATABASE_URL` takes it: `postgres://user:password@host:5432/database`. The tables are made, and migrated. */
  readonly url: string | Redacted.Redacted
  /** Default 10, beside the three of the journal. */
  readonly maxConnections?: number
}

/**
 * The engine on PostgreSQL. Fails where the database cannot be reached or commits nothing. Later it may go away and
 * come back.
 */
export const layer = (
  { maxConnections, url, ...journal }: EnginePostgresOptions
): Layer.Layer<
  Journal | RunReader | PartnerBreaker | PgClient.PgClient | SqlClient.SqlClient,
  Database.DatabaseError | JournalUnavailable
> =>
  JournalPostgres.layerInTime(journal).pipe(
    Layer.provideMerge(DatabaseClock.layer),
    Layer.provideMerge(Database.layer({
      url: typeof url === "string" ? Redacted.make(url) : url,
      ...(maxConnections !== undefined && { maxConnections })
    }))
  )
