/**
 * One process beside eight on one database, which write through one of them (`SLUICE_CLUSTER_HOST`, `SLUICE_CLUSTER_PORT`),
 * in alternating rounds, with as many orders in flight in all. Prints the orders of a flush and the owner's processor time
 * for an order. `BENCH_APART=1` adds eight that write each for itself. Contract: section 11, "Owners".
 */
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type pg from "pg"
import { start } from "./Child.ts"
import { using } from "./DatabaseServer.ts"
import type { Summary } from "./Latencies.ts"
import { markdownTable } from "./MarkdownTable.ts"
import { median } from "./Medians.ts"
import { cpuMsOf } from "./ProcessCpu.ts"
import { machine } from "./Report.ts"
import { inFlight, rounds, seconds } from "./Rounds.ts"
import { type RunningServer, startServer } from "./sluice/Server.ts"
import { settings } from "./sluice/ServerSettings.ts"

const processes = 8

interface Turn {
  readonly ordersPerSecond: number
  readonly ordersPerFlush: number
  /** Of the process that executes the runs; of the mean process where each executes its own. */
  readonly ownerCpuMsPerOrder: number
  readonly cpuMsPerOrder: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** Statements that store steps: those of the journal's writer alone. */
const flushes = `select coalesce(sum(calls), 0)::int as n from pg_stat_statements s
  join pg_database d on d.oid = s.dbid where d.datname = current_database() and query like '%into steps%'`

/** The processes that execute the runs of the one cell. */
const ownersOf = async (servers: ReadonlyArray<RunningServer>): Promise<ReadonlyArray<RunningServer>> => {
  const metrics = await Promise.all(servers.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()))
  return servers.filter((_, n) => /^sluice_cell_owned\{cell="0"\} 1$/m.test(metrics[n] ?? ""))
}

/** Waits until one process alone owns the cell. */
const settled = async (servers: ReadonlyArray<RunningServer>): Promise<RunningServer> => {
  for (;;) {
    const [owner, second] = await ownersOf(servers)
    if (owner !== undefined && second === undefined) return owner
    await sleep(200)
  }
}

await using(async (server) => {
  const load = await start("./load.ts")
  const partnerUrl = `http://127.0.0.1:${(load.greeting as { readonly port: number }).port}`
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-one-writer-"))
  const file = join(directory, "settings.json")
  await writeFile(file, JSON.stringify(settings(partnerUrl)))

  const turnOf = async (client: pg.Client, servers: ReadonlyArray<RunningServer>, owner: RunningServer | undefined) => {
    const used = () => new Map(servers.map(({ pid }) => [pid, cpuMsOf(pid, false) ?? NaN]))
    const count = async () => (await client.query(flushes)).rows[0].n as number
    const [before, flushed] = [used(), await count()]
    const { orders, ordersPerSecond, p50Ms, p99Ms } = await load.ask({
      inFlight,
      seconds,
      maxOrders: 200_000,
      serverUrl: servers.map(({ url }) => url)
    }) as Summary
    const [after, written] = [used(), await count() - flushed]
    const costOf = (pid: number) => (after.get(pid) ?? NaN) - (before.get(pid) ?? NaN)
    const all = servers.reduce((sum, { pid }) => sum + costOf(pid), 0)
    const turn: Turn = {
      ordersPerSecond,
      ordersPerFlush: orders / written,
      ownerCpuMsPerOrder: (owner === undefined ? all : costOf(owner.pid)) / orders,
      cpuMsPerOrder: all / orders,
      p50Ms,
      p99Ms
    }
    return turn
  }

  const side = async (name: string, number: number, isCluster: boolean) => {
    const databaseUrl = await server.create(`one_writer_${name}`)
    const client = await server.connect(databaseUrl)
    await client.query("create extension if not exists pg_stat_statements")
    const key = randomBytes(32).toString("base64")
    const servers: Array<RunningServer> = []
    for (let n = 0; n < number; n++) {
      servers.push(
        await startServer({
          DATABASE_URL: databaseUrl,
          SLUICE_CONFIG: file,
          SLUICE_DATA_DIR: join(directory, `${name}-${n}`),
          SLUICE_ENCRYPTION_KEY: key,
          ...(isCluster && { SLUICE_CLUSTER_HOST: "127.0.0.1", SLUICE_CLUSTER_PORT: String(await freePort()) })
        })
      )
    }
    const turn = async () => turnOf(client, servers, isCluster ? await settled(servers) : undefined)
    const stop = async () => {
      for (const { stop } of servers) await stop()
      await client.end()
    }
    return { name, turn, turns: [] as Array<Turn>, stop }
  }

  const sides = [
    await side("one", 1, false),
    await side("alone_in_cluster", 1, true),
    await side("eight_in_cluster", processes, true),
    ...(process.env["BENCH_APART"] === "1" ? [await side("eight_apart", processes, false)] : [])
  ]
  for (const one of sides) await one.turn()
  for (let n = 0; n < rounds; n++) {
    for (const one of n % 2 === 0 ? sides : sides.toReversed()) {
      const turn = await one.turn()
      one.turns.push(turn)
      process.stdout.write(
        `round ${n + 1}, ${one.name}: ${turn.ordersPerSecond.toFixed(0)}/s, ${turn.ordersPerFlush.toFixed(1)} a flush, `
          + `${turn.ownerCpuMsPerOrder.toFixed(2)} ms\n`
      )
    }
  }
  for (const one of sides) await one.stop()
  await load.end()
  await rm(directory, { recursive: true, force: true })

  const figures = [
    "ordersPerSecond",
    "ordersPerFlush",
    "ownerCpuMsPerOrder",
    "cpuMsPerOrder",
    "p50Ms",
    "p99Ms"
  ] as const
  const rows = figures.map((figure) => {
    const [first = NaN, ...others] = sides.map(({ turns }) => median(turns.map((turn) => turn[figure])))
    return [
      figure,
      first.toFixed(2),
      ...others.map((value) => `${value.toFixed(2)} (${(value / first).toFixed(2)} ×)`)
    ]
  })
  process.stdout.write(`\n${markdownTable([["", ...sides.map(({ name }) => name.replaceAll("_", " "))], ...rows])}\n`)
  // A try must not replace a measurement.
  if (rounds < 5) return
  const told = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    postgres: server.version,
    seconds,
    rounds
  }
  const turns = Object.fromEntries(sides.map(({ name, turns }) => [name, turns]))
  await writeFile(
    new URL("./results/one-writer.json", import.meta.url),
    `${JSON.stringify({ ...told, turns }, undefined, 2)}\n`
  )
})
