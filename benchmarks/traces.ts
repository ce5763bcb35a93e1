/**
 * The cost of tracing: two of Sluice's own servers in turn, one that sends every order's spans over OTLP (to a
 * collector that takes them and forgets), one that sends none. Behind HTTP, each on a database of its own. README.md
 * has figures.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { start } from "./Child.ts"
import { using } from "./DatabaseServer.ts"
import type { Summary } from "./Latencies.ts"
import { markdownTable } from "./MarkdownTable.ts"
import { median } from "./Medians.ts"
import { cpuMsOf } from "./ProcessCpu.ts"
import { machine } from "./Report.ts"
import { inFlight, rounds, seconds } from "./Rounds.ts"
import { startServer } from "./sluice/Server.ts"
import { settings } from "./sluice/ServerSettings.ts"

interface Turn {
  readonly ordersPerSecond: number
  readonly cpuMsPerOrder: number
}

await using(async (server) => {
  const load = await start("./load.ts")
  const partnerUrl = `http://127.0.0.1:${(load.greeting as { readonly port: number }).port}`
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-traces-"))
  const file = join(directory, "settings.json")
  await writeFile(file, JSON.stringify(settings(partnerUrl)))

  const side = async (name: string, telemetry: Readonly<Record<string, string>>) => {
    const url = await server.create(`traces_${name}`)
    const ours = await startServer({
      DATABASE_URL: url,
      SLUICE_CONFIG: file,
      SLUICE_DATA_DIR: join(directory, name),
      ...telemetry
    })
    const turn = async (): Promise<Turn> => {
      const before = cpuMsOf(ours.pid, false) ?? NaN
      const { orders, ordersPerSecond } = await load.ask({
        inFlight,
        seconds,
        maxOrders: 200_000,
        serverUrl: ours.url
      }) as Summary
      return { ordersPerSecond, cpuMsPerOrder: ((cpuMsOf(ours.pid, false) ?? NaN) - before) / orders }
    }
    return { name, turn, turns: [] as Array<Turn>, stop: ours.stop }
  }
  const silent = await side("silent", {})
  const traced = await side("traced", { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${partnerUrl}/v1/traces` })

  for (const one of [silent, traced]) await one.turn()
  for (let n = 0; n < rounds; n++) {
    for (const one of n % 2 === 0 ? [silent, traced] : [traced, silent]) {
      one.turns.push(await one.turn())
      process.stdout.write(`round ${n + 1}, ${one.name}: ${one.turns.at(-1)?.ordersPerSecond.toFixed(0)} orders/s\n`)
    }
  }
  for (const one of [silent, traced]) await one.stop()
  await load.end()
  await rm(directory, { recursive: true, force: true })

  const rows = (["ordersPerSecond", "cpuMsPerOrder"] as const).map((figure) => {
    const [without, withTraces] = [silent, traced].map(({ turns }) => median(turns.map((turn) => turn[figure])))
    return [
      figure,
      (without ?? NaN).toFixed(3),
      (withTraces ?? NaN).toFixed(3),
      ((withTraces ?? NaN) / (without ?? NaN)).toFixed(2)
    ]
  })
  const table = markdownTable([["", "no traces", "every order traced", "ratio"], ...rows])
  process.stdout.write(`\n${table}\n`)
  await writeFile(
    new URL("./results/traces.json", import.meta.url),
    `${
      JSON.stringify(
        { machine: machine(), postgres: server.version, seconds, rounds, silent: silent.turns, traced: traced.turns },
        undefined,
        2
      )
    }\n`
  )
})
