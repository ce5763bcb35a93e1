/**
 * Shows the results of `growth.ts` as a table (`results/growth.md`), a chart, and one sentence for each thing that
 * grows.
 */
import { writeFileSync } from "node:fs"
import { draw } from "./Charts.ts"
import { markdownTable } from "./MarkdownTable.ts"
import { kept, median } from "./Medians.ts"
import type { Turn } from "./peers/Turn.ts"

interface KeptPoint {
  readonly date: string
  readonly machine: Readonly<Record<string, unknown>>
  readonly postgres: string
  readonly dimension: string
  readonly at: number
  readonly turn: Turn
}

const taken = kept<KeptPoint>("growth")
/** An empty database and one pipeline is where both begin: one measurement serves both. */
const shared = taken.flatMap((point) =>
  point.dimension === "pipelines" && point.at === 1 ? [{ ...point, dimension: "history", at: 0 }] : []
)
const points = [...taken, ...shared]
const [first] = points
if (first === undefined) throw new Error("nothing is kept: run growth.ts first")

const dimensions = {
  steps: "callouts of an order",
  body: "bytes of an order",
  history: "orders stored before",
  pipelines: "pipelines to choose from"
} as const

type Figure = (turn: Turn) => number

const figures: ReadonlyArray<readonly [string, Figure, number]> = [
  ["orders/s", ({ full }) => full.ordersPerSecond, 0],
  ["own CPU ms/order", ({ full }) => full.cpuMsPerOrder, 3],
  ["database CPU ms/order", ({ full }) => full.databaseCpuMsPerOrder ?? NaN, 3],
  ["SQL/order", ({ full }) => full.statementsPerOrder, 2],
  ["WAL KB/order", ({ full }) => full.walBytesPerOrder / 1000, 1],
  ["alone p50 ms", ({ alone }) => alone.p50Ms, 2]
]

const pointsOf = (dimension: string) =>
  [...new Set(points.filter((point) => point.dimension === dimension).map(({ at }) => at))].toSorted((a, b) => a - b)

const at = (dimension: string, point: number, figure: Figure): number =>
  median(points.filter((one) => one.dimension === dimension && one.at === point).map(({ turn }) => figure(turn)))

const cpu: Figure = ({ full }) => full.cpuMsPerOrder + (full.databaseCpuMsPerOrder ?? 0)

const sentence = (dimension: keyof typeof dimensions): string => {
  const known = pointsOf(dimension)
  const [least = 0, most = 0] = [known[0], known.at(-1)]
  const [from, to] = [at(dimension, least, cpu), at(dimension, most, cpu)]
  const said = `from ${least} to ${most} ${dimensions[dimension]}, all processes' CPU for an order goes from ${
    from.toFixed(2)
  } to ${to.toFixed(2)} ms (× ${(to / from).toFixed(2)})`
  return dimension === "steps" || dimension === "body"
    ? `${said}: ${((to - from) / (most - least) * (dimension === "body" ? 1_000_000 : 1000)).toFixed(0)} µs for each ${
      dimension === "body" ? "KB" : "callout"
    } more.`
    : `${said}.`
}

const tables = Object.entries(dimensions).filter(([name]) => pointsOf(name).length > 0).map(([name, words]) =>
  `${
    markdownTable([
      [words, ...figures.map(([label]) => label)],
      ...pointsOf(name).map((point) => [
        String(point),
        ...figures.map(([, figure, digits]) => at(name, point, figure).toFixed(digits))
      ])
    ])
  }\n\n${sentence(name as keyof typeof dimensions)}\n`
)
const machine = Object.entries(first.machine).map(([name, value]) => `${name} ${String(value)}`).join(", ")
const text = `${first.date}, ${machine}, PostgreSQL ${first.postgres}, medians.\n\n${tables.join("\n")}`
process.stdout.write(text)
writeFileSync(new URL("./results/growth.md", import.meta.url), text)

const parts: ReadonlyArray<readonly [string, Figure]> = [
  ["Sluice", ({ full }) => full.cpuMsPerOrder],
  ["PostgreSQL", ({ full }) => full.databaseCpuMsPerOrder ?? NaN],
  ["latency of one alone, p50", ({ alone }) => alone.p50Ms]
]

await draw("growth", {
  title: {
    text: "What one order costs as things grow, milliseconds",
    subtitle: "processor time with 64 in flight, and latency of one alone; Sluice in its process"
  },
  columns: 2,
  concat: Object.entries(dimensions).filter(([name]) => pointsOf(name).length > 0).map(([name, words]) => ({
    width: 260,
    height: 180,
    data: {
      values: pointsOf(name).flatMap((point) =>
        parts.map(([of, figure]) => ({ at: point, of, value: at(name, point, figure) }))
      )
    },
    mark: { type: "line", point: true },
    encoding: {
      x: {
        field: "at",
        type: "quantitative",
        title: words,
        axis: { values: pointsOf(name), format: ",d", labelOverlap: true },
        scale: { type: name === "history" || name === "pipelines" ? "symlog" : "linear" }
      },
      y: { field: "value", type: "quantitative", title: null, scale: { zero: true } },
      color: {
        field: "of",
        type: "nominal",
        title: null,
        sort: parts.map(([of]) => of),
        scale: { range: ["#1f77b4", "#a6c8e4", "#e6a157"] },
        legend: { orient: "bottom" }
      }
    }
  }))
})
