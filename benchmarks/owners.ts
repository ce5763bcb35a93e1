/**
 * Four owners of a cell each beside one owner of one cell, each server with the same share of a processor (cgroups, version
 * 1, as root) so that a machine with two processors can hold them all. Load goes to each cell's owner, from a process for
 * each, with as many orders in flight per owner. Prints orders per second of the four together over four times those of the
 * one, and the processor time per order. Leaves `results/owners.json`.
 */
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { type Child, start } from "./Child.ts"
import { type DatabaseServer, using } from "./DatabaseServer.ts"
import type { Summary } from "./Latencies.ts"
import { median } from "./Medians.ts"
import { cpuMsOf } from "./ProcessCpu.ts"
import { type RunningServer, startServer } from "./sluice/Server.ts"
import { settings } from "./sluice/ServerSettings.ts"

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 6)
const seconds = Number(process.env["BENCH_SECONDS"] ?? 6)
/** Of a processor, for each server. */
const share = Number(process.env["BENCH_SHARE"] ?? 0.12)
const inFlight = Number(process.env["BENCH_IN_FLIGHT"] ?? 16)

const keyOf = (tenant: number): string => `tenant${tenant}-0123456789abcdef`
const adminKey = "ops-0123456789abcdef"

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number }
      server.close(() => resolve(port))
    })
  })

/** Gives a process its share; short periods, since what is used up is waited for until the next one begins. */
const limit = (pid: number): () => void => {
  const group = `/sys/fs/cgroup/cpu/sluice-bench-${pid}`
  mkdirSync(group)
  writeFileSync(`${group}/cpu.cfs_period_us`, "20000")
  writeFileSync(`${group}/cpu.cfs_quota_us`, String(20_000 * share))
  writeFileSync(`${group}/cgroup.procs`, String(pid))
  return () => rmdirSync(group)
}

interface Owner {
  readonly server: RunningServer
  readonly load: Child
  readonly key: string
}

interface Cluster {
  readonly owners: ReadonlyArray<Owner>
  readonly end: () => Promise<void>
}

/** As many cells as servers, each owned by one. */
const cluster = async (database: DatabaseServer, partnerUrl: string, count: number): Promise<Cluster> => {
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-owners-"))
  const numbers = Array.from({ length: count }, (_, n) => n)
  const cells: Array<object> = []
  for (const id of numbers) cells.push({ id, databaseUrl: await database.create(`owners_${count}_${id}`, false) })
  const file = join(directory, "cells.json")
  const tenants = Object.fromEntries(numbers.map((n) => [`t${n}`, n]))
  await writeFile(file, JSON.stringify({ cells, tenants: { ...tenants, "*": 0 } }))
  const config = join(directory, "settings.json")
  await writeFile(config, JSON.stringify(settings(partnerUrl)))
  const environment = {
    SLUICE_CELLS: file,
    SLUICE_CONFIG: config,
    SLUICE_DATA_DIR: directory,
    SLUICE_CLUSTER_HOST: "127.0.0.1",
    SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
    SLUICE_API_KEYS: [`ops:admin=${adminKey}`, ...numbers.map((n) => `k${n}@t${n}:submit+read=${keyOf(n)}`)].join(",")
  }
  const servers = new Map<string, RunningServer>()
  for (const _ of numbers) {
    const port = await freePort()
    servers.set(`127.0.0.1:${port}`, await startServer({ ...environment, SLUICE_CLUSTER_PORT: String(port) }))
  }
  const owners = await owned(servers, count)
  for (const owner of owners) await measured([owner], 8)
  const groups = owners.map(({ server }) => limit(server.pid))
  return {
    owners,
    end: async () => {
      await Promise.all(owners.map(({ load, server }) => Promise.all([load.end(), server.stop()])))
      for (const remove of groups) remove()
      await rm(directory, { recursive: true, force: true })
    }
  }
}

/** Waits until each server owns one cell. */
const owned = async (servers: ReadonlyMap<string, RunningServer>, count: number): Promise<ReadonlyArray<Owner>> => {
  const [first] = servers.values()
  for (;;) {
    const answer = await fetch(`${first?.url}/health/ready`, { headers: { authorization: `Bearer ${adminKey}` } })
    const { cells = [] } = await answer.json() as {
      readonly cells?: ReadonlyArray<{ readonly id: number; readonly owner?: string }>
    }
    const names = new Set(cells.map(({ owner }) => owner).filter((owner) => owner !== undefined))
    const metrics = await Promise.all([...servers.values()].map(async ({ url }) => {
      const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${adminKey}` } })).text()
      return /^sluice_cell_owned\{cell="\d+"\} 1$/m.test(text)
    }))
    if (names.size === count && metrics.every(Boolean)) {
      return Promise.all(cells.map(async ({ id, owner = "" }) => ({
        server: servers.get(owner)!,
        load: await start("./load.ts"),
        key: keyOf(id)
      })))
    }
    await pause(200)
  }
}

interface Measured {
  readonly ordersPerSecond: number
  readonly cpuMsPerOrder: number
}

/** Orders per second of all together, and the processor time of their servers for each. */
const measured = async (owners: ReadonlyArray<Owner>, forSeconds = seconds): Promise<Measured> => {
  const cpu = () => owners.reduce((sum, { server }) => sum + (cpuMsOf(server.pid, false) ?? 0), 0)
  const before = cpu()
  const figures = await Promise.all(owners.map(({ key, load, server }) =>
    load.ask({
      inFlight,
      seconds: forSeconds,
      maxOrders: 1e9,
      waits: true,
      serverUrl: server.url,
      key
    }) as Promise<Summary>
  ))
  const orders = figures.reduce((sum, each) => sum + each.orders, 0)
  return {
    ordersPerSecond: figures.reduce((sum, each) => sum + each.ordersPerSecond, 0),
    cpuMsPerOrder: (cpu() - before) / orders
  }
}

await using(async (database) => {
  const partner = await start("./partner.ts")
  const partnerUrl = `http://127.0.0.1:${(partner.greeting as { readonly port: number }).port}`
  const one = await cluster(database, partnerUrl, 1)
  const four = await cluster(database, partnerUrl, 4)
  const pairs: Array<{ readonly one: Measured; readonly four: Measured }> = []
  for (let n = 0; n < rounds; n++) {
    const [before, after] = n % 2 === 0 ? [one, four] : [four, one]
    const [first, second] = [await measured(before.owners), await measured(after.owners)]
    const pair = n % 2 === 0 ? { one: first, four: second } : { one: second, four: first }
    pairs.push(pair)
    process.stdout.write(
      `one ${pair.one.ordersPerSecond.toFixed(0)}/s at ${pair.one.cpuMsPerOrder.toFixed(2)} ms, four ${
        pair.four.ordersPerSecond.toFixed(0)
      }/s at ${pair.four.cpuMsPerOrder.toFixed(2)} ms: ${
        (pair.four.ordersPerSecond / pair.one.ordersPerSecond / 4).toFixed(2)
      }\n`
    )
  }
  const results = {
    share,
    inFlight,
    seconds,
    rounds,
    ordersPerSecond: median(pairs.map(({ four, one }) => four.ordersPerSecond / one.ordersPerSecond / 4)),
    cpuPerOrder: median(pairs.map(({ four, one }) => four.cpuMsPerOrder / one.cpuMsPerOrder)),
    pairs
  }
  writeFileSync(new URL("results/owners.json", import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`)
  process.stdout.write(`${JSON.stringify({ ...results, pairs: undefined })}\n`)
  await one.end()
  await four.end()
  await partner.end()
})
