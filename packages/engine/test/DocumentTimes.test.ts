/**
 * No operation on a document of outsiders takes more than time in proportion to its size. Contract: section 3, "Limits".
 * `benchmarks/documents.ts` measures the same rows at a mebibyte.
 */
import { assert, describe, it } from "@effect/vitest"
import { documentOperations } from "@sluice/engine/internal/testing/DocumentOperations"

const bytes = 64 * 1024

/**
 * Milliseconds of processor time without a pause. Linear operations take up to twenty on a busy machine, quadratic ones
 * of this size some seconds.
 */
const mostMs = 500

const busyMs = (since: NodeJS.CpuUsage): number => {
  const { system, user } = process.threadCpuUsage(since)
  return (system + user) / 1000
}

describe("documents of 64 KiB", () => {
  it.each(documentOperations.map((operation) => [operation.name, operation] as const))(
    "occupy the process for a short time: %s",
    (_name, { cases }) => {
      const slow: Array<string> = []
      for (const { document, steps } of cases(bytes)) {
        const work = steps()
        for (let done = false; !done;) {
          const since = process.threadCpuUsage()
          done = work.next().done === true
          if (busyMs(since) > mostMs) slow.push(`${document}: ${busyMs(since).toFixed(0)} ms`)
        }
      }
      assert.deepStrictEqual(slow, [])
    },
    600_000
  )
})
