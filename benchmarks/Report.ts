/** Medians, ratios and the table; the raw figures go to `results/`, without a name of the machine. */
import { mkdirSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, totalmem } from "node:os"
import { markdownTable } from "./MarkdownTable.ts"
import { median } from "./Medians.ts"
import type { Measured } from "./Side.ts"

export interface RoundFigures extends Measured {
  readonly statementsPerOrder: number
  readonly walBytesPerOrder: number
  readonly databaseCpuMsPerOrder?: number
}

export interface SideFigures {
  readonly full: Array<RoundFigures>
  readonly alone: Array<RoundFigures>
  /** With `Prefer: wait`, 64 in flight. */
  readonly waiting: Array<RoundFigures>
}

/** `baseline`: Sluice's rows written by hand; `best`: the same information in the best tables that we know. */
export type Name = "baseline" | "best" | "sluice"

export type Figures = Readonly<Record<Name, SideFigures>>

/** The machine of the measurement, without its name. */
export const machine = () => ({
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? "unknown",
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
  node: process.version
})

/** [label, which rounds, figure, decimals, the ratio to the baseline that is aimed at]. */
type Line = readonly [string, keyof SideFigures, keyof RoundFigures, number, string?]

export const inProcess: ReadonlyArray<Line> = [
  ["orders/s, 64 in flight", "full", "ordersPerSecond", 0, ">= 0.8"],
  ["engine CPU, ms/order", "full", "cpuMsPerOrder", 3, "<= 2"],
  ["database CPU, ms/order", "full", "databaseCpuMsPerOrder", 3],
  ["SQL statements/order", "full", "statementsPerOrder", 3, "ours <= 0.4"],
  ["WAL bytes/order", "full", "walBytesPerOrder", 0],
  ["latency p50, 64 in flight, ms", "full", "p50Ms", 1],
  ["latency p99, 64 in flight, ms", "full", "p99Ms", 1],
  ["event loop delay p99, ms", "full", "eventLoopP99Ms", 1],
  ["one alone: latency p50, ms", "alone", "p50Ms", 2, "<= 1.5"],
  ["one alone: latency p99, ms", "alone", "p99Ms", 2],
  ["one alone: engine CPU, ms/order", "alone", "cpuMsPerOrder", 3]
]

export const behindHttp: ReadonlyArray<Line> = [
  ["orders/s, 64 in flight", "full", "ordersPerSecond", 0, ">= 0.7"],
  ["server CPU, ms/order", "full", "cpuMsPerOrder", 3, "<= 1.6"],
  ["database CPU, ms/order", "full", "databaseCpuMsPerOrder", 3],
  ["SQL statements/order", "full", "statementsPerOrder", 3],
  ["WAL bytes/order", "full", "walBytesPerOrder", 0],
  ["202 after, 64 in flight: p50, ms", "full", "p50Ms", 1],
  ["202 after, 64 in flight: p99, ms", "full", "p99Ms", 1],
  ["Prefer: wait, 64 in flight: orders/s", "waiting", "ordersPerSecond", 0, ">= 0.6"],
  ["Prefer: wait, 64 in flight: server CPU, ms/order", "waiting", "cpuMsPerOrder", 3],
  ["Prefer: wait, 64 in flight: p50, ms", "waiting", "p50Ms", 1],
  ["one alone: orders/s", "alone", "ordersPerSecond", 0],
  ["one alone: 202 after, p50, ms", "alone", "p50Ms", 2],
  ["one alone: 202 after, p99, ms", "alone", "p99Ms", 2]
]

/** The values of a figure over the rounds. */
const valuesOf = (side: SideFigures, rounds: keyof SideFigures, figure: keyof RoundFigures): ReadonlyArray<number> =>
  side[rounds].map((round) => round[figure] ?? NaN)

const row = (figures: Figures, [label, rounds, figure, digits, aim]: Line): ReadonlyArray<string> => {
  const of = (name: Name) => valuesOf(figures[name], rounds, figure)
  const ours = of("sluice")
  // Made within a round, whose sides ran one after the other, before the median is taken.
  const ratios = (name: Name) => {
    const theirs = of(name)
    return ours.map((value, n) => value / (theirs[n] ?? NaN)).toSorted((a, b) => a - b)
  }
  const toBaseline = ratios("baseline")
  return [
    label,
    median(of("baseline")).toFixed(digits),
    median(of("best")).toFixed(digits),
    median(ours).toFixed(digits),
    median(toBaseline).toFixed(2),
    `${(toBaseline[0] ?? NaN).toFixed(2)} to ${(toBaseline.at(-1) ?? NaN).toFixed(2)}`,
    median(ratios("best")).toFixed(2),
    aim ?? ""
  ]
}

const heads = ["", "baseline", "best tables", "sluice", "÷ baseline", "from and to", "÷ best tables", "aim"]

const table = (figures: Figures, lines: ReadonlyArray<Line>): string =>
  markdownTable([heads, ...lines.map((line) => row(figures, line))])

export const save = (name: string, content: object): void => {
  const directory = new URL("./results/", import.meta.url)
  mkdirSync(directory, { recursive: true })
  const told = { date: new Date().toISOString().slice(0, 10), machine: machine(), ...content }
  writeFileSync(new URL(`${name}.json`, directory), `${JSON.stringify(told, null, 2)}\n`)
}

export const write = (name: string, figures: Figures, lines: ReadonlyArray<Line>, conditions: object): void => {
  process.stdout.write(`\n${table(figures, lines)}\n`)
  // A try must not replace a measurement.
  if (figures.sluice.full.length >= 5) save(name, { conditions, figures })
}
