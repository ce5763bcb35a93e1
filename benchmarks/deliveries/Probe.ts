/** One round of one side: events at one rate, and how long after its commit each request's head was at its receiver. */
import { setTimeout as sleep } from "node:timers/promises"
import type pg from "pg"
import { type Child, start } from "../Child.ts"
import type { DatabaseServer } from "../DatabaseServer.ts"
import { store } from "./Endpoints.ts"
import type { Committed, Load } from "./OpenLoop.ts"
import type { Seen } from "./receivers.ts"

export interface Side {
  readonly name: string
  readonly child: Child
  readonly receivers: Child
  readonly client: pg.Client
  readonly endpoints: number
}

export interface Probed extends Load {
  readonly events: number
  /** From commit to first byte, over all deliveries, after the first half second. */
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  /** From the moment at which the last event was due to the last commit. */
  readonly lagMs: number
  /** For each delivery: the side's process while events came in, the database, the receivers. */
  readonly engineCpuMs: number
  readonly databaseCpuMs: number
  readonly receiversCpuMs: number
  /** The rate is held: p50 within 50 ms, p95 within 250 ms, and commits keep up with the events. */
  readonly held: boolean
}

/** Connections have to be opened, and lanes to find their width. */
const leadMs = 500

export const quantile = (sorted: ReadonlyArray<number>, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN

/** A side on a database of its own, with receivers of its own. */
export const side = async (
  server: DatabaseServer,
  name: string,
  file: string,
  { endpoints = 3, types, execArgv = [] }: {
    readonly endpoints?: number
    readonly types: ReadonlyArray<string>
    readonly execArgv?: ReadonlyArray<string>
  }
): Promise<Side> => {
  const url = await server.create(`bench_${name}`)
  const client = await server.connect(url)
  const receivers = await start("./deliveries/receivers.ts", { BENCH_ENDPOINTS: String(endpoints) })
  const urls = receivers.greeting as ReadonlyArray<string>
  await store(client, urls, types)
  const child = await start(file, { BENCH_DATABASE_URL: url, BENCH_ENDPOINT_URLS: JSON.stringify(urls) }, execArgv)
  return { name, child, receivers, client, endpoints }
}

export const end = async ({ child, client, receivers }: Side): Promise<void> => {
  await child.end()
  await receivers.end()
  await client.end()
}

const awaitSent = async (it: Side, expected: number): Promise<void> => {
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (await it.receivers.ask({ count: true }) as number >= expected) return
    await sleep(50)
  }
  throw new Error(`${it.name}: not everything was sent within a minute`)
}

/** Until nothing is pending. */
export const awaitRecorded = async (client: pg.Client): Promise<void> => {
  for (;;) {
    const { rows: [row] } = await client.query("select exists (select from deliveries where state = 'pending') as it")
    if (row.it === false) return
    await sleep(50)
  }
}

export const probe = async (server: DatabaseServer, it: Side, load: Load): Promise<Probed> => {
  await it.receivers.ask({ take: true })
  const databaseBefore = server.cpuMs() ?? NaN
  const { begun, cpuMs, events, lagMs } = await it.child.ask(load) as Committed
  const deliveries = events.length * it.endpoints
  await awaitSent(it, deliveries)
  await awaitRecorded(it.client)
  const databaseCpuMs = ((server.cpuMs() ?? NaN) - databaseBefore) / deliveries
  const seen = await it.receivers.ask({ take: true }) as Seen
  const commits = new Map(events.map(([id, at]) => [`msg-${id.replaceAll("-", "")}`, at]))
  if (seen.requests.length !== deliveries) throw new Error(`${it.name}: ${seen.requests.length} of ${deliveries} sent`)
  const waited = seen.requests.flatMap(([, id, at]) => {
    const commit = commits.get(id) ?? NaN
    return commit < begun + leadMs ? [] : [at - commit]
  }).toSorted((a, b) => a - b)
  const [p50Ms, p95Ms, p99Ms] = [quantile(waited, 0.5), quantile(waited, 0.95), quantile(waited, 0.99)]
  return {
    ...load,
    events: events.length,
    p50Ms,
    p95Ms,
    p99Ms,
    lagMs,
    engineCpuMs: cpuMs / deliveries,
    databaseCpuMs,
    receiversCpuMs: seen.cpuMs / deliveries,
    held: p50Ms <= 50 && p95Ms <= 250 && lagMs <= 250
  }
}
