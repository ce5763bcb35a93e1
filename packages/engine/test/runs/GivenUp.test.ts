import { assert, describe, it } from "@effect/vitest"
import { givenUp, maxFreezes, maxTakeovers } from "../../src/runs/GivenUp.ts"

const ended = (...indices: ReadonlyArray<number>) => indices.map((index) => ({ index }))

describe("a run that is claimed", () => {
  it.each<[string, Parameters<typeof givenUp>[0], string | undefined]>([
    ["is executed where nothing is known of it", { takeovers: 0, steps: [] }, undefined],
    ["is executed after five takeovers", { takeovers: maxTakeovers, steps: ended(0) }, undefined],
    ["ends after the sixth", { takeovers: maxTakeovers + 1, steps: ended(0) }, "worker-lost"],
    [
      "is executed after its step has blocked a process once",
      { takeovers: 1, freezes: { step: 1, times: maxFreezes }, steps: ended(0) },
      undefined
    ],
    [
      "ends after its step has blocked a process twice",
      { takeovers: 2, freezes: { step: 1, times: maxFreezes + 1 }, steps: ended(0) },
      "froze its process"
    ],
    [
      "is executed where the step that blocked has ended",
      { takeovers: 0, freezes: { step: 1, times: 7 }, steps: ended(0, 1) },
      undefined
    ],
    [
      "ends for the step that blocks rather than for the takeovers that come of it",
      { takeovers: maxTakeovers + 1, freezes: { step: 0, times: 2 }, steps: [] },
      "froze its process"
    ],
    [
      "keeps its five takeovers where it blocked only once",
      { takeovers: maxTakeovers, freezes: { step: 0, times: 1 }, steps: [] },
      undefined
    ]
  ])("%s", (_sentence, run, reason) => {
    assert.strictEqual(givenUp(run), reason)
  })
})
