import { assert, describe, it } from "@effect/vitest"
import type { RunSoFar } from "@sluice/engine/journal/Journal"
import { countTakeovers } from "../../../src/journal/claims/RunClaimer.ts"

const found = (runId: string, takeovers: number, progress: number, progressAtTakeover: number) => ({
  run: { runId, takeovers } as RunSoFar,
  progress,
  progressAtTakeover
})

const counts = (runs: ReturnType<typeof countTakeovers>) => runs.map(({ run, takeovers }) => [run.runId, takeovers])

describe("countTakeovers", () => {
  it("the runs of a dead process count one takeover more, and those that were released none", () => {
    assert.deepStrictEqual(
      counts(countTakeovers([found("dead", 2, 3, 3), found("released", 2, 3, 3)], [
        { id: "dead", orderly: false },
        { id: "released", orderly: true }
      ])),
      [["dead", 3], ["released", 2]]
    )
  })

  it("a run that has made progress since its last takeover counts from the beginning", () => {
    assert.deepStrictEqual(
      counts(countTakeovers([found("dead", 2, 4, 3), found("released", 2, 4, 3)], [
        { id: "dead", orderly: false },
        { id: "released", orderly: true }
      ])),
      [["dead", 1], ["released", 0]]
    )
  })

  it("runs are dispatched in the order of selection, however the database returned them", () => {
    const chosen = ["a", "b", "c"].map((id) => ({ id, orderly: true }))
    assert.deepStrictEqual(
      counts(countTakeovers([found("c", 0, 0, 0), found("a", 0, 0, 0), found("b", 0, 0, 0)], chosen)).map(([id]) => id),
      ["a", "b", "c"]
    )
  })
})
