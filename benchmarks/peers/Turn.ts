/**
 * One contender's turn in a round: started in a fresh process on an empty database, warmed up, measured with 64 orders
 * in flight and with one, and ended, so that a contender that polls does not disturb the next.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { performance } from "node:perf_hooks"
import { type Child, start } from "../Child.ts"
import { costPerOrder, countersOf } from "../Counters.ts"
import type { DatabaseServer } from "../DatabaseServer.ts"
import type { Summary } from "../Latencies.ts"
import { cpuMsOf, machineBusyMs, peakMiBOf, writtenBytesOf } from "../ProcessCpu.ts"
import type { Measured, Round } from "../Side.ts"
import { startServer } from "../sluice/Server.ts"
import { settings } from "../sluice/ServerSettings.ts"
import type { Contender } from "./Contenders.ts"

export interface TurnFigures extends Summary {
  /** Of the contender's process and of those that it starts. */
  readonly cpuMsPerOrder: number
  readonly databaseCpuMsPerOrder: number | undefined
  readonly statementsPerOrder: number
  readonly walBytesPerOrder: number
  /** By the contender's own processes: what Restate's server stores. */
  readonly writtenBytesPerOrder: number
  /** The most that the contender's processes held since their start. */
  readonly peakMiB: number | undefined
  readonly databaseMiB: number | undefined
  /** The share of the machine that other programs took meanwhile, of 1; a large one makes the turn worthless. */
  readonly foreignShare: number
}

export interface Turn {
  readonly full: TurnFigures
  readonly alone: TurnFigures
}

interface Running {
  readonly pid: number
  /** The processes of the customer and the partner, whose work is not counted. */
  readonly helperPids: ReadonlyArray<number>
  readonly run: (round: Round) => Promise<Summary>
  readonly end: () => Promise<void>
}

const driven = async (
  file: string,
  contender: Contender,
  databaseUrl: string,
  partner: Child
): Promise<Running> => {
  const { port } = partner.greeting as { readonly port: number }
  const child = await start(file, {
    ...contender.environment,
    BENCH_DATABASE_URL: databaseUrl,
    BENCH_PARTNER_URL: `http://127.0.0.1:${port}`
  })
  return {
    pid: child.pid,
    helperPids: [partner.pid],
    run: async (round) => await child.ask(round) as Measured,
    end: child.end
  }
}

/** Sluice's own server; customer and partner are one process more. */
const behindHttp = async (databaseUrl: string): Promise<Running> => {
  const load = await start("./load.ts")
  const partnerUrl = `http://127.0.0.1:${(load.greeting as { readonly port: number }).port}`
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-settings-"))
  const file = join(directory, "settings.json")
  await writeFile(file, JSON.stringify(settings(partnerUrl)))
  const server = await startServer({ DATABASE_URL: databaseUrl, SLUICE_CONFIG: file, SLUICE_DATA_DIR: directory })
  return {
    pid: server.pid,
    helperPids: [load.pid],
    run: async (round) => await load.ask({ ...round, serverUrl: server.url }) as Summary,
    end: async () => {
      await server.stop()
      await load.end()
      await rm(directory, { recursive: true, force: true })
    }
  }
}

/** The same program written by hand behind node:http. */
const byHandBehindHttp = async (databaseUrl: string): Promise<Running> => {
  const load = await start("./load.ts")
  const { port } = load.greeting as { readonly port: number }
  const child = await start("./baseline/http.ts", {
    BENCH_DATABASE_URL: databaseUrl,
    BENCH_PARTNER_URL: `http://127.0.0.1:${port}`
  })
  const { url } = child.greeting as { readonly url: string }
  return {
    pid: child.pid,
    helperPids: [load.pid],
    run: async (round) => await load.ask({ ...round, serverUrl: url }) as Summary,
    end: async () => {
      await child.end()
      await load.end()
    }
  }
}

const running = (contender: Contender, databaseUrl: string, partner: Child): Promise<Running> => {
  const { file } = contender
  if (typeof file === "string") return driven(file, contender, databaseUrl, partner)
  return file.http === "sluice" ? behindHttp(databaseUrl) : byHandBehindHttp(databaseUrl)
}

export interface Lengths {
  readonly inFlight: number
  readonly warmUpSeconds: number
  readonly fullSeconds: number
  readonly aloneSeconds: number
}

const maxOrders = 200_000

/** On a database that is there already. */
export const takeOn = async (
  url: string,
  contender: Contender,
  server: DatabaseServer,
  partner: Child,
  { aloneSeconds, fullSeconds, inFlight, warmUpSeconds }: Lengths
): Promise<Turn> => {
  const client = await server.connect(url)
  const counters = await countersOf(server, client)
  const taking = await running(contender, url, partner)
  const foreignMs = () =>
    (machineBusyMs() ?? 0) - (server.cpuMs() ?? 0)
    - [taking.pid, process.pid, ...taking.helperPids].reduce(
      (sum, pid) => sum + (cpuMsOf(pid, pid === taking.pid) ?? 0),
      0
    )
  const measured = async (round: Round): Promise<TurnFigures> => {
    // So that no round pays for pages that another has dirtied.
    await client.query("checkpoint")
    const before = await counters()
    const foreignBefore = foreignMs()
    const begun = performance.now()
    const cpuBefore = cpuMsOf(taking.pid, true) ?? NaN
    const writtenBefore = writtenBytesOf(taking.pid) ?? NaN
    const { orders, ordersPerSecond, p50Ms, p99Ms, seconds } = await taking.run(round)
    const cpu = (cpuMsOf(taking.pid, true) ?? NaN) - cpuBefore
    const written = (writtenBytesOf(taking.pid) ?? NaN) - writtenBefore
    const foreign = (foreignMs() - foreignBefore) / (performance.now() - begun) / availableParallelism()
    return {
      orders,
      seconds,
      ordersPerSecond,
      p50Ms,
      p99Ms,
      cpuMsPerOrder: cpu / orders,
      databaseCpuMsPerOrder: undefined,
      ...costPerOrder(before, await counters(), orders),
      writtenBytesPerOrder: written / orders,
      peakMiB: peakMiBOf(taking.pid),
      databaseMiB: server.memoryMiB(),
      foreignShare: foreign
    }
  }
  try {
    await taking.run({ inFlight, seconds: warmUpSeconds, maxOrders })
    await taking.run({ inFlight: 1, seconds: warmUpSeconds / 4, maxOrders })
    const full = await measured({ inFlight, seconds: fullSeconds, maxOrders })
    const alone = await measured({ inFlight: 1, seconds: aloneSeconds, maxOrders })
    return { full, alone }
  } finally {
    await taking.end()
    await client.end()
  }
}

/** The share of the machine that others may take during a turn that counts. */
const worthlessShare = 0.06

export const isDisturbed = ({ alone, full }: Turn): boolean =>
  full.foreignShare > worthlessShare || alone.foreignShare > 2 * worthlessShare

/** On an empty one of its own. */
export const take = async (
  contender: Contender,
  server: DatabaseServer,
  partner: Child,
  lengths: Lengths
): Promise<Turn> => {
  const database = `peer_${contender.name.replaceAll("-", "_")}`
  const url = await server.create(database, contender.isMigrated ?? false)
  try {
    return await takeOn(url, contender, server, partner, lengths)
  } finally {
    await server.drop(database)
  }
}
