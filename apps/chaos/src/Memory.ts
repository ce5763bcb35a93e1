/** What the surviving processes hold in memory while everything around them dies. Linux alone tells. */
import { Clock, Effect } from "effect"
import { readFile } from "node:fs/promises"

interface Sample {
  /** Minutes since the beginning. */
  readonly at: number
  readonly mebibytes: number
}

export interface Memory {
  readonly name: string
  readonly samples: ReadonlyArray<Sample>
}

/** By least squares, mebibytes a minute; the first third is warming up and does not count. */
export const slopeOf = ({ samples }: Memory): number => {
  const counted = samples.slice(Math.floor(samples.length / 3))
  const mean = (of: (sample: Sample) => number) => counted.reduce((sum, one) => sum + of(one), 0) / counted.length
  const [x, y] = [mean(({ at }) => at), mean(({ mebibytes }) => mebibytes)]
  const above = counted.reduce((sum, one) => sum + (one.at - x) * (one.mebibytes - y), 0)
  const below = counted.reduce((sum, one) => sum + (one.at - x) ** 2, 0)
  return below === 0 ? 0 : above / below
}

/** Samples until it is interrupted. */
export const make = (processes: ReadonlyArray<{ readonly name: string; readonly pid: number }>) => {
  const memories = processes.map(({ name }) => ({ name, samples: [] as Array<Sample> }))
  const watch = Effect.gen(function*() {
    const begun = yield* Clock.currentTimeMillis
    while (true) {
      const now = yield* Clock.currentTimeMillis
      for (const [place, { pid }] of processes.entries()) {
        const status = yield* Effect.promise(() => readFile(`/proc/${pid}/status`, "utf8").catch(() => ""))
        const kibibytes = /VmRSS:\s+(\d+)/.exec(status)?.[1]
        if (kibibytes === undefined) continue
        memories[place]?.samples.push({ at: (now - begun) / 60_000, mebibytes: Number(kibibytes) / 1024 })
      }
      yield* Effect.sleep("2 seconds")
    }
  })
  return { memories: memories as ReadonlyArray<Memory>, watch }
}
