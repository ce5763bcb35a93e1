import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { isSqlError } from "effect/sql/SqlError"
import * as Database from "../../src/schema/Database.ts"
import { transaction } from "../../src/sql/Transaction.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"
import * as Proxy from "../Proxy.ts"

it.live("a transaction that loses its connection fails as a statement does, without a defect", () =>
  Effect.gen(function*() {
    const { url } = yield* DatabaseTest
    const proxy = yield* Proxy.make(url)
    const clients = yield* Layer.build(Database.layerPool({ url: proxy.url, connectTimeout: "1 second" }))
    const error = yield* Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const cut = Effect.andThen(sql`select 1`, Effect.sync(() => proxy.cut()))
      return yield* Effect.flip(transaction(sql, Effect.andThen(cut, sql`select 2`)))
    }).pipe(Effect.provideContext(clients))
    assert.isTrue(isSqlError(error))
  }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))
