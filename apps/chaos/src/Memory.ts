/**
 * What the surviving processes hold in memory while everything around them dies: what is still reachable after a full
 * collection, and what the system has given them (Linux alone tells), which shows the collector's mood above all.
 */
import { Clock, Effect } from "effect"
import { readFile } from "node:fs/promises"
import type { ServerProcess } from "./fleet/ServerProcess.ts"
import type { Reading } from "./Trend.ts"

export interface Memory {
  readonly name: string
  /** Reachable after a full collection: the heap, and what its objects hold outside of it. */
  readonly live: ReadonlyArray<Reading>
  readonly resident: ReadonlyArray<Reading>
}

const mebibyte = 1024 * 1024

/** MiB; `undefined` where nobody tells. */
const residentOf = (pid: number) =>
  Effect.promise(() => readFile(`/proc/${pid}/status`, "utf8").catch(() => "")).pipe(
    Effect.map((status) => /VmRSS:\s+(\d+)/.exec(status)?.[1]),
    Effect.map((kibibytes) => kibibytes === undefined ? undefined : Number(kibibytes) / 1024)
  )

const liveOf = Effect.map((bytes: number | undefined) => bytes === undefined ? undefined : bytes / mebibyte)

/** Reads until it is interrupted. */
export const make = (processes: ReadonlyArray<Pick<ServerProcess, "name" | "pid" | "weigh">>) => {
  const watched = processes.map((one) => ({ ...one, live: [] as Array<Reading>, resident: [] as Array<Reading> }))
  const watch = Effect.gen(function*() {
    const begun = yield* Clock.currentTimeMillis
    const note = Effect.fnUntraced(function*(readings: Array<Reading>, reading: Effect.Effect<number | undefined>) {
      const mebibytes = yield* reading
      const now = yield* Clock.currentTimeMillis
      if (mebibytes !== undefined) readings.push({ at: (now - begun) / 60_000, mebibytes })
    })
    return yield* Effect.forEach(
      watched.flatMap(({ live, pid, resident, weigh }) => [
        note(resident, residentOf(pid)).pipe(Effect.andThen(Effect.sleep("2 seconds")), Effect.forever),
        note(live, liveOf(weigh)).pipe(Effect.andThen(Effect.sleep("20 seconds")), Effect.forever)
      ]),
      (watching) => watching,
      { concurrency: "unbounded", discard: true }
    )
  })
  const memories: ReadonlyArray<Memory> = watched
  return { memories, watch }
}
