/** Work over a document in steps gives what the same work at once gives. Contract: section 3, "Limits". */
import { assert, describe, it } from "@effect/vitest"
import { textSteps } from "@sluice/domain/internal/json/KnownTexts"
import { canonicalSteps, equalSteps } from "@sluice/domain/internal/json/SteppedCanonical"
import { parseSteps } from "@sluice/domain/internal/json/SteppedJson"
import type { Steps } from "@sluice/domain/internal/json/Steps"
import { hostileDocuments } from "@sluice/domain/internal/testing/HostileDocuments"
import { canonical, equals, type JsonObject, parse } from "@sluice/domain/json/Json"

const bytes = 256 * 1024

/** The result, and the number of pauses before it. */
const counted = <A>(steps: Steps<A>): readonly [A, number] => {
  for (let pauses = 0;; pauses++) {
    const { done, value } = steps.next()
    if (done === true) return [value, pauses]
  }
}

/** Members and items above which a document needs pauses: a few long ones are handled in some milliseconds. */
const many = 10_000

describe.each(hostileDocuments.map(({ make, name }) => [name, make] as const))("a document of %s", (_name, make) => {
  const text = make(bytes)
  const document = parse(text) as JsonObject
  const assertPauses = (pauses: number) => {
    if (text.split(",").length > many) assert.isAbove(pauses, 0, "it is done at one time")
  }

  it("is read, written, compared and made canonical in steps with the result of one", () => {
    const [read, readPauses] = counted(parseSteps(text))
    assertPauses(readPauses)
    assert.isTrue(equals(read, document))
    const [written, writePauses] = counted(textSteps(document))
    assertPauses(writePauses)
    assert.isTrue(written === JSON.stringify(document), "the written text differs")
    const [made, canonicalPauses] = counted(canonicalSteps(document))
    assertPauses(canonicalPauses)
    assert.isTrue(made === canonical(document), "the canonical text differs")
    const [same, equalPauses] = counted(equalSteps(document, read))
    assertPauses(equalPauses)
    assert.isTrue(same)
  })

  it("differs in steps from one with another value anywhere", () => {
    const other = parse(text.replace(/1(?=\D*$)/, "2")) as JsonObject
    assert.strictEqual(counted(equalSteps(document, other))[0], equals(document, other))
    assert.isFalse(counted(equalSteps(document, { ...document, more: 1 }))[0])
  })
})
