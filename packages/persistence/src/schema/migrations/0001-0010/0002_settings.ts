/**
 * The settings: documents with their secrets sealed, a version each, and one revision over all of them, which grows
 * with every change, so that a process can ask with one number whether it is up to date.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Documents are `text`: what was written is returned digit for digit, and sealed members are not to be searched. */
const documents = (table: string) => `
CREATE TABLE ${table} (
  id text COLLATE "C" PRIMARY KEY,
  version integer NOT NULL,
  document text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Lists are newest first: a place in them that no later change moves.
  seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE
)`

const statements = [
  `CREATE TABLE settings_revision (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  revision bigint NOT NULL
)`,
  `INSERT INTO settings_revision (revision) VALUES (0)`,
  ...["pipelines", "connectors", "auth_providers", "webhook_endpoints"].map(documents),
  // Versions outlive their pipeline: runs keep the version that they started with, and records are read for years.
  `CREATE TABLE pipeline_versions (
  id text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  document text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, version)
)`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
