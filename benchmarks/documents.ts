/**
 * The time for which one document occupies the process: every operation of `DocumentOperations` over every hostile
 * document, from 128 KiB to 1 MiB. What counts is the longest stretch without a pause, in processor time of this thread,
 * the best of a few rounds. Fails where a stretch takes more than 100 ms at 1 MiB, or grows faster than the document.
 * Contract: section 3, "Limits".
 */
import type { Steps } from "@sluice/domain/internal/json/Steps"
import { documentOperations } from "@sluice/engine/internal/testing/DocumentOperations"
import { writeFileSync } from "node:fs"
import { markdownTable } from "./MarkdownTable.ts"

const kibibytes = [128, 256, 512, 1024] as const
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5)
const only = process.env["BENCH_ONLY"]

/** Milliseconds of a stretch over 1 MiB. */
const mostMs = 100
/**
 * Growth over eight times the bytes: 8 is linear, 64 quadratic. An object of a hundred thousand members is a hash table of
 * some mebibytes: a look-up that the processor's cache answers at 128 KiB goes to memory at 1 MiB, which was measured to
 * take three times as long (24- to 28-fold for a plain loop over such an object). What is above that and is no tenth of a
 * second yet is on its way to one. Below the floor, in milliseconds, the clock is too coarse to tell, and a stretch of
 * less than half of what is allowed could not become too long without failing as such.
 */
const mostGrowth = 32
const floorMs = 4
const judgedFromMs = mostMs / 2

const busyMs = (since: NodeJS.CpuUsage): number => {
  const { system, user } = process.threadCpuUsage(since)
  return (system + user) / 1000
}

/** The longest stretch of one round, in milliseconds. */
const longest = (steps: Steps<unknown>): number => {
  let most = 0
  for (;;) {
    const since = process.threadCpuUsage()
    const { done } = steps.next()
    most = Math.max(most, busyMs(since))
    if (done === true) return most
  }
}

interface Row {
  readonly document: string
  readonly ms: Array<number>
}

const faults: Array<string> = []
const table: Array<ReadonlyArray<string>> = []
for (const { cases, name } of documentOperations) {
  if (only !== undefined && !name.includes(only)) continue
  const rows = new Map<string, Row>()
  for (const size of kibibytes) {
    for (const { document, steps } of cases(size * 1024)) {
      const row = rows.get(document) ?? { document, ms: [] }
      rows.set(document, row)
      let best = Number.POSITIVE_INFINITY
      for (let round = 0; round < rounds; round++) best = Math.min(best, longest(steps()))
      row.ms.push(best)
    }
  }
  for (const { document, ms } of rows.values()) {
    const [small = 0, last = 0] = [ms[0], ms.at(-1)]
    const growth = last / Math.max(small, floorMs)
    if (last > mostMs) faults.push(`${name}, ${document}: ${last.toFixed(0)} ms at 1 MiB`)
    if (growth > mostGrowth && last > judgedFromMs) {
      faults.push(`${name}, ${document}: grows ${growth.toFixed(0)}-fold over eight times the bytes`)
    }
  }
  const worst = [...rows.values()].reduce((a, b) => (b.ms.at(-1) ?? 0) > (a.ms.at(-1) ?? 0) ? b : a)
  const line = [name, ...worst.ms.map((ms) => ms.toFixed(0)), worst.document]
  table.push(line)
  process.stderr.write(`${line.join("  ")}\n`)
}

const text = markdownTable([
  ["operation", ...kibibytes.map((size) => size === 1024 ? "1 MiB" : `${size} KiB`), "the document that takes longest"],
  ...table
])
process.stdout.write(`\nLongest stretch without a pause, ms of processor time, best of ${rounds}:\n\n${text}\n`)
if (only === undefined) writeFileSync(new URL("./results/documents.md", import.meta.url), `${text}\n`)
for (const fault of faults) process.stderr.write(`FAILED ${fault}\n`)
process.exitCode = faults.length === 0 ? 0 : 1
