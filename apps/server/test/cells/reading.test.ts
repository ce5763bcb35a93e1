import { assert, describe, it } from "@effect/vitest"
import * as Database from "@sluice/persistence/schema/Database"
import { Effect, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as Cells from "../support/Cells.ts"
import type { Answer } from "../support/Sluice.ts"

const until = (ask: Effect.Effect<Answer>, holds: (answer: Answer) => boolean) =>
  Effect.repeat(ask, { until: holds, schedule: Schedule.spaced("50 millis") })

const set = Effect.fnUntraced(function*(environment: Readonly<Record<string, string>> = {}) {
  const databases = yield* Cells.databases([0, 5])
  const path = yield* Cells.file(databases, { acme: 5, "*": 0 })
  return { databases, sluice: yield* Cells.start(path, ["acme@acme"], environment) }
})

/** The connections of everything but this question to a database. */
const connectionsTo = (url: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* Effect.orDie(sql<{ readonly open: number }>`select count(*)::int as open from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`)
    return row?.open ?? 0
  }).pipe(Effect.provide(Database.layerPool({ url: Redacted.make(url), maxConnections: 1 })))

describe("cells that are read from", () => {
  it.live("a process that owns no cell keeps at most four connections to each", () =>
    Effect.gen(function*() {
      const { databases, sluice: { ask } } = yield* set({ SLUICE_ROLES: "api" })
      assert.strictEqual((yield* ask("PUT", "/v1/pipelines/p", { body: { steps: [] } })).status, 201)
      yield* until(ask("GET", "/v1/pipelines/p", { key: "acme" }), ({ status }) => status === 200)
      const requests = Array.from({ length: 40 }, (_, n) => {
        const key = n % 2 === 0 ? "ops" : "acme"
        return n % 4 < 2
          ? ask("GET", "/v1/orders", { key })
          : ask("POST", "/v1/orders", { key, body: { orderType: "A" } })
      })
      const answers = yield* Effect.forEach(requests, (request) => request, { concurrency: "unbounded" })
      assert.sameMembers([...new Set(answers.map(({ status }) => status))], [200, 202])
      for (const { direct, id } of databases) assert.isAtMost(yield* connectionsTo(direct), 4, `cell ${id}`)
    }).pipe(Effect.scoped))
})
