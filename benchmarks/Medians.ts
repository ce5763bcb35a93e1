/** Medians, and lines of JSON in which rounds are kept. */
import { readFileSync } from "node:fs"

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] ?? NaN : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** The entries that were appended to `results/<name>.jsonl`, oldest first. */
export const kept = <A>(name: string): ReadonlyArray<A> =>
  readFileSync(new URL(`./results/${name}.jsonl`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as A)
