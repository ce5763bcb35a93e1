/**
 * Compares Sluice with the baseline: alternating rounds on one PostgreSQL and one partner, both warmed up alike.
 * Prints a table and leaves the raw figures in `results/`. What is measured and why: README.md.
 */
import { setTimeout as sleep } from "node:timers/promises"
import type pg from "pg"
import { type Child, start } from "./Child.ts"
import { type DatabaseServer, using } from "./DatabaseServer.ts"
import { type Figures, type RoundFigures, write } from "./Report.ts"
import { assertAlike, rowsWritten } from "./RowsWritten.ts"
import type { Measured, Round } from "./Side.ts"

const seconds = Number(process.env["BENCH_SECONDS"] ?? 6)
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 7)
const inFlight = 64
const maxOrders = 200_000

const full: Round = { inFlight, seconds, maxOrders }
const alone: Round = { inFlight: 1, seconds: Math.max(2, seconds / 2), maxOrders }

interface Side {
  readonly name: "baseline" | "sluice"
  readonly child: Child
  readonly client: pg.Client
  readonly counters: () => Promise<Counters>
}

interface Counters {
  readonly statements: number
  readonly walBytes: number
  readonly databaseCpuMs: number | undefined
}

const statementsQuery = `select coalesce(sum(calls), 0)::float8 as n from pg_stat_statements s
  join pg_database d on d.oid = s.dbid where d.datname = current_database()`

const countersOf = async (server: DatabaseServer, client: pg.Client): Promise<Side["counters"]> => {
  await client.query("create extension if not exists pg_stat_statements").catch(() => {})
  const counts = await client.query(statementsQuery).then(() => true, () => false)
  const asked = counts
    ? statementsQuery
    : "select xact_commit::float8 as n from pg_stat_database where datname = current_database()"
  return async () => {
    // Not while nothing waits: backends tell of their transactions a second later at most.
    if (!counts) await sleep(1200)
    const { rows: [calls] } = await client.query(asked)
    const { rows: [wal] } = await client.query(
      "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as n"
    )
    return { statements: calls.n, walBytes: wal.n, databaseCpuMs: server.cpuMs() }
  }
}

/** The counters' own statements, two in each reading. */
const ownStatements = 2

const round = async (side: Side, asked: Round): Promise<RoundFigures> => {
  const before = await side.counters()
  const measured = await side.child.ask(asked) as Measured
  const after = await side.counters()
  const per = (total: number) => total / measured.orders
  return {
    ...measured,
    statementsPerOrder: per(after.statements - before.statements - ownStatements),
    walBytesPerOrder: per(after.walBytes - before.walBytes),
    ...(after.databaseCpuMs !== undefined && before.databaseCpuMs !== undefined
      && { databaseCpuMsPerOrder: per(after.databaseCpuMs - before.databaseCpuMs) })
  }
}

await using(async (server) => {
  const partner = await start("./partner.ts")
  const { port } = partner.greeting as { readonly port: number }
  const open = async (name: Side["name"]): Promise<Side> => {
    const url = await server.create(`bench_${name}`)
    const environment = { BENCH_DATABASE_URL: url, BENCH_PARTNER_URL: `http://127.0.0.1:${port}` }
    const profiled = process.env["BENCH_PROFILE"] === name ? ["--cpu-prof", "--cpu-prof-dir=results/profiles"] : []
    const client = await server.connect(url)
    const counters = await countersOf(server, client)
    return { name, child: await start(`./${name}/main.ts`, environment, profiled), client, counters }
  }
  const sides = [await open("baseline"), await open("sluice")] as const
  const admin = await server.connect(await server.create("bench_admin"))
  const figures: Figures = { baseline: { full: [], alone: [] }, sluice: { full: [], alone: [] } }

  for (const side of sides) await side.child.ask(full)
  for (const side of sides) await side.child.ask(alone)
  for (let n = 0; n < rounds; n++) {
    for (const side of n % 2 === 0 ? sides : sides.toReversed()) {
      // So that no round pays for pages that another has dirtied.
      await admin.query("checkpoint")
      const measured = await round(side, full)
      figures[side.name].full.push(measured)
      process.stdout.write(`round ${n + 1}, ${side.name}: ${measured.ordersPerSecond.toFixed(0)} orders/s\n`)
    }
    for (const side of n % 2 === 0 ? sides : sides.toReversed()) figures[side.name].alone.push(await round(side, alone))
  }

  for (const side of sides) await side.child.end()
  const rows = { baseline: await rowsWritten(sides[0].client), sluice: await rowsWritten(sides[1].client) }
  for (const side of sides) await side.client.end()
  process.stdout.write(`\nstored per order:\n${JSON.stringify(rows, null, 2)}\n`)
  await partner.end()
  await admin.end()
  write(figures, { postgres: server.version, seconds, rounds, inFlight, rows })
  assertAlike(rows.baseline, rows.sluice)
})
