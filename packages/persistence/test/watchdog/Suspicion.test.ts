import { assert, describe, it } from "@effect/vitest"
import {
  answered,
  asks,
  blockedAfterMs,
  busyForMs,
  type Look,
  looked,
  quiet,
  type Step
} from "../../src/watchdog/Suspicion.ts"

const first: Look = { beat: 7, at: 1000, busy: 300 }

const later = (ms: number, busy: number, beat = first.beat): Look => ({
  beat,
  at: first.at + ms,
  busy: first.busy + busy
})

const step: Step = { runId: "a", step: 2 }

describe("the event loop counts as blocked", () => {
  it.each<[string, Look, boolean]>([
    ["not while the bound has not passed", later(blockedAfterMs - 1, 5000), false],
    ["not where the process used no processor: it was stopped or starved", later(60_000, busyForMs - 1), false],
    ["where it was busy without a beat", later(blockedAfterMs, busyForMs), true],
    ["not where the heart has beaten meanwhile", later(blockedAfterMs, busyForMs, first.beat + 1), false]
  ])("%s", (_sentence, look, expected) => {
    assert.strictEqual(asks(looked(quiet(first), look), look), expected)
  })
})

describe("a step is noted", () => {
  it("if two polls find it without a beat between them, and then no more", () => {
    const once = answered(quiet(first), step)
    assert.isUndefined(once.note)
    const twice = answered(looked(once.suspicion, later(2500, 2000)), { ...step })
    assert.deepStrictEqual(twice.note, step)
    assert.isFalse(asks(twice.suspicion, later(9000, 9000)))
  })

  it("not if the polls find different steps, or none", () => {
    const once = answered(quiet(first), step)
    for (const other of [undefined, { ...step, step: 3 }, { ...step, runId: "b" }]) {
      const then = answered(once.suspicion, other)
      assert.isUndefined(then.note)
      assert.isUndefined(answered(then.suspicion, step).note)
    }
  })

  it("again after another beat, when it blocks again", () => {
    const noted = answered(answered(quiet(first), step).suspicion, step)
    const beaten = looked(noted.suspicion, later(3000, 3000, first.beat + 1))
    assert.deepStrictEqual(answered(answered(beaten, step).suspicion, step).note, step)
  })
})
