/**
 * Several processes on one database beside one alone, in alternating rounds of one run, with as many orders in flight in
 * all. Prints orders per second and p99 of each number of processes, and their ratios to one. On two processors, with the
 * database and the partner on them too, more processes cannot do more; they must not do less.
 */
import { writeFileSync } from "node:fs"
import { type Child, start } from "./Child.ts"
import { using } from "./DatabaseServer.ts"
import type { Measured, Round } from "./Side.ts"

const seconds = Number(process.env["BENCH_SECONDS"] ?? 6)
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5)
const inFlight = 64
const numbers = [1, 2, 8] as const

interface Figures {
  readonly ordersPerSecond: number
  readonly p99Ms: number
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const together = async (children: ReadonlyArray<Child>): Promise<Figures> => {
  const asked: Round = { inFlight: inFlight / children.length, seconds, maxOrders: 1e9 }
  const measured = await Promise.all(children.map((child) => child.ask(asked) as Promise<Measured>))
  return {
    ordersPerSecond: measured.reduce((sum, one) => sum + one.ordersPerSecond, 0),
    // The slowest process's: a bound on that of all their orders.
    p99Ms: Math.max(...measured.map((one) => one.p99Ms))
  }
}

await using(async (server) => {
  const partner = await start("./partner.ts")
  const { port } = partner.greeting as { readonly port: number }
  const environment = {
    BENCH_DATABASE_URL: await server.create("bench_workers"),
    BENCH_PARTNER_URL: `http://127.0.0.1:${port}`
  }
  const children: Array<Child> = []
  for (let n = 0; n < Math.max(...numbers); n++) children.push(await start("./sluice/main.ts", environment))
  // Warmed up alike.
  for (const child of children) await together([child])

  const figures = new Map(numbers.map((number) => [number, [] as Array<Figures>]))
  for (let n = 0; n < rounds; n++) {
    for (const number of n % 2 === 0 ? numbers : numbers.toReversed()) {
      const found = await together(children.slice(0, number))
      figures.get(number)?.push(found)
      process.stdout.write(
        `round ${n + 1}, ${number}: ${found.ordersPerSecond.toFixed(0)}/s, p99 ${found.p99Ms.toFixed(1)} ms\n`
      )
    }
  }
  const alone = figures.get(1) ?? []
  const lines = numbers.map((number) => {
    const own = figures.get(number) ?? []
    const ratio = (of: (one: Figures) => number) =>
      median(own.map((one, i) => of(one) / of(alone[i] ?? one))).toFixed(2)
    const rate = median(own.map((one) => one.ordersPerSecond)).toFixed(0)
    const p99 = median(own.map((one) => one.p99Ms)).toFixed(1)
    return `${number} processes: ${rate} orders/s (${ratio((one) => one.ordersPerSecond)} × one), `
      + `p99 ${p99} ms (${ratio((one) => one.p99Ms)} × one)`
  })
  const text = [
    `PostgreSQL ${server.version}, ${inFlight} orders in flight in all, medians of ${rounds} rounds`,
    ...lines
  ]
  process.stdout.write(`\n${text.join("\n")}\n`)
  writeFileSync(new URL("./results/workers.txt", import.meta.url), `${text.join("\n")}\n`)
  for (const child of children) await child.end()
  await partner.end()
})
