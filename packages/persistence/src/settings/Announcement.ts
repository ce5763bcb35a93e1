/** Notifies every process of a committed change of the settings. */
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"

/** The channel on which changes are announced. */
export const channel = "sluice_settings"

/** Announces a change of settings. To be called in its transaction. */
export const announce = (sql: SqlClient.SqlClient) =>
  Effect.andThen(
    sql`UPDATE settings_revision SET revision = revision + 1`,
    sql`SELECT pg_notify(${channel}, '')`
  )
