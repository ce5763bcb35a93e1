/** The table of simulated days that `docs/capacity.md` shows. */
import { type Figures, measured, type Parameters, simulate } from "./Day.ts"

const days: ReadonlyArray<readonly [string, Partial<Parameters>]> = [
  ["14 cells, an even day", {}],
  ["14 cells, peak 1.5", { peak: 1.5 }],
  ["21 cells, peak 1.5", { cells: 21, peak: 1.5 }],
  ["21 cells, 42 workers", { cells: 21, peak: 1.5, workers: 42 }],
  ["21 cells, 42 workers, outage of 6 h", { cells: 21, peak: 1.5, workers: 42, outageSeconds: 6 * 3600 }],
  ["64 cells, 64 workers", { cells: 64, peak: 1.5, workers: 64 }]
]

const count = (value: number): string => Math.round(value).toLocaleString("en-US")

const rows: ReadonlyArray<readonly [string, (figures: Figures) => string]> = [
  ["orders accepted", ({ accepted }) => count(accepted)],
  ["orders refused (503)", ({ refused }) => count(refused)],
  ["most runs queued in a cell", ({ mostQueued }) => count(mostQueued)],
  ["longest wait for a turn, s", ({ longestWait }) => count(longestWait)],
  ["most runs held in a cell", ({ mostHeld }) => count(mostHeld)],
  ["recovery after the outage, s", ({ recoverySeconds }) => count(recoverySeconds)],
  ["open at the end", ({ openAtTheEnd }) => count(openAtTheEnd)],
  ["stored, TB", ({ storedTerabytes }) => storedTerabytes.toFixed(1)],
  ["WAL of a cell, MB/s", ({ walMegabytesPerSecond }) => walMegabytesPerSecond.toFixed(1)],
  ["records that deletion leaves over, per cell", ({ deletionBehind }) => count(deletionBehind)],
  ["connections to a cell", ({ connectionsPerCell }) => count(connectionsPerCell)],
  ["connections to cell 0", ({ connectionsOfCell0 }) => count(connectionsOfCell0)],
  ["idle questions to a cell, per second", ({ idleQuestionsPerSecond }) => count(idleQuestionsPerSecond)],
  ["rows of workers read in cell 0, per second", ({ workerRowsPerSecond }) => count(workerRowsPerSecond)],
  ["hours to copy a cell of 30 days", ({ copyHours }) => copyHours.toFixed(1)],
  ["orders refused by the move", ({ refusedByMove }) => count(refusedByMove)]
]

const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |\n`

/** Simulates each day, and gives the table as Markdown. */
export const table = (seed: number): string => {
  const simulated = days.map(([name, change]) => ({ name, figures: simulate({ ...measured, ...change, seed }) }))
  return [
    ["10^9 orders in a day", ...simulated.map(({ name }) => name)],
    ["---", ...simulated.map(() => "---:")],
    ...rows.map(([title, show]) => [title, ...simulated.map(({ figures }) => show(figures))])
  ].map(line).join("")
}
