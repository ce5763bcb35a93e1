/**
 * The erasure of a customer with 1,000 orders beside full load: how long it takes, and the latency of orders beside it
 * against that of the same load alone, in alternating rounds. Sluice's own server with all roles, load from a process of
 * its own that keeps 64 orders in flight, each with three callouts and `Prefer: wait`. The load beside an erasure begins
 * with it and lasts until it has ended; the load alone lasts as long. The processor time of the server says whether the
 * load was full. Leaves `results/erasure.json`.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { performance } from "node:perf_hooks"
import { setTimeout as pause } from "node:timers/promises"
import { Pool } from "undici"
import { start } from "./Child.ts"
import { using } from "./DatabaseServer.ts"
import type { Summary } from "./Latencies.ts"
import { median } from "./Medians.ts"
import { order } from "./Order.ts"
import { cpuMsOf } from "./ProcessCpu.ts"
import { startServer } from "./sluice/Server.ts"
import { settings } from "./sluice/ServerSettings.ts"

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 10)
const longestSeconds = 60
const ordersOfOne = Number(process.env["BENCH_ORDERS"] ?? 1000)
const inFlight = 64

/** The results of the load over one phase, with the server's processor time. */
interface Phase extends Summary {
  /** Processor time of the server's own process, per second: 1 is a whole core, and all that it can use for most work. */
  readonly serverCores: number
}

interface ErasureRound {
  readonly erasedMs: number
  readonly alone: Phase
  readonly beside: Phase
}

const textOf = ({ ordersPerSecond, p99Ms, serverCores }: Phase): string =>
  `p99 ${p99Ms.toFixed(0)} ms, ${ordersPerSecond.toFixed(0)}/s, ${serverCores.toFixed(2)} cores`

let customers = 0
const json = { "content-type": "application/json" }

const post = async (pool: Pool, path: string, body: unknown, headers = {}) => {
  const answer = await pool.request({
    method: "POST",
    path,
    headers: { ...json, ...headers },
    body: JSON.stringify(body)
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 300) throw new Error(`${path} answered ${answer.statusCode}: ${text}`)
  return JSON.parse(text) as { readonly id?: string }
}

/** A customer with all orders ended. */
const fill = async (pool: Pool): Promise<string> => {
  const customer = `customer-${customers++}`
  const person = {
    customerId: customer,
    customerEmail: `${customer}@example.com`,
    customerName: `Grace ${customer} Hopper`,
    customerPhone: `+46 70 ${1_000_000 + customers}`
  }
  let made = 0
  await Promise.all(Array.from({ length: inFlight }, async () => {
    while (made < ordersOfOne) {
      const n = made++
      const submitted = { ...order(n), ...person, externalId: `${customer}-${n}` }
      await post(pool, "/v1/orders", submitted, { prefer: "wait=60" })
    }
  }))
  return customer
}

/** Milliseconds from the request to the end of the job. */
const erase = async (pool: Pool, customer: string): Promise<number> => {
  const begun = performance.now()
  const { id } = await post(pool, `/v1/customers/${customer}/erase`, { reason: "benchmark" })
  for (;;) {
    const { body } = await pool.request({ method: "GET", path: `/v1/jobs/${id}` })
    const job = await body.json() as { readonly state: string; readonly done: number; readonly failed: number }
    if (job.state === "completed") {
      if (job.done < ordersOfOne || job.failed > 0) throw new Error(`not everything was erased: ${JSON.stringify(job)}`)
      return performance.now() - begun
    }
    await pause(50)
  }
}

await using(async (server) => {
  const load = await start("./load.ts")
  const partnerUrl = `http://127.0.0.1:${(load.greeting as { readonly port: number }).port}`
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-erasure-"))
  const file = join(directory, "settings.json")
  await writeFile(file, JSON.stringify(settings(partnerUrl)))
  const databaseUrl = await server.create("erasure")
  const sluice = await startServer({ DATABASE_URL: databaseUrl, SLUICE_CONFIG: file, SLUICE_DATA_DIR: directory })
  const pool = new Pool(sluice.url, { connections: inFlight })
  const round = { inFlight, maxOrders: 1_000_000, waits: true, serverUrl: sluice.url }
  const loaded = async (seconds: number): Promise<Phase> => {
    const before = cpuMsOf(sluice.pid, false) ?? NaN
    const summary = await load.ask({ ...round, seconds }) as Summary
    return { ...summary, serverCores: ((cpuMsOf(sluice.pid, false) ?? NaN) - before) / summary.seconds / 1000 }
  }
  const besideErasure = async (customer: string) => {
    const measured = loaded(longestSeconds)
    const erasedMs = await erase(pool, customer)
    load.tell("stop")
    return { erasedMs, beside: await measured }
  }
  const oneRound = async (aloneFirst: boolean, aloneSeconds: number): Promise<ErasureRound> => {
    const customer = await fill(pool)
    if (aloneFirst) {
      const alone = await loaded(aloneSeconds)
      return { alone, ...await besideErasure(customer) }
    }
    const erasure = await besideErasure(customer)
    return { ...erasure, alone: await loaded(erasure.beside.seconds) }
  }

  await loaded(5)
  const measured: Array<ErasureRound> = []
  for (let n = 0; n < rounds; n++) {
    const one = await oneRound(n % 2 === 1, measured.at(-1)?.beside.seconds ?? 5)
    measured.push(one)
    process.stdout.write(
      `erased in ${(one.erasedMs / 1000).toFixed(1)} s; alone ${textOf(one.alone)}; beside ${textOf(one.beside)}
`
    )
  }
  const ratios = measured.map(({ alone, beside }) => beside.p99Ms / alone.p99Ms)
  const rates = measured.map(({ alone, beside }) => beside.ordersPerSecond / alone.ordersPerSecond)
  const times = measured.map(({ erasedMs }) => erasedMs / 1000)
  const summary = {
    ordersOfOne,
    inFlight,
    rounds,
    erasureSeconds: { median: median(times), worst: Math.max(...times) },
    p99Ratio: { median: median(ratios), all: ratios.map((ratio) => Number(ratio.toFixed(2))) },
    rateRatio: median(rates),
    measured
  }
  await writeFile(new URL("results/erasure.json", import.meta.url), `${JSON.stringify(summary, undefined, 2)}\n`)
  process.stdout.write(`${JSON.stringify({ ...summary, measured: undefined })}\n`)
  await pool.close()
  await sluice.stop()
  await load.end()
  await rm(directory, { recursive: true, force: true })
})
