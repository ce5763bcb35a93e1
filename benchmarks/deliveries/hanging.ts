/**
 * A hundred endpoints, of which ten never answer: from commit to first byte at the ninety that are well, beside the same
 * with none that hangs, in alternating rounds. Each event goes to all hundred. What hangs is given up after 15 s.
 */
import { using } from "../DatabaseServer.ts"
import { save } from "../Report.ts"
import { type } from "./Event.ts"
import type { Committed } from "./OpenLoop.ts"
import { end, quantile, side } from "./Probe.ts"
import type { Seen } from "./receivers.ts"

const eventsPerSecond = Number(process.env["BENCH_RATE"] ?? 15)
const seconds = Number(process.env["BENCH_SECONDS"] ?? 8)
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5)
const hanging = 10
const endpoints = 100

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

await using(async (server) => {
  // Two worlds, so that what one leaves behind does not meet the other.
  const well = await side(server, "well", "./sluice/deliveries.ts", { endpoints, types: [type] })
  const ill = await side(server, "ill", "./sluice/deliveries.ts", { endpoints, types: [type] })
  await ill.receivers.ask({ hanging })

  const measure = async (it: typeof well) => {
    await it.receivers.ask({ take: true })
    const { events } = await it.child.ask({ eventsPerSecond, seconds }) as Committed
    const expected = events.length * (endpoints - hanging)
    for (let waited = 0; waited < 200; waited++) {
      const { rows: [row] } = await it.client.query(
        "select count(*)::int as n from deliveries where state = 'pending' and endpoint_id >= 'endpoint-010'"
      )
      if (row.n === 0) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const { requests } = await it.receivers.ask({ take: true }) as Seen
    const commits = new Map(events.map(([id, at]) => [`msg-${id.replaceAll("-", "")}`, at]))
    // The attempts at those that hang are not looked at, nor repeats of earlier rounds' events.
    const waited = requests.flatMap(([endpoint, id, at]) => {
      const commit = commits.get(id)
      return endpoint < hanging || commit === undefined ? [] : [at - commit]
    }).toSorted((a, b) => a - b)
    if (waited.length !== expected) throw new Error(`${it.name}: ${waited.length} of ${expected} sent`)
    return { p50Ms: quantile(waited, 0.5), p95Ms: quantile(waited, 0.95), p99Ms: quantile(waited, 0.99) }
  }

  const figures = { well: [], ill: [] } as Record<string, Array<Awaited<ReturnType<typeof measure>>>>
  for (const it of [well, ill]) await measure(it)
  for (let n = 0; n < rounds; n++) {
    for (const it of n % 2 === 0 ? [well, ill] : [ill, well]) {
      const found = await measure(it)
      figures[it.name]?.push(found)
      process.stdout.write(
        `round ${n + 1}, ${it.name}: p50 ${found.p50Ms.toFixed(1)}, p95 ${found.p95Ms.toFixed(1)}, p99 ${
          found.p99Ms.toFixed(1)
        } ms\n`
      )
    }
  }
  const ratio = median((figures["ill"] ?? []).map(({ p99Ms }, n) => p99Ms / (figures["well"]?.[n]?.p99Ms ?? NaN)))
  process.stdout.write(`p99 of the healthy, ${hanging} of ${endpoints} hanging : none = ${ratio.toFixed(2)}\n`)
  if (rounds >= 5) {
    save("deliveries-hanging", {
      conditions: { postgres: server.version, eventsPerSecond, seconds, endpoints, hanging, answersAfterMs: 50 },
      p99Ratio: ratio,
      figures
    })
  }
  for (const it of [well, ill]) await end(it)
})
