/**
 * The highest rate of events that is held with three endpoints which answer in 50 ms: by Sluice, and by the baseline that
 * writes the same rows and sends the same requests. Both climb until they do not hold it, and then go one rung up where
 * they held the last one and one down where they did not, in turns. README.md says what is measured.
 */
import { using } from "../DatabaseServer.ts"
import { save } from "../Report.ts"
import { type } from "./Event.ts"
import { end, probe, type Probed, side } from "./Probe.ts"
import { assertAlike, rowsWritten } from "./RowsSent.ts"

const seconds = Number(process.env["BENCH_SECONDS"] ?? 3)
const turns = Number(process.env["BENCH_ROUNDS"] ?? 10)
const rungs = 1.07

/** One profile, for reading: BENCH_PROFILE=sluice; its figures count for nothing. */
const profiled = (name: string) =>
  process.env["BENCH_PROFILE"] === name ? ["--cpu-prof", "--cpu-prof-dir=results/profiles"] : []

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

const shown = (name: string, it: Probed) =>
  `${name}: ${it.eventsPerSecond.toFixed(0)} events/s ${it.held ? "held" : "not held"}, commit to first byte p50 ${
    it.p50Ms.toFixed(1)
  } ms, p95 ${it.p95Ms.toFixed(1)} ms, lag ${it.lagMs.toFixed(0)} ms; CPU per delivery: engine ${
    it.engineCpuMs.toFixed(3)
  }, database ${it.databaseCpuMs.toFixed(3)}, receivers ${it.receiversCpuMs.toFixed(3)} ms`

await using(async (server) => {
  const only = process.env["BENCH_ONLY"]
  const sides = await Promise.all(
    ["baseline", "sluice"].filter((name) => only === undefined || name === only).map((name) =>
      side(server, name, `./${name}/deliveries.ts`, { types: [type], execArgv: profiled(name) })
    )
  )
  const climbing = sides.map((it) => ({
    it,
    level: Number(process.env["BENCH_FROM"] ?? 100),
    probes: [] as Array<Probed>
  }))
  const take = async (one: typeof climbing[number], eventsPerSecond: number) => {
    const probed = await probe(server, one.it, { eventsPerSecond, seconds })
    process.stdout.write(`${shown(one.it.name, probed)}\n`)
    return probed
  }
  for (const one of climbing) {
    await take(one, one.level)
    while ((await take(one, one.level)).held) one.level *= 1.4
    one.level /= 1.2
  }
  for (let n = 0; n < turns; n++) {
    for (const one of n % 2 === 0 ? climbing : climbing.toReversed()) {
      const probed = await take(one, one.level)
      one.probes.push(probed)
      one.level *= probed.held ? rungs : 1 / rungs
    }
  }
  const rates = climbing.map(({ it, probes }) => {
    const rate = median(probes.slice(-8).map(({ eventsPerSecond }) => eventsPerSecond))
    process.stdout.write(`${it.name}: ${rate.toFixed(0)} events/s\n`)
    return rate
  })
  const [theirs = NaN, ours = NaN] = rates
  process.stdout.write(`ratio ${(ours / theirs).toFixed(2)}, promised >= 0.6\n`)
  const rows = Object.fromEntries(
    await Promise.all(sides.map(async ({ client, name }) => [name, await rowsWritten(client)] as const))
  )
  if (turns >= 8 && sides.length === 2) {
    save("deliveries-rate", {
      conditions: { postgres: server.version, seconds, endpoints: 3, answersAfterMs: 50, rows },
      eventsPerSecond: { baseline: theirs, sluice: ours, ratio: ours / theirs },
      probes: Object.fromEntries(climbing.map(({ it, probes }) => [it.name, probes]))
    })
  }
  for (const it of sides) await end(it)
  if (sides.length === 2) assertAlike(rows["baseline"] ?? {}, rows["sluice"] ?? {})
})
