import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { compare, decimalOf, isInteger, isMultipleOf } from "../../src/json/Decimal.ts"

const Whole = Schema.Int.check(Schema.isBetween({ minimum: -1_000_000, maximum: 1_000_000 }))
const Exponent = Schema.Int.check(Schema.isBetween({ minimum: -6, maximum: 6 }))

/** The value at a scale at which all of these numbers are whole. */
const scaled = (whole: number, exponent: number): bigint => BigInt(whole) * 10n ** BigInt(exponent + 6)

describe("Decimal", () => {
  it.effect.prop(
    "compares, divides and recognises integers like whole numbers at a common scale",
    [Whole, Exponent, Whole, Exponent],
    Effect.fnUntraced(function*([a, ea, b, eb]) {
      const [left, right] = [decimalOf(`${a}e${ea}`), decimalOf(`${b}e${eb}`)]
      const [x, y] = [scaled(a, ea), scaled(b, eb)]
      assert.strictEqual(Math.sign(compare(left, right)), x < y ? -1 : x > y ? 1 : 0)
      assert.strictEqual(isInteger(left), x % 10n ** 6n === 0n)
      if (y !== 0n) assert.strictEqual(isMultipleOf(left, right), x % y === 0n)
      return yield* Effect.void
    }),
    { arbitrary: { runs: 1_000 } }
  )

  it("exponents of any size are compared and divided", () => {
    const [huge, tiny] = [decimalOf(`1e${"9".repeat(400)}`), decimalOf(`-1e-${"9".repeat(400)}`)]
    assert.isAbove(compare(huge, tiny), 0)
    assert.isBelow(compare(tiny, decimalOf("0")), 0)
    assert.isTrue(isMultipleOf(huge, decimalOf("1024")))
    assert.isFalse(isMultipleOf(huge, decimalOf("3")))
    assert.isFalse(isMultipleOf(tiny, decimalOf("1")))
  })
})
