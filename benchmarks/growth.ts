/**
 * The cost of an order as things grow: steps of its pipeline, bytes of its body, orders stored before it, pipelines to
 * choose from. Sluice in its process, as in `peers.ts`, each point in a fresh process. Appends to
 * `results/growth.jsonl`; `growth-report.ts` draws. BENCH_ONLY=history,steps,body,pipelines takes some of them,
 * BENCH_APPEND=1 adds rounds to those that are there.
 */
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs"
import { type Child, start } from "./Child.ts"
import { type DatabaseServer, using } from "./DatabaseServer.ts"
import { fill } from "./History.ts"
import type { Contender } from "./peers/Contenders.ts"
import { isDisturbed, type Lengths, take, takeOn, type Turn } from "./peers/Turn.ts"
import { machine } from "./Report.ts"

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 3)
const fullSeconds = Number(process.env["BENCH_SECONDS"] ?? 4)
const lengths: Lengths = { inFlight: 64, warmUpSeconds: fullSeconds * 0.75, fullSeconds, aloneSeconds: fullSeconds / 4 }

const dimensions: Readonly<Record<string, readonly [variable: string, points: ReadonlyArray<number>]>> = {
  steps: ["BENCH_STEPS", [1, 3, 10, 30]],
  body: ["BENCH_BODY_BYTES", [2_000, 20_000, 60_000, 200_000]],
  pipelines: ["BENCH_PIPELINES", [1, 10, 100, 1_000]]
}
const histories = [0, 10_000, 100_000, 1_000_000]

const only = process.env["BENCH_ONLY"]?.split(",") ?? [...Object.keys(dimensions), "history"]
const directory = new URL("./results/", import.meta.url)
const file = new URL("growth.jsonl", directory)
mkdirSync(directory, { recursive: true })
if (process.env["BENCH_APPEND"] !== "1") writeFileSync(file, "")

const tell = (dimension: string, at: number, postgres: string, turn: Turn) => {
  const { alone, full } = turn
  process.stdout.write(
    `${dimension} ${at}: ${full.ordersPerSecond.toFixed(0)} orders/s, CPU ${full.cpuMsPerOrder.toFixed(3)} + ${
      (full.databaseCpuMsPerOrder ?? NaN).toFixed(3)
    } ms, WAL ${full.walBytesPerOrder.toFixed(0)}, alone p50 ${alone.p50Ms.toFixed(2)} ms\n`
  )
  const told = { date: new Date().toISOString().slice(0, 10), machine: machine(), postgres, lengths }
  if (isDisturbed(turn)) process.stdout.write("  others took too much of the machine: this one is not kept\n")
  else appendFileSync(file, `${JSON.stringify({ ...told, dimension, at, turn })}\n`)
}

const sluice = (dimension: string, environment: Readonly<Record<string, string>>): Contender => ({
  name: `growth-${dimension}`,
  label: dimension,
  file: "./sluice/main.ts",
  isMigrated: true,
  environment
})

/** One database that grows; all rounds of a point one after the other. */
const history = async (server: DatabaseServer, partner: Child) => {
  const url = await server.create("growth_history")
  const client = await server.connect(url)
  let stored = 0
  for (const orders of histories) {
    if (orders > stored) await fill(client, stored + 1, orders)
    stored = orders
    for (let n = 0; n < rounds; n++) {
      tell("history", orders, server.version, await takeOn(url, sluice("history", {}), server, partner, lengths))
    }
  }
  await client.end()
  await server.drop("growth_history")
}

await using(async (server) => {
  const partner = await start("./partner.ts")
  for (let n = 0; n < rounds; n++) {
    for (const [dimension, [variable, points]] of Object.entries(dimensions)) {
      if (!only.includes(dimension)) continue
      for (const point of n % 2 === 0 ? points : points.toReversed()) {
        const contender = sluice(dimension, { [variable]: String(point) })
        tell(dimension, point, server.version, await take(contender, server, partner, lengths))
      }
    }
  }
  if (only.includes("history")) await history(server, partner)
  await partner.end()
})
