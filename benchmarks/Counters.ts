/** The cost of a side to the database so far: statements, WAL, processor time. */
import { setTimeout as sleep } from "node:timers/promises"
import type pg from "pg"
import type { DatabaseServer } from "./DatabaseServer.ts"

export interface Counts {
  readonly statements: number
  readonly walBytes: number
  readonly databaseCpuMs: number | undefined
}

export type Counters = () => Promise<Counts>

const exact = `select coalesce(sum(calls), 0)::float8 as n from pg_stat_statements s
  join pg_database d on d.oid = s.dbid where d.datname = current_database()`

/** Used without the extension: transactions, which are the same for statements that commit by themselves. */
const nearly = "select xact_commit::float8 as n from pg_stat_database where datname = current_database()"

const wal = "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as n"

/** Of the statements above, one or two are counted in each reading. */
const ownStatements = 2

export const countersOf = async (server: DatabaseServer, client: pg.Client): Promise<Counters> => {
  await client.query("create extension if not exists pg_stat_statements").catch(() => {})
  const isExact = await client.query(exact).then(() => true, () => false)
  return async () => {
    // A backend tells of its transactions a second later at most.
    if (!isExact) await sleep(1200)
    const { rows: [calls] } = await client.query(isExact ? exact : nearly)
    const { rows: [bytes] } = await client.query(wal)
    return { statements: calls.n, walBytes: bytes.n, databaseCpuMs: server.cpuMs() }
  }
}

/** The cost of one round for each order. */
export const costPerOrder = (before: Counts, after: Counts, orders: number) => ({
  statementsPerOrder: (after.statements - before.statements - ownStatements) / orders,
  walBytesPerOrder: (after.walBytes - before.walBytes) / orders,
  ...(after.databaseCpuMs !== undefined && before.databaseCpuMs !== undefined
    && { databaseCpuMsPerOrder: (after.databaseCpuMs - before.databaseCpuMs) / orders })
})
