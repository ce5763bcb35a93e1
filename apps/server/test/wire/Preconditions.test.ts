/** The conditions in a request's headers. Contract: section 7. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Result } from "effect"
import * as Preconditions from "../../src/wire/Preconditions.ts"

/** Seconds to wait; `undefined` without a wait, `refused` for a header that is refused. */
const waited = (prefer: string | undefined) =>
  Effect.map(
    Effect.result(Preconditions.wait(prefer)),
    (read) => Result.isFailure(read) ? "refused" : read.success && Duration.toSeconds(read.success)
  )

describe("Prefer", () => {
  it.effect.each<[string | undefined, number | "refused" | undefined]>([
    [undefined, undefined],
    ["", undefined],
    ["wait=0", 0],
    ["wait=60", 60],
    ["wait=61", "refused"],
    ["wait=1.5", "refused"],
    ["wait=-1", "refused"],
    ["wait=", "refused"],
    ["wait", "refused"],
    ["WAIT = \"3\"", 3],
    ["wait=3;x=y", 3],
    ["respond-async, wait=3", 3],
    ["wait=3, wait=99", 3],
    ["respond-async", undefined],
    ["waiting=99", undefined],
    ["wait-x=99", undefined],
    ["wait.x", undefined],
    ["foo=\"a, wait=99\"", undefined],
    ["foo=\"a\\\", wait=99\", wait=4", 4],
    ["foo=\"never closed, wait=99", undefined]
  ])(
    "%s asks for a wait of %s",
    ([prefer, seconds]) => Effect.map(waited(prefer), (read) => assert.strictEqual(read, seconds))
  )

  it("is read in time proportional to its length", () => {
    for (const prefer of ["\"".repeat(16_384), "\\".repeat(16_384), "\"\\".repeat(8192), "a,".repeat(8192)]) {
      assert.doesNotThrow(() => Effect.runSync(waited(prefer)))
    }
  })
})

describe("If-Match", () => {
  it.effect.each<[string | undefined, number | "refused" | undefined]>([
    [undefined, undefined],
    ["\"9\"", 9],
    [" \"9\" ", 9],
    ["9", "refused"],
    ["*", "refused"],
    ["W/\"9\"", "refused"],
    ["\"9\", \"10\"", "refused"],
    ["\"\"", "refused"],
    ["\"99999999999\"", "refused"]
  ])(
    "%s names version %s",
    ([header, version]) =>
      Effect.map(
        Effect.result(Preconditions.ifMatch(header)),
        (read) => assert.strictEqual(Result.isFailure(read) ? "refused" : read.success, version)
      )
  )
})
