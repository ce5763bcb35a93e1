/** Tables and charts of the rounds that `peers.ts` has kept; the table goes to `results/peers.md` too. */
import { writeFileSync } from "node:fs"
import { colors, draw } from "./Charts.ts"
import { markdownTable } from "./MarkdownTable.ts"
import { kept, median } from "./Medians.ts"
import { contenders } from "./peers/Contenders.ts"
import type { Turn, TurnFigures } from "./peers/Turn.ts"

interface KeptTurn {
  readonly round: number
  readonly name: string
  readonly date: string
  readonly machine: Readonly<Record<string, unknown>>
  readonly postgres: string
  readonly turn: Turn
}

type Figure = (turn: Turn) => number

const cpu = (figures: TurnFigures): number => figures.cpuMsPerOrder + (figures.databaseCpuMsPerOrder ?? 0)

const turns = kept<KeptTurn>("peers")
const [first] = turns
if (first === undefined) throw new Error("no turns are kept: run peers.ts first")
const present = contenders.filter(({ name }) => turns.some((turn) => turn.name === name))
const counts = present.map(({ name }) => turns.filter((turn) => turn.name === name).length)

const of = (name: string): ReadonlyArray<KeptTurn> => turns.filter((turn) => turn.name === name)

const middle = (name: string, figure: Figure): number => median(of(name).map(({ turn }) => figure(turn)))

const isHttp = (name: string): boolean => contenders.some((one) => one.name === name && one.isHttp === true)

/** Sluice as the peer's users call the peer: over HTTP, or in the same process. */
const oursFor = (name: string): string => isHttp(name) ? "sluice-http" : "sluice"

/** Made within a round, whose turns were taken one after the other, before the median: a machine drifts. */
const ratio = (name: string, figure: Figure): number => {
  const ours = new Map(of(oursFor(name)).map(({ round, turn }) => [round, figure(turn)]))
  return median(
    of(name).flatMap(({ round, turn }) => {
      const value = ours.get(round)
      return value === undefined ? [] : [value / figure(turn)]
    })
  )
}

/** Driven from outside: what an order itself takes is not seen. */
const isOutside = (name: string): boolean => contenders.some((one) => one.name === name && typeof one.file !== "string")

const stored = ({ full }: Turn): number => Math.max(full.walBytesPerOrder, full.writtenBytesPerOrder || 0)

/** Behind HTTP an order's own time is not seen: its 202 comes before its callouts. */
const inside = (name: string, figure: Figure, digits: number): string =>
  isOutside(name) ? "" : middle(name, figure).toFixed(digits)

const figures = markdownTable([
  [
    "",
    "orders/s",
    "Sluice ÷ it",
    "p50 ms",
    "p99 ms",
    "CPU ms/order: own",
    "database",
    "SQL/order",
    "KB stored/order",
    "MiB: own",
    "database",
    "alone p50 ms",
    "p99 ms"
  ],
  ...present.map(({ label, name }) => [
    label,
    middle(name, ({ full }) => full.ordersPerSecond).toFixed(0),
    ratio(name, ({ full }) => full.ordersPerSecond).toFixed(2),
    inside(name, ({ full }) => full.p50Ms, 1),
    inside(name, ({ full }) => full.p99Ms, 1),
    middle(name, ({ full }) => full.cpuMsPerOrder).toFixed(2),
    middle(name, ({ full }) => full.databaseCpuMsPerOrder ?? NaN).toFixed(2),
    middle(name, ({ full }) => full.statementsPerOrder).toFixed(1),
    (middle(name, stored) / 1000).toFixed(1),
    middle(name, ({ full }) => full.peakMiB ?? NaN).toFixed(0),
    middle(name, ({ full }) => full.databaseMiB ?? NaN).toFixed(0),
    inside(name, ({ alone }) => alone.p50Ms, 2),
    inside(name, ({ alone }) => alone.p99Ms, 2)
  ])
])

/** [what is promised, what was found, is it kept]. */
const target = (words: string, found: number, isKept: boolean): ReadonlyArray<string> => [
  words,
  found.toFixed(2),
  isKept ? "kept" : "missed"
]

const rate: Figure = ({ full }) => full.ordersPerSecond
const atLeast = (name: string, promised: number): ReadonlyArray<string> => {
  const found = ratio(name, rate)
  const label = present.find((contender) => contender.name === name)?.label ?? name
  return target(`orders/s ≥ ${promised} × ${label}`, found, found >= promised)
}
const others = present.filter(({ name }) => !name.startsWith("sluice"))
const peers = others.filter(({ name }) => !["bare", "baseline", "baseline-http", "commits"].includes(name))
const cheapest = Math.max(...peers.map(({ name }) => ratio(name, ({ full }) => cpu(full))))
/**
 * The latency of one order alone is measured in-process for Sluice, beside every peer: behind HTTP its 202 comes first.
 */
const alone = (name: string): number => {
  const ours = new Map(of("sluice").map(({ round, turn }) => [round, turn.alone.p50Ms]))
  return median(of(name).map(({ round, turn }) => (ours.get(round) ?? NaN) / turn.alone.p50Ms))
}
const quickest = Math.max(...peers.map(({ name }) => alone(name)))

const targets = markdownTable([
  ["promised", "found", ""],
  atLeast("baseline", 0.8),
  atLeast("restate", 4),
  atLeast("restate-tuned", 2),
  atLeast("graphile-worker", 3),
  atLeast("pg-boss", 3),
  atLeast("dbos", 8),
  atLeast("cluster-tuned", 8),
  target("CPU/order, all processes, ÷ the thriftiest peer's: ≤ 0.4", cheapest, cheapest <= 0.4),
  target("one alone: p50 ÷ the quickest peer's: < 1", quickest, quickest < 1),
  target("one alone: p50 ÷ plain Node, a commit a step: ≤ 1.5", alone("commits"), alone("commits") <= 1.5),
  target("one alone: p50 ÷ same rows by hand: ≤ 1.5", alone("baseline"), alone("baseline") <= 1.5)
])

const machine = Object.entries(first.machine).map(([name, value]) => `${name} ${String(value)}`).join(", ")
const heading = `${first.date}, ${machine}, PostgreSQL ${first.postgres}, medians of ${Math.min(...counts)} to ${
  Math.max(...counts)
} turns each.`
const text = `${heading}\n\n${figures}\n\n${targets}\n`
process.stdout.write(`${text}\n`)
writeFileSync(new URL("./results/peers.md", import.meta.url), text)

const kindOf = (name: string): keyof typeof colors =>
  name.startsWith("sluice")
    ? "sluice"
    : ["bare", "baseline", "baseline-http", "commits"].includes(name)
    ? "plain"
    : "peer"

const color = {
  field: "kind",
  type: "nominal",
  legend: null,
  scale: { domain: Object.keys(colors), range: Object.values(colors) }
} as const

const y = { field: "label", type: "nominal", sort: null, title: null } as const

const bars = (name: string, title: string, subtitle: string, figure: Figure, digits: number, shown = present) =>
  draw(name, {
    title: { text: title, subtitle },
    width: 460,
    height: { step: 24 },
    data: {
      values: shown.map((contender) => ({
        label: contender.label,
        kind: kindOf(contender.name),
        value: middle(contender.name, figure),
        said: middle(contender.name, figure).toFixed(digits)
      }))
    },
    encoding: { y },
    layer: [
      { mark: "bar", encoding: { x: { field: "value", type: "quantitative", title: null }, color } },
      {
        mark: { type: "text", align: "left", dx: 4, fontSize: 12 },
        encoding: { x: { field: "value", type: "quantitative" }, text: { field: "said" } }
      }
    ]
  })

const conditions = "one order: 2 KB, 3 callouts, each stored before the next"
await bars("peers-throughput", "Orders a second, 64 in flight", conditions, rate, 0)
await bars(
  "peers-alone",
  "One order alone: milliseconds from start to end, median",
  conditions,
  ({ alone: one }) => one.p50Ms,
  2,
  present.filter(({ name }) => !isOutside(name))
)
await draw("peers-cpu", {
  title: {
    text: "Processor time for one order, milliseconds",
    subtitle: `all processes but the partner; ${conditions}`
  },
  width: 460,
  height: { step: 24 },
  data: {
    values: present.flatMap(({ label, name }) => [
      { label, of: "its own processes", value: middle(name, ({ full }) => full.cpuMsPerOrder) },
      { label, of: "PostgreSQL", value: middle(name, ({ full }) => full.databaseCpuMsPerOrder ?? 0) }
    ])
  },
  encoding: { y },
  layer: [
    {
      mark: "bar",
      encoding: {
        x: { field: "value", type: "quantitative", title: null, stack: "zero" },
        order: { field: "of", sort: "descending" },
        color: {
          field: "of",
          type: "nominal",
          title: null,
          scale: { domain: ["its own processes", "PostgreSQL"], range: ["#1f77b4", "#a6c8e4"] },
          legend: { orient: "bottom" }
        }
      }
    },
    {
      mark: { type: "text", align: "left", dx: 4, fontSize: 12 },
      encoding: {
        x: { aggregate: "sum", field: "value", type: "quantitative" },
        text: { aggregate: "sum", field: "value", format: ".2f" }
      }
    }
  ]
})
