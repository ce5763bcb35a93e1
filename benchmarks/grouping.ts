/**
 * The processor time in which a failed run is grouped into its issue, against that of the failed order itself: the most
 * that grouping can take of the throughput when every order fails. Two equal servers on this machine differ by more than
 * that, so it is not measured between two: each round holds the lock under which failures are grouped, lets orders fail
 * under full load, gives the lock back, and counts what the backlog costs beyond what an idle server does. Sluice's own
 * server; the third callout's answer rejects each order. Leaves `results/grouping.json`.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { performance } from "node:perf_hooks"
import { setTimeout as pause } from "node:timers/promises"
import { start } from "./Child.ts"
import { using } from "./DatabaseServer.ts"
import { intervalOf, textOf } from "./Intervals.ts"
import type { Summary } from "./Latencies.ts"
import { markdownTable } from "./MarkdownTable.ts"
import { median } from "./Medians.ts"
import { cpuMsOf } from "./ProcessCpu.ts"
import { machine } from "./Report.ts"
import { inFlight } from "./Rounds.ts"
import { startServer } from "./sluice/Server.ts"
import { settings } from "./sluice/ServerSettings.ts"

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 10)
const seconds = Number(process.env["BENCH_SECONDS"] ?? 8)
/** The time over which the idle server's use is measured, milliseconds. */
const idleMs = 3000

/** Processor time, milliseconds. */
interface Cost {
  readonly own: number
  readonly database: number
}

const minus = (a: Cost, b: Cost): Cost => ({ own: a.own - b.own, database: a.database - b.database })
const times = (cost: Cost, factor: number): Cost => ({ own: cost.own * factor, database: cost.database * factor })

const whole = ({ database, own }: Cost): number => own + database

/** The settings of the comparison, with a last step whose partner always rejects. */
const rejecting = (partnerUrl: string) => {
  const given = settings(partnerUrl)
  return {
    ...given,
    pipelines: given.pipelines.map((pipeline) => ({
      ...pipeline,
      steps: pipeline.steps.map((step, n) =>
        n < pipeline.steps.length - 1
          ? step
          : { ...step, options: { ...step.options, shouldRejectOn: { status: [200] } } }
      )
    }))
  }
}

await using(async (server) => {
  const load = await start("./load.ts")
  const partnerUrl = `http://127.0.0.1:${(load.greeting as { readonly port: number }).port}`
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-grouping-"))
  const file = join(directory, "settings.json")
  await writeFile(file, JSON.stringify(rejecting(partnerUrl)))
  const databaseUrl = await server.create("grouping")
  const sluice = await startServer({ DATABASE_URL: databaseUrl, SLUICE_CONFIG: file, SLUICE_DATA_DIR: directory })
  const client = await server.connect(databaseUrl)

  const cost = (): Cost => ({ own: cpuMsOf(sluice.pid, false) ?? NaN, database: server.cpuMs() ?? NaN })
  const count = async (where: string): Promise<number> =>
    (await client.query(`select count(*)::int4 as n from runs where ${where}`)).rows[0].n
  const failed = "state in ('failed', 'compensation-failed')"
  const none = async (where: string) => {
    while (await count(where) > 0) await pause(100)
  }
  /** "sluici" in ASCII, as `IssueCollector` has it. */
  const lock = "(x'736c75696369'::bigint)"

  const oneRound = async () => {
    // A session's lock: the collector's transaction does not get it, and asks again half a second later.
    await client.query(`select pg_advisory_lock${lock}`)
    const beforeLoad = cost()
    const { orders } = await load.ask({ inFlight, seconds, maxOrders: 200_000, serverUrl: sluice.url }) as Summary
    await none("finished_at is null")
    const ofOrders = minus(cost(), beforeLoad)
    const backlog = await count(`${failed} and issue_id is null`)
    if (backlog < orders) throw new Error(`${backlog} of ${orders} orders wait to be grouped`)
    const beforeIdle = cost()
    await pause(idleMs)
    const ofIdle = times(minus(cost(), beforeIdle), 1 / idleMs)
    const begun = performance.now()
    const beforeGrouping = cost()
    await client.query(`select pg_advisory_unlock${lock}`)
    await none(`${failed} and issue_id is null`)
    const ofGrouping = minus(minus(cost(), beforeGrouping), times(ofIdle, performance.now() - begun))
    return { backlog, order: times(ofOrders, 1 / backlog), grouping: times(ofGrouping, 1 / backlog) }
  }

  await oneRound()
  const measured: Array<Awaited<ReturnType<typeof oneRound>>> = []
  for (let n = 0; n < rounds; n++) measured.push(await oneRound())
  const { rows: issues } = await client.query("select count::int4 from issues")
  const grouped = await count(failed)
  if (issues.length !== 1 || issues[0].count !== grouped) {
    throw new Error(`${grouped} failures made ${issues.length} issues: ${JSON.stringify(issues)}`)
  }

  const figures = [
    ["the server's own", ({ own }: Cost) => own],
    ["the database's", ({ database }: Cost) => database],
    ["together", whole]
  ] as const
  const rows = figures.map(([name, of]) => [
    name,
    median(measured.map(({ order }) => of(order))).toFixed(3),
    median(measured.map(({ grouping }) => of(grouping))).toFixed(4),
    textOf(intervalOf(measured.map(({ grouping, order }) => of(grouping) / of(order))))
  ])
  const head = ["processor time, ms", "a failed order", "its grouping", "grouping ÷ order [95 %]"]
  process.stdout.write(`${markdownTable([head, ...rows])}\n${grouped} failures, one issue\n`)
  await writeFile(
    new URL("results/grouping.json", import.meta.url),
    `${JSON.stringify({ machine: machine(), postgres: server.version, seconds, rounds, measured }, undefined, 2)}\n`
  )
  await client.end()
  await sluice.stop()
  await load.end()
  await rm(directory, { recursive: true, force: true })
})
