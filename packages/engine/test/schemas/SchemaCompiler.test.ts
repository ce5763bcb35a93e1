import { assert, describe, it } from "@effect/vitest"
import { parse } from "@sluice/domain/json/Json"
import { Effect, Schema } from "effect"
import { compile } from "../../src/schemas/SchemaCompiler.ts"

const compiledSchemas = new Map<string, ReturnType<typeof compile>>()

/** Compiles each schema once: this takes some twenty milliseconds. */
const compiledOf = (schema: string) => {
  const known = compiledSchemas.get(schema) ?? compile(parse(schema))
  compiledSchemas.set(schema, known)
  return known
}

/** Says how a text does not fit a schema, both as JSON texts; the schema's fault, if it has one. */
const misfit = (schema: string, text: string): string | undefined => {
  const compiled = compiledOf(schema)
  return "fault" in compiled ? `fault: ${compiled.fault}` : compiled.misfit(text)
}
const fits = (schema: string, text: string): boolean => {
  const found = misfit(schema, text)
  if (found !== undefined) assert.match(found, /^does not fit responseSchema/)
  return found === undefined
}

describe("numbers", () => {
  it.each<[schema: string, fitting: ReadonlyArray<string>, others: ReadonlyArray<string>]>([
    [
      "{\"multipleOf\":0.01}",
      [
        "19.99",
        "0.07",
        "1.1",
        "0.57",
        "4.35",
        "-19.99",
        "0",
        "1e2",
        "1e400",
        "12345678901234567890.12",
        "9007199254740993"
      ],
      ["19.999", "0.001", "1e-3", "12345678901234567890.123", "1e-400", "0.010000000000000000001"]
    ],
    ["{\"multipleOf\":0.1}", ["0.3", "0.7", "1.1", "123456789.1"], ["0.35", "0.30000000000000004"]],
    ["{\"multipleOf\":3}", ["3", "9007199254740993", "-6", "3e30", "0"], ["4", "9007199254740994", "1e400", "0.3"]],
    ["{\"multipleOf\":1e400}", ["1e400", "3e401", "0"], ["1", "1e399"]],
    ["{\"multipleOf\":9007199254740993}", ["9007199254740993", "18014398509481986"], ["9007199254740992", "1"]],
    ["{\"multipleOf\":1e-400}", ["1e-400", "1", "0.5"], ["1e-401"]],
    ["{\"minimum\":9007199254740993}", ["9007199254740993", "9007199254740994", "1e400"], ["9007199254740992"]],
    ["{\"maximum\":9007199254740992}", ["9007199254740992", "-1e400"], ["9007199254740993", "1e400"]],
    ["{\"exclusiveMinimum\":9007199254740992}", ["9007199254740993"], ["9007199254740992", "9007199254740991"]],
    ["{\"exclusiveMaximum\":9007199254740993}", ["9007199254740992"], ["9007199254740993", "9007199254740994"]],
    ["{\"maximum\":19.99}", ["19.99", "19.989999999999999999999"], ["19.990000000000000000001", "20"]],
    ["{\"exclusiveMinimum\":0}", ["1e-400", "1"], ["0", "-0", "0.0", "-1e-400"]],
    ["{\"minimum\":-1e-400}", ["0", "-1e-401"], ["-1e-399"]],
    ["{\"const\":9007199254740993}", ["9007199254740993", "9007199254740993.0"], [
      "9007199254740992",
      "9007199254740994"
    ]],
    ["{\"const\":1}", ["1", "1.0", "10e-1"], ["1.00000000000000000001", "true", "\"1\""]],
    ["{\"const\":{\"a\":[9007199254740993]}}", ["{\"a\":[9007199254740993]}"], ["{\"a\":[9007199254740992]}", "{}"]],
    ["{\"enum\":[1,9007199254740993,\"x\",null]}", ["1", "9007199254740993", "\"x\"", "null"], [
      "9007199254740992",
      "0"
    ]],
    ["{\"type\":\"integer\"}", ["1", "1.0", "9007199254740993", "1e400", "100e-2"], [
      "9007199254740993.5",
      "1e-400",
      "1.5"
    ]],
    ["{\"type\":\"number\"}", ["1e400", "0.1234567890123456789", "1"], ["\"1\"", "{}", "null"]],
    ["{\"type\":[\"string\",\"null\"]}", ["\"1\"", "null"], ["1e400", "9007199254740993"]],
    ["{\"type\":\"object\"}", ["{}"], ["9007199254740993"]],
    ["{\"if\":{\"type\":\"object\"},\"then\":false}", ["9007199254740993"], ["{}"]],
    ["{\"uniqueItems\":true}", ["[9007199254740992,9007199254740993]"], ["[9007199254740993,9007199254740993.0]"]],
    ["{\"items\":{\"maximum\":9007199254740992}}", ["[1,9007199254740992]"], ["[1,9007199254740993]"]],
    [
      "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\"}},\"$defs\":{\"n\":{\"maximum\":9007199254740992}}}",
      ["{\"a\":1}"],
      ["{\"a\":9007199254740993}"]
    ],
    ["{\"additionalProperties\":{\"multipleOf\":0.01}}", ["{\"a\":19.99}"], ["{\"a\":19.999}"]],
    ["{\"anyOf\":[{\"maximum\":1},{\"minimum\":9007199254740993}]}", ["1", "9007199254740993"], ["9007199254740992"]],
    ["{\"minItems\":1e400}", ["1"], ["[]"]]
  ])("%s is judged on the exact values", (schema, fitting, others) => {
    for (const text of fitting) assert.isTrue(fits(schema, text), `${text} should fit: ${misfit(schema, text)}`)
    for (const text of others) assert.isFalse(fits(schema, text), `${text} should not fit`)
  })

  it.each([
    ["{\"multipleOf\":0.01}", "19.999", "does not fit responseSchema: the body must be multiple of 0.01"],
    [
      "{\"items\":{\"minimum\":9007199254740993}}",
      "[1]",
      "does not fit responseSchema: [0] must be >= 9007199254740993"
    ],
    ["{\"properties\":{\"a\":{\"maximum\":5}}}", "{\"a\":6}", "does not fit responseSchema: a must be <= 5"],
    ["{\"exclusiveMinimum\":5}", "5", "does not fit responseSchema: the body must be > 5"],
    ["{\"exclusiveMaximum\":5}", "5", "does not fit responseSchema: the body must be < 5"],
    ["{\"const\":1}", "2", "does not fit responseSchema: the body must be equal to constant"],
    ["{\"enum\":[1]}", "2", "does not fit responseSchema: the body must be equal to one of the allowed values"]
  ])("%s says that %s %s", (schema, text, message) => {
    assert.strictEqual(misfit(schema, text), message)
  })

  it.each([
    ["{\"multipleOf\":0}", /no valid JSON Schema/],
    ["{\"multipleOf\":-1e-400}", /no valid JSON Schema/],
    ["{\"minItems\":9007199254740993.5}", /no valid JSON Schema/],
    [`{"multipleOf":1${"0".repeat(400)}1}`, /multipleOf of more than 300 digits/]
  ])("the schema %s is refused", (schema, fault) => {
    assert.match(misfit(schema, "1") ?? "", fault)
  })

  const Cents = Schema.Int.check(Schema.isBetween({ minimum: -1_000_000_000, maximum: 1_000_000_000 }))
  it.effect.prop(
    "every amount of whole cents is a multiple of 0.01, and no other",
    [Cents, Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))],
    Effect.fnUntraced(function*([cents, mill]) {
      const digits = String(Math.abs(cents)).padStart(3, "0")
      const amount = `${cents < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
      assert.isTrue(fits("{\"multipleOf\":0.01}", amount), amount)
      assert.isFalse(fits("{\"multipleOf\":0.01}", `${amount}${mill}`), `${amount}${mill}`)
      return yield* Effect.void
    }),
    { arbitrary: { runs: 200 } }
  )

  it("a mebibyte of numbers, or of digits, is judged in linear time", () => {
    const schema = "{\"items\":{\"multipleOf\":0.01,\"minimum\":-5,\"maximum\":1e300,\"enum\":[19.99,1]}}"
    assert.isTrue(fits(schema, `[${"19.99,".repeat(170_000)}1]`))
    const long = "{\"multipleOf\":0.01,\"maximum\":1e300}"
    assert.isFalse(fits(long, `1${"0".repeat(1_000_000)}1`))
    assert.isFalse(fits(long, `0.${"0".repeat(1_000_000)}1`))
    assert.isTrue(fits("{\"multipleOf\":7}", `${"7".repeat(1_000_000)}`))
    assert.isFalse(fits("{\"multipleOf\":7}", "1e999999999"))
    assert.isTrue(fits("{\"multipleOf\":1e-999999999}", "1e999999999"))
  })
})

describe("names that objects inherit", () => {
  const names = [
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "valueOf",
    "__defineGetter__",
    "isPrototypeOf"
  ]

  /** With `§` for the name. */
  const cases: ReadonlyArray<[schema: string, fitting: ReadonlyArray<string>, others: ReadonlyArray<string>]> = [
    ["{\"required\":[\"§\"]}", ["{\"§\":1}"], ["{}", "{\"a\":1}"]],
    ["{\"not\":{\"required\":[\"§\"]}}", ["{}", "{\"a\":1}"], ["{\"§\":1}"]],
    ["{\"properties\":{\"§\":{\"type\":\"string\"}}}", ["{}", "{\"§\":\"x\"}"], ["{\"§\":1}", "{\"§\":{}}"]],
    ["{\"properties\":{\"§\":false}}", ["{}", "{\"a\":1}"], ["{\"§\":1}"]],
    ["{\"properties\":{\"a\":true},\"additionalProperties\":false}", ["{}", "{\"a\":1}"], ["{\"§\":1}"]],
    ["{\"properties\":{\"§\":true},\"additionalProperties\":false}", ["{}", "{\"§\":1}"], ["{\"a\":1}"]],
    ["{\"additionalProperties\":{\"type\":\"string\"}}", ["{}", "{\"§\":\"x\"}"], ["{\"§\":1}"]],
    ["{\"patternProperties\":{\"^§$\":{\"type\":\"string\"}}}", ["{}", "{\"§\":\"x\",\"a\":1}"], ["{\"§\":1}"]],
    [
      "{\"properties\":{\"§\":{\"minimum\":1}},\"patternProperties\":{\"^§$\":{\"maximum\":3}}}",
      ["{\"§\":2}"],
      ["{\"§\":0}", "{\"§\":4}"]
    ],
    ["{\"propertyNames\":{\"enum\":[\"§\"]}}", ["{}", "{\"§\":1}"], ["{\"a\":1}"]],
    ["{\"propertyNames\":{\"not\":{\"const\":\"§\"}}}", ["{}", "{\"a\":1}"], ["{\"§\":1}"]],
    ["{\"dependentRequired\":{\"§\":[\"a\"]}}", ["{}", "{\"§\":1,\"a\":1}"], ["{\"§\":1}"]],
    ["{\"dependentRequired\":{\"a\":[\"§\"]}}", ["{}", "{\"§\":1,\"a\":1}"], ["{\"a\":1}"]],
    ["{\"dependentSchemas\":{\"§\":{\"required\":[\"a\"]}}}", ["{}", "{\"§\":1,\"a\":1}"], ["{\"§\":1}"]],
    ["{\"minProperties\":1}", ["{\"§\":1}"], ["{}"]],
    ["{\"maxProperties\":0}", ["{}"], ["{\"§\":1}"]],
    ["{\"const\":{\"§\":1}}", ["{\"§\":1}"], ["{}", "{\"§\":2}", "{\"a\":1}"]],
    ["{\"enum\":[{}]}", ["{}"], ["{\"§\":1}"]],
    ["{\"uniqueItems\":true}", ["[{},{\"§\":1}]"], ["[{\"§\":1},{\"§\":1}]"]],
    ["{\"unevaluatedProperties\":false}", ["{}"], ["{\"§\":1}"]],
    ["{\"properties\":{\"§\":true},\"unevaluatedProperties\":false}", ["{}", "{\"§\":1}"], ["{\"a\":1}"]],
    [
      "{\"anyOf\":[{\"properties\":{\"a\":true}},{\"properties\":{\"b\":true}}],\"unevaluatedProperties\":false}",
      ["{}", "{\"a\":1,\"b\":1}"],
      ["{\"§\":1}"]
    ],
    [
      "{\"anyOf\":[{\"properties\":{\"§\":true}},{\"properties\":{\"b\":true}}],\"unevaluatedProperties\":false}",
      ["{}", "{\"§\":1,\"b\":1}"],
      ["{\"a\":1}"]
    ],
    ["{\"$ref\":\"#/$defs/§\",\"$defs\":{\"§\":{\"type\":\"string\"}}}", ["\"x\""], ["1"]],
    ["{\"$ref\":\"#/properties/§\",\"properties\":{\"§\":{\"type\":\"string\"}}}", ["\"x\""], ["1"]]
  ]
  it.each(cases)("%s judges own members only", (schema, fitting, others) => {
    for (const name of names) {
      const named = (text: string) => text.replaceAll("§", () => name)
      for (const text of fitting) {
        assert.isTrue(
          fits(named(schema), named(text)),
          `${named(text)} should fit: ${misfit(named(schema), named(text))}`
        )
      }
      for (const text of others) assert.isFalse(fits(named(schema), named(text)), `${named(text)} should not fit`)
    }
  })

  it("a reference to a name that the schema only inherits is refused", () => {
    for (const name of names) {
      assert.match(
        misfit(`{"$ref":"#/$defs/${name}","$defs":{}}`, "1") ?? "",
        /^fault: refers to .*, which is not there/
      )
    }
  })

  it("an additional property is named", () => {
    assert.strictEqual(
      misfit("{\"additionalProperties\":false}", "{\"__proto__\":1}"),
      "does not fit responseSchema: the body must NOT have additional properties: __proto__"
    )
  })
})
