/**
 * A database of its own for a test: migrated, empty, gone afterwards. It is a
 * copy of one template on the server of the run (`./DatabaseServer.ts`, named
 * in `globalSetup` of the workspace's vitest.config.ts), so it costs some 70 ms to make and drop.
 */
import type * as PgClient from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Redacted, Schema } from "effect"
import type { SqlClient } from "effect/sql"
import { randomBytes } from "node:crypto"
import { connect } from "node:net"
import { text } from "node:stream/consumers"
import * as Database from "../schema/Database.ts"
import { execute, type Offer, PORT_VARIABLE, withDatabase } from "./DatabaseServer.ts"

const Answer = Schema.fromJsonString(
  Schema.Union([
    Schema.Struct({ url: Schema.String, template: Schema.String }),
    Schema.Struct({ error: Schema.String })
  ])
)

const offer: Effect.Effect<Offer> = Effect.promise(async () => {
  const port = process.env[PORT_VARIABLE]
  if (port === undefined) throw new Error("vitest.config.ts lacks the globalSetup that DatabaseTest.ts describes")
  const answer = Schema.decodeUnknownSync(Answer)(await text(connect(Number(port), "127.0.0.1")))
  if ("error" in answer) throw new Error(answer.error)
  return answer
})

const make = Effect.fnUntraced(function*(from: (offer: Offer) => string) {
  const server = yield* offer
  const name = `sluice_test_${randomBytes(6).toString("hex")}`
  yield* Effect.acquireRelease(
    // Copies files instead of writing each page to the write-ahead log: the server of the run does not sync to disk.
    execute(server.url, `CREATE DATABASE ${name} TEMPLATE ${from(server)} STRATEGY FILE_COPY`),
    () => Effect.ignore(execute(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  )
  return { url: Redacted.make(withDatabase(server.url, name)) }
}, Effect.orDie)

export class DatabaseTest extends Context.Service<DatabaseTest, {
  /** The URL of the test's own database: for another pool, or the `DATABASE_URL` of a server that the test starts. */
  readonly url: Redacted.Redacted
}>()("@sluice/persistence/testing/DatabaseTest") {
  /** The database alone, without a schema. */
  static readonly layerEmpty: Layer.Layer<DatabaseTest> = Layer.effect(DatabaseTest, make(() => "template0"))

  /** The database, migrated, and a pool of 10 connections to it. */
  static readonly layer: Layer.Layer<DatabaseTest | PgClient.PgClient | SqlClient.SqlClient> = Layer.unwrap(
    Effect.map(DatabaseTest, ({ url }) => Database.layerPool({ url }))
  ).pipe(Layer.provideMerge(Layer.effect(DatabaseTest, make(({ template }) => template))))
}
