import { assert, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import { Deadlines } from "../src/connection/Deadlines.ts"

const opened = Effect.gen(function*() {
  const clock = yield* Clock.Clock
  const deadlines = new Deadlines()
  yield* Effect.addFinalizer(() => deadlines.shutdown)
  const rung: Array<string> = []
  const set = (name: string, ms: number) => deadlines.set(clock, ms, () => rung.push(name))
  return { deadlines, rung, set }
})

it.effect("deadlines fire at their time, whichever others are cancelled", () =>
  Effect.gen(function*() {
    const { rung, set } = yield* opened
    const first = set("first", 2000)
    yield* TestClock.adjust(500)
    set("second", 2000)
    const third = set("third", 2000)
    set("short", 100)
    yield* TestClock.adjust(100)
    assert.deepStrictEqual(rung, ["short"])
    first()
    third()
    yield* TestClock.adjust(1899)
    assert.deepStrictEqual(rung, ["short"])
    yield* TestClock.adjust(1)
    assert.deepStrictEqual(rung, ["short", "second"])
    set("fourth", 2000)
    yield* TestClock.adjust(2000)
    assert.deepStrictEqual(rung, ["short", "second", "fourth"])
  }))

it.effect("a deadline whose callback throws does not stop later ones", () =>
  Effect.gen(function*() {
    const { deadlines, rung, set } = yield* opened
    deadlines.set(yield* Clock.Clock, 1000, () => {
      throw new Error("planted")
    })
    set("next", 1000)
    yield* TestClock.adjust(1000)
    assert.deepStrictEqual(rung, ["next"])
  }))

it.effect("no deadline fires after the shutdown", () =>
  Effect.gen(function*() {
    const { deadlines, rung, set } = yield* opened
    set("late", 1000)
    yield* deadlines.shutdown
    yield* TestClock.adjust(2000)
    assert.deepStrictEqual(rung, [])
  }))
