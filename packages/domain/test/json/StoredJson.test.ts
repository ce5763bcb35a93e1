import { assert, describe, it } from "@effect/vitest"
import { parseOwn } from "@sluice/domain/json/Json"
import { atOnce } from "../../src/json/Steps.ts"
import { parseStored } from "../../src/json/StoredJson.ts"
import { hostileDocuments } from "../../src/testing/HostileDocuments.ts"

/** The value, and how often it paused. */
const parsed = (text: string) => {
  let pauses = 0
  const steps = parseStored(text)
  for (let step = steps.next();; step = steps.next()) {
    if (step.done === true) return { value: step.value, pauses }
    pauses++
  }
}

describe("stored JSON", () => {
  for (const { make, name } of hostileDocuments) {
    it(`has the same value whether it is read in steps or at once: ${name}`, () => {
      const document = make(150_000)
      for (
        const text of [
          document,
          `[${document},${document}]`,
          `{"patch":[{"path":"/a,b\\"","before":${document},"after":[${document}, 1]}],"n":[],"o":{} , "s":"]}" }`,
          ` [ {"a" : ${document} } ] `
        ]
      ) {
        const { pauses, value } = parsed(text)
        assert.strictEqual(JSON.stringify(value), JSON.stringify(parseOwn(text)))
        assert.isAbove(pauses, 0)
      }
    })
  }

  it("is read at once where it is small", () => {
    assert.deepStrictEqual(atOnce(parseStored("[1,{}]")), [1, {}])
    assert.strictEqual(parsed("{}").pauses, 0)
  })
})
