import { assert, describe, it } from "@effect/vitest"
import { UnreachableCode } from "@sluice/domain/callout/Outcome"
import { unreachableCode } from "../../src/callouts/RecordedOutcome.ts"

describe("RecordedOutcome", () => {
  it.each(UnreachableCode.literals)(
    "the code %s of an unreachable partner is read from its record as it was",
    (code) => {
      assert.strictEqual(unreachableCode(code), code)
    }
  )

  it("a code that is not known is read as reset, which says least", () => {
    assert.deepStrictEqual([unreachableCode("EPIPE"), unreachableCode(undefined)], ["reset", "reset"])
  })
})
