import { assert, describe, it } from "@effect/vitest"
import * as Json from "@sluice/domain/json/Json"
import * as Inline from "../../src/inline/Inline.ts"
import { planOf } from "../../src/inline/Plan.ts"
import * as Worker from "./Worker.ts"

/** Names and values with which jsonata, Effect or the language mark something of their own. */
const marks = [
  "_jsonata_function",
  "_jsonata_lambda",
  "sequence",
  "keepSingleton",
  "tupleStream",
  "outerWrapper",
  "cons",
  "implementation",
  "signature",
  "validate",
  "body",
  "arguments",
  "environment",
  "input",
  "thunk",
  "apply",
  "arity",
  "length",
  "then",
  "next",
  "token",
  "position",
  "type",
  "value",
  "match",
  "start",
  "groups",
  "@",
  "$",
  "!0",
  "constructor",
  "__proto__",
  "prototype",
  "toString",
  "valueOf",
  "toJSON",
  "rawJSON"
]
const values = ["true", "1", "\"operator\"", "[true]", "{\"x\":true}"]

/** Over a document with two marks, `a` and `b`, in a member, a list and a list of lists. */
const expressions: ReadonlyArray<string> = [
  "order",
  "order.doc",
  "order.doc.`a`",
  "order.list.`a`",
  "order.lists",
  "order.doc = order.doc",
  "order.doc = order.list[0]",
  "order.doc in [1]",
  "$exists(order.doc)",
  "$boolean(order.doc)",
  "$boolean(order.list)",
  "$not(order.doc)",
  "order.doc ? 1 : 2",
  "order.doc and true",
  "order[doc].name",
  "order.list[`b` = 1]",
  "order.list[0]",
  "order.list[]",
  "$type(order.doc)",
  "$type(order.list)",
  "$keys(order.doc)",
  "$lookup(order.doc, 'a')",
  "$string(order.doc)",
  "'x' & order.doc",
  "$count(order.list)",
  "$append(order.list, order.doc)",
  "$map(order.list, function($v) { $v })",
  "$map(order.doc, function($v, $i, $all) { [$v, $i, $all] })",
  "$filter(order.list, function($v) { $v })",
  "$single(order.doc)",
  "$reduce(order.list, function($a, $v) { $append($a, $v) })",
  "$sift(order.doc, function($v, $k) { $k = 'a' })",
  "$each(order.doc, function($v, $k) { {'k': $k, 'v': $v} })",
  "$spread(order.doc)",
  "$merge(order.list)",
  "$distinct(order.list)",
  "$reverse(order.list)",
  "$zip(order.list, order.list)",
  "$sort(order.list, function($l, $r) { $l.name > $r.name })",
  "order.list^(name)",
  "order.list{name: $}",
  "order.list@$x.($x)",
  "order.list#$i.{'i': $i, 'v': $}",
  "order.list.{'of': %.name, 'v': $}",
  "order.*",
  "order.**",
  "order.doc.*",
  "order.doc ~> |$|{'new': 1}|",
  "order.doc ~> |$|{'b': 7}, ['a']|",
  "{'a': order.doc, 'b': 2}",
  "[order.doc, order.list]",
  "($f := function($x) { $x }; $f(order.doc))",
  "($f := function($x, $y) { [$x, $y] }; $g := $f(?, order.doc); $g(order.list))",
  "($f := $append(order.doc, ?); $f(1))",
  "(order.doc ~> $keys)",
  "order.doc()",
  "order.doc(1)",
  "order.doc(?)",
  "1 ~> $map(order.doc)",
  "$contains('a', order.doc)",
  "$clone(order)",
  "$"
]

/** The names of two marks and their two values, as the document and the expression spell them. */
interface Spelling {
  readonly a: string
  readonly b: string
}
const neutral: Spelling = { a: "qqA", b: "qqB" }

const respell = (text: string, { a, b }: Spelling): string =>
  text.replaceAll("`a`", () => `\`${a}\``).replaceAll("`b`", () => `\`${b}\``)
    .replaceAll("'a'", () => `'${a}'`).replaceAll("'b'", () => `'${b}'`)

const documentOf = ({ a, b }: Spelling, left: string, right: string): string => {
  const doc = `{"name":"n",${JSON.stringify(a)}:${left},${JSON.stringify(b)}:${right}}`
  return `{"order":{"name":"o","doc":${doc},"list":[${doc},${doc}],"lists":[[${doc}],[]]}}`
}

/** A result with the marks' names replaced by neutral ones; texts too, since a document may have been written as one. */
const neutralised = (result: unknown, { a, b }: Spelling): unknown =>
  result === undefined ? undefined : JSON.parse(
    JSON.stringify(result)
      .replaceAll(`"${a}":`, `"${neutral.a}":`).replaceAll(`"${b}":`, `"${neutral.b}":`)
      .replaceAll(`\\"${a}\\":`, `\\"${neutral.a}\\":`).replaceAll(`\\"${b}\\":`, `\\"${neutral.b}\\":`)
      .replaceAll(`"${a}"`, `"${neutral.a}"`).replaceAll(`"${b}"`, `"${neutral.b}"`)
  )

const worker = Worker.make()
const sandbox = Worker.makeSandbox()
const planned = (source: string) => {
  let plan: Inline.Plan | undefined
  sandbox.bounded(() => plan = planOf(sandbox.compile(source).tree))
  return plan
}

const expected = new Map<string, unknown>()
const expectedOf = (expression: string, value: string): unknown => {
  const key = `${expression} over ${value}`
  if (!expected.has(key)) {
    const result = worker.evaluateProven(respell(expression, neutral), documentOf(neutral, value, "true"))
    expected.set(key, neutralised(result, neutral))
  }
  return expected.get(key)
}

describe("documents with members that have a meaning in JavaScript or JSONata", () => {
  it.each(marks)("a member %s is a member like any other", (mark) => {
    const marked: Spelling = { a: mark, b: mark === "_jsonata_function" ? "implementation" : "_jsonata_function" }
    for (const value of values) {
      const document = documentOf(marked, value, "true")
      for (const expression of expressions) {
        const source = respell(expression, marked)
        const wanted = expectedOf(expression, value)
        assert.deepStrictEqual(
          neutralised(worker.evaluateProven(source, document), marked),
          wanted,
          `${source} over ${document}`
        )
        const plan = planned(source)
        const inline = plan === undefined ? Inline.beyond : Inline.evaluate(plan, Json.parse(document))
        if (inline !== Inline.beyond) assert.deepStrictEqual(neutralised(inline, marked), wanted, `inline ${source}`)
      }
    }
  })
})
