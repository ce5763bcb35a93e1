/**
 * The same comparison behind HTTP: the programs written by hand behind node:http, Sluice's own server, each a process,
 * with the load from one more, with 202 and with `Prefer: wait`. Prints a table and leaves the raw figures in `results/`. README.md says what is measured.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { start } from "./Child.ts"
import { countersOf } from "./Counters.ts"
import { using } from "./DatabaseServer.ts"
import type { Summary } from "./Latencies.ts"
import { cpuMsOf } from "./ProcessCpu.ts"
import { behindHttp, write } from "./Report.ts"
import { compare, type Contender, inFlight, rounds, seconds } from "./Rounds.ts"
import { assertAlike, rowsWritten } from "./RowsWritten.ts"
import { startServer } from "./sluice/Server.ts"
import { settings } from "./sluice/ServerSettings.ts"

await using(async (server) => {
  const load = await start("./load.ts")
  const partnerUrl = `http://127.0.0.1:${(load.greeting as { readonly port: number }).port}`
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-settings-"))
  const file = join(directory, "settings.json")
  await writeFile(file, JSON.stringify(settings(partnerUrl)))

  const contender = async (name: Contender["name"], databaseUrl: string, pid: number, serverUrl: string) => {
    const client = await server.connect(databaseUrl)
    const run: Contender["run"] = async (round) => {
      const before = cpuMsOf(pid, false) ?? NaN
      const summary = await load.ask({ ...round, serverUrl }) as Summary
      return { ...summary, cpuMsPerOrder: ((cpuMsOf(pid, false) ?? NaN) - before) / summary.orders }
    }
    return { name, client, counters: await countersOf(server, client), run }
  }

  const byHand = async (name: "baseline" | "best", schema: string) => {
    const databaseUrl = await server.create(`http_${name}`)
    const child = await start("./baseline/http.ts", {
      BENCH_DATABASE_URL: databaseUrl,
      BENCH_PARTNER_URL: partnerUrl,
      BENCH_SCHEMA: schema
    })
    const { pid, url } = child.greeting as { readonly pid: number; readonly url: string }
    return { child, ...(await contender(name, databaseUrl, pid, url)) }
  }
  const baseline = await byHand("baseline", "today")
  const best = await byHand("best", "best")
  const databaseUrl = await server.create("http_sluice")
  const ours = await startServer({ DATABASE_URL: databaseUrl, SLUICE_CONFIG: file, SLUICE_DATA_DIR: directory })
  const sluice = await contender("sluice", databaseUrl, ours.pid, ours.url)
  const sides = [baseline, best, sluice]
  const figures = await compare(sides, baseline.client, { waits: true })

  await ours.stop()
  await baseline.child.end()
  await best.child.end()
  await load.end()
  await rm(directory, { recursive: true, force: true })
  const rows = { baseline: await rowsWritten(baseline.client), sluice: await rowsWritten(sluice.client) }
  for (const side of sides) await side.client.end()
  write("behind-http", figures, behindHttp, { postgres: server.version, seconds, rounds, inFlight, rows })
  assertAlike(rows.baseline, rows.sluice)
})
