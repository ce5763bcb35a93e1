/**
 * The erasure of customers with 1,000 orders each beside full load: how long one takes, and the p99 of orders beside it
 * against the p99 alone, in alternating rounds. Sluice's own server with all roles, load from a process of its own, 64
 * orders in flight, each with three callouts and `Prefer: wait`. One erasure follows the other for as long as the round lasts, so that
 * every order of it runs beside one. Leaves `results/erasure.json`.
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
import { startServer } from "./sluice/Server.ts"
import { settings } from "./sluice/ServerSettings.ts"

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 6)
const seconds = Number(process.env["BENCH_SECONDS"] ?? 8)
const ordersOfOne = Number(process.env["BENCH_ORDERS"] ?? 1000)
const inFlight = 64

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
  const round = { inFlight, seconds, maxOrders: 1_000_000, waits: true, serverUrl: sluice.url }
  const loaded = () => load.ask(round) as Promise<Summary>

  await loaded()
  const times: Array<number> = []
  const pairs: Array<{ readonly alone: Summary; readonly beside: Summary }> = []
  const prepared: Array<string> = []
  const one = async (isBeside: boolean): Promise<Summary> => {
    if (!isBeside) return loaded()
    const over = new AbortController()
    const measured = loaded().finally(() => over.abort())
    while (!over.signal.aborted) {
      const customer = prepared.pop()
      if (customer === undefined) throw new Error("more customers were erased than were made: raise the number")
      times.push(await erase(pool, customer))
    }
    return measured
  }
  for (let n = 0; n < rounds; n++) {
    const wanted = Math.ceil(seconds * 1000 / Math.min(2500, ...times)) + 1
    while (prepared.length < wanted) prepared.push(await fill(pool))
    const first = await one(n % 2 === 1)
    const second = await one(n % 2 === 0)
    const [alone, beside] = n % 2 === 1 ? [second, first] : [first, second]
    pairs.push({ alone, beside })
    process.stdout.write(
      `p99 alone ${alone.p99Ms.toFixed(1)} ms (${alone.ordersPerSecond.toFixed(0)}/s), beside ${
        beside.p99Ms.toFixed(1)
      } ms (${beside.ordersPerSecond.toFixed(0)}/s), ratio ${(beside.p99Ms / alone.p99Ms).toFixed(2)}; erasures ${
        times.slice(-4).map((ms) => (ms / 1000).toFixed(1)).join(", ")
      } s\n`
    )
  }
  const ratios = pairs.map(({ alone, beside }) => beside.p99Ms / alone.p99Ms)
  const summary = {
    ordersOfOne,
    inFlight,
    seconds,
    rounds,
    erasureSeconds: { median: median(times) / 1000, worst: Math.max(...times) / 1000, erased: times.length },
    p99Ratio: { median: median(ratios), all: ratios.map((ratio) => Number(ratio.toFixed(2))) },
    pairs
  }
  await writeFile(new URL("results/erasure.json", import.meta.url), `${JSON.stringify(summary, undefined, 2)}\n`)
  process.stdout.write(`${JSON.stringify({ ...summary, pairs: undefined })}\n`)
  await pool.close()
  await sluice.stop()
  await load.end()
  await rm(directory, { recursive: true, force: true })
})
