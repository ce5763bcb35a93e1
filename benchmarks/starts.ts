/**
 * The time from the server's start to its first ready answer, with a new database and with one that exists, and the
 * number of statements that it sends while nothing happens. Prints them and leaves them in `results/`.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { countersOf } from "./Counters.ts"
import { using } from "./DatabaseServer.ts"
import { save } from "./Report.ts"
import { startServer } from "./sluice/Server.ts"

const laterStarts = 3
const idleSeconds = 20

/** With the PostgreSQL that it brings. */
const starts = async () => {
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-start-"))
  await chmod(directory, 0o711)
  const ready: Array<number> = []
  try {
    for (let n = 0; n <= laterStarts; n++) {
      const server = await startServer({ SLUICE_DATA_DIR: directory })
      ready.push(Math.round(server.readyAfterMs))
      await server.stop()
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
  const [first, ...later] = ready
  return { firstReadyMs: first, laterReadyMs: later }
}

const idle = () =>
  using(async (database) => {
    const url = await database.create("bench_idle")
    const client = await database.connect(url)
    const counters = await countersOf(database, client)
    const server = await startServer({ DATABASE_URL: url })
    await sleep(3000)
    const before = await counters()
    await sleep(idleSeconds * 1000)
    const after = await counters()
    const text = `select calls, query from pg_stat_statements s join pg_database d on d.oid = s.dbid
      where d.datname = current_database() order by calls desc limit 8`
    const { rows } = await client.query<{ readonly calls: string; readonly query: string }>(text).catch(() => ({
      rows: []
    }))
    await server.stop()
    await client.end()
    return {
      // Less the counters' own.
      statementsPerSecond: (after.statements - before.statements - 2) / idleSeconds,
      databaseCpuMsPerSecond: ((after.databaseCpuMs ?? NaN) - (before.databaseCpuMs ?? NaN)) / idleSeconds,
      mostFrequent: rows.map(({ calls, query }) => `${calls} x ${query.replaceAll(/\s+/g, " ").slice(0, 90)}`)
    }
  })

const figures = { promised: { firstReadyMs: 15_000, laterReadyMs: 3000, statementsPerSecond: 2 }, ...await starts() }
const whole = { ...figures, idle: await idle() }
process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`)
save("starts", whole)
