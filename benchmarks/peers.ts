/**
 * The same order on everything that does this: `peers/Contenders.ts` says on what, README.md what is measured and why.
 * Appends each round to `results/peers.jsonl` as it ends; `peers-report.ts` makes tables and charts of them. A round is
 * some three minutes; BENCH_ROUNDS says how many, BENCH_APPEND=1 adds to those that are there (rounds may be taken
 * hours apart), BENCH_ONLY=dbos,restate tries some and stores nothing.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { performance } from "node:perf_hooks"
import { start } from "./Child.ts"
import { using } from "./DatabaseServer.ts"
import { contenders } from "./peers/Contenders.ts"
import { type Lengths, take } from "./peers/Turn.ts"
import { machine } from "./Report.ts"

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5)
const fullSeconds = Number(process.env["BENCH_SECONDS"] ?? 5)
const lengths: Lengths = { inFlight: 64, warmUpSeconds: fullSeconds * 0.8, fullSeconds, aloneSeconds: fullSeconds / 2 }
const only = process.env["BENCH_ONLY"]?.split(",")
const taking = contenders.filter(({ name }) => only === undefined || only.includes(name))

const directory = new URL("./results/", import.meta.url)
const file = new URL("peers.jsonl", directory)
mkdirSync(directory, { recursive: true })
if (only === undefined && process.env["BENCH_APPEND"] !== "1") writeFileSync(file, "")
const former = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter((line) => line !== "").length : 0

await using(async (server) => {
  const partner = await start("./partner.ts")
  for (let n = former; n < former + rounds; n++) {
    const begun = performance.now()
    // Each begins a round in turn, and every other round goes backwards.
    const at = (n * 4) % taking.length
    const turned = [...taking.slice(at), ...taking.slice(0, at)]
    const turns: Record<string, object> = {}
    for (const contender of n % 2 === 0 ? turned : turned.toReversed()) {
      const turn = await take(contender, server, partner, lengths)
      turns[contender.name] = turn
      const { alone, full } = turn
      process.stdout.write(
        `round ${n + 1}, ${contender.name.padEnd(16)} ${full.ordersPerSecond.toFixed(0).padStart(6)} orders/s, `
          + `p99 ${full.p99Ms.toFixed(1)} ms, CPU ${full.cpuMsPerOrder.toFixed(2)} + ${
            (full.databaseCpuMsPerOrder ?? NaN).toFixed(2)
          } ms, SQL ${full.statementsPerOrder.toFixed(1)}, WAL ${full.walBytesPerOrder.toFixed(0)}, `
          + `${full.peakMiB?.toFixed(0)} + ${full.databaseMiB?.toFixed(0)} MiB; alone p50 ${
            alone.p50Ms.toFixed(2)
          } ms\n`
      )
    }
    process.stdout.write(`round ${n + 1} took ${((performance.now() - begun) / 1000).toFixed(0)} s\n`)
    if (only !== undefined) continue
    const told = { date: new Date().toISOString().slice(0, 10), machine: machine(), postgres: server.version, lengths }
    appendFileSync(file, `${JSON.stringify({ ...told, turns })}\n`)
  }
  await partner.end()
})
