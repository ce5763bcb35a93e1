/**
 * The same order on everything that does this: `peers/Contenders.ts` says on what, README.md what is measured and why.
 * Appends each turn to `results/peers.jsonl` as it ends; `peers-report.ts` makes tables and charts of them. A round is
 * some three minutes. BENCH_ROUNDS says how many there are to be in the end; BENCH_APPEND=1 keeps those that are there
 * and takes what is missing, and BENCH_BUDGET bounds the seconds after which no turn begins, so that rounds may be taken
 * in portions. BENCH_ONLY=dbos,restate (or all) tries some and stores nothing.
 */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { performance } from "node:perf_hooks"
import { start } from "./Child.ts"
import { using } from "./DatabaseServer.ts"
import { kept } from "./Medians.ts"
import { contenders } from "./peers/Contenders.ts"
import { isDisturbed, type Lengths, take, type Turn } from "./peers/Turn.ts"
import { machine } from "./Report.ts"

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5)
const budgetMs = Number(process.env["BENCH_BUDGET"] ?? Infinity) * 1000
/**
 * The time that is measured in a turn: three quarters with 64 in flight, after as long a warm-up, and one quarter with
 * one.
 */
const seconds = Number(process.env["BENCH_SECONDS"] ?? 6)
const lengths: Lengths = {
  inFlight: 64,
  warmUpSeconds: seconds * 0.75,
  fullSeconds: seconds * 0.75,
  aloneSeconds: seconds / 4
}
const only = process.env["BENCH_ONLY"]?.split(",")
const taking = contenders.filter(({ name }) => only === undefined || only.includes("all") || only.includes(name))

const directory = new URL("./results/", import.meta.url)
const file = new URL("peers.jsonl", directory)
mkdirSync(directory, { recursive: true })
if (only === undefined && (process.env["BENCH_APPEND"] !== "1" || !existsSync(file))) writeFileSync(file, "")
const taken = new Set(
  only === undefined
    ? kept<{ readonly round: number; readonly name: string }>("peers").map(({ name, round }) => `${round} ${name}`)
    : []
)

/** Each begins a round in turn, and every other round goes backwards. */
const orderOf = (round: number) => {
  const at = (round * 4) % taking.length
  const turned = [...taking.slice(at), ...taking.slice(0, at)]
  return round % 2 === 0 ? turned : turned.toReversed()
}

const show = (round: number, name: string, { alone, full }: Turn) =>
  process.stdout.write(
    `round ${round + 1}, ${name.padEnd(16)} ${full.ordersPerSecond.toFixed(0).padStart(6)} orders/s, `
      + `p99 ${full.p99Ms.toFixed(1)} ms, CPU ${full.cpuMsPerOrder.toFixed(2)} + ${
        (full.databaseCpuMsPerOrder ?? NaN).toFixed(2)
      } ms, SQL ${full.statementsPerOrder.toFixed(1)}, WAL ${full.walBytesPerOrder.toFixed(0)}, `
      + `${full.peakMiB?.toFixed(0)} + ${full.databaseMiB?.toFixed(0)} MiB; alone p50 ${alone.p50Ms.toFixed(2)} ms; `
      + `others took ${(full.foreignShare * 100).toFixed(1)} and ${(alone.foreignShare * 100).toFixed(1)} %\n`
  )

await using(async (server) => {
  const partner = await start("./partner.ts")
  const told = { date: new Date().toISOString().slice(0, 10), machine: machine(), postgres: server.version, lengths }
  for (let round = 0; round < rounds; round++) {
    for (const contender of orderOf(round)) {
      if (taken.has(`${round} ${contender.name}`) || performance.now() > budgetMs) continue
      const turn = await take(contender, server, partner, lengths)
      show(round, contender.name, turn)
      if (only !== undefined) continue
      if (isDisturbed(turn)) process.stdout.write("  others took too much of the machine: this one is not kept\n")
      else appendFileSync(file, `${JSON.stringify({ round, name: contender.name, ...told, turn })}\n`)
    }
  }
  await partner.end()
})
