/**
 * The memory of the surviving processes: what is reachable after a full collection, and what the operating system has
 * assigned (Linux only), which depends mostly on the collector.
 */
import { Clock, Effect } from "effect"
import { readFile } from "node:fs/promises"
import type { ServerProcess } from "./fleet/ServerProcess.ts"
import type { Reading } from "./Trend.ts"

export interface Memory {
  readonly name: string
  /** The heap after a full collection. */
  readonly heap: ReadonlyArray<Reading>
  /** Memory outside the heap that objects of the heap hold: mostly buffers, and therefore work in progress. */
  readonly outside: ReadonlyArray<Reading>
  readonly resident: ReadonlyArray<Reading>
}

const mebibyte = 1024 * 1024

/** Bytes; `undefined` where unknown. */
const residentOf = (pid: number) =>
  Effect.promise(() => readFile(`/proc/${pid}/status`, "utf8").catch(() => "")).pipe(
    Effect.map((status) => /VmRSS:\s+(\d+)/.exec(status)?.[1]),
    Effect.map((kibibytes) => kibibytes === undefined ? undefined : Number(kibibytes) * 1024)
  )

/** Takes readings until it is interrupted. */
export const make = (processes: ReadonlyArray<Pick<ServerProcess, "name" | "pid" | "weigh">>) => {
  const watched = processes.map((one) => ({
    ...one,
    heap: [] as Array<Reading>,
    outside: [] as Array<Reading>,
    resident: [] as Array<Reading>
  }))
  const watch = Effect.gen(function*() {
    const begun = yield* Clock.currentTimeMillis
    const at = Effect.map(Clock.currentTimeMillis, (now) => (now - begun) / 60_000)
    const weigh = Effect.fnUntraced(function*({ heap, outside, weigh }: typeof watched[number]) {
      const weight = yield* weigh
      if (weight === undefined) return
      heap.push({ at: yield* at, mebibytes: weight.heap / mebibyte })
      outside.push({ at: yield* at, mebibytes: weight.outside / mebibyte })
    })
    const look = Effect.fnUntraced(function*({ pid, resident }: typeof watched[number]) {
      const bytes = yield* residentOf(pid)
      if (bytes !== undefined) resident.push({ at: yield* at, mebibytes: bytes / mebibyte })
    })
    return yield* Effect.forEach(
      watched.flatMap((one) => [
        Effect.forever(Effect.andThen(look(one), Effect.sleep("2 seconds"))),
        Effect.forever(Effect.andThen(weigh(one), Effect.sleep("20 seconds")))
      ]),
      (watching) => watching,
      { concurrency: "unbounded", discard: true }
    )
  })
  const memories: ReadonlyArray<Memory> = watched
  return { memories, watch }
}
