/**
 * Compares Sluice with two programs written by hand, all driven from inside their processes, on one PostgreSQL and one partner.
 * Prints a table and leaves the raw figures in `results/`. What is measured and why: README.md.
 */
import { start } from "./Child.ts"
import { countersOf } from "./Counters.ts"
import { using } from "./DatabaseServer.ts"
import { inProcess, write } from "./Report.ts"
import { compare, type Contender, inFlight, rounds, seconds } from "./Rounds.ts"
import { assertAlike, rowsWritten } from "./RowsWritten.ts"
import type { Measured } from "./Side.ts"

await using(async (server) => {
  const partner = await start("./partner.ts")
  const { port } = partner.greeting as { readonly port: number }
  const open = async (name: Contender["name"]) => {
    const url = await server.create(`bench_${name}`)
    const environment = { BENCH_DATABASE_URL: url, BENCH_PARTNER_URL: `http://127.0.0.1:${port}` }
    // BENCH_PROFILE=sluice leaves a processor profile of that side; its figures then count for nothing.
    const profile = process.env["BENCH_PROFILE"] === name ? ["--cpu-prof", "--cpu-prof-dir=results/profiles"] : []
    const client = await server.connect(url)
    const file = name === "sluice" ? "./sluice/main.ts" : "./baseline/main.ts"
    const schema = name === "best" ? { BENCH_SCHEMA: "best" } : {}
    const child = await start(file, { ...environment, ...schema }, profile)
    const counters = await countersOf(server, client)
    return { name, child, client, counters, run: async (round: object) => await child.ask(round) as Measured }
  }
  const baseline = await open("baseline")
  const best = await open("best")
  const sluice = await open("sluice")
  const sides = [baseline, best, sluice]
  const figures = await compare(sides, baseline.client)

  for (const side of sides) await side.child.end()
  await partner.end()
  const rows = { baseline: await rowsWritten(baseline.client), sluice: await rowsWritten(sluice.client) }
  for (const side of sides) await side.client.end()
  write("in-process", figures, inProcess, { postgres: server.version, seconds, rounds, inFlight, rows })
  assertAlike(rows.baseline, rows.sluice)
})
