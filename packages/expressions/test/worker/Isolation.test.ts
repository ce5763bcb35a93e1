import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Worker from "./Worker.ts"

const scope = JSON.stringify({
  order: {
    id: "A-1",
    total: 12.5,
    text: "one two three",
    flags: [false, true],
    lineItems: [{ sku: "B", quantity: 2 }, { sku: "A", quantity: 1 }]
  }
})

/** One expression for each built-in function and each kind of syntax; its result must never change. */
const references = [
  "$sum(order.lineItems.quantity)",
  "$count(order.lineItems)",
  "[$max(order.lineItems.quantity), $min(order.lineItems.quantity), $average(order.lineItems.quantity)]",
  "$string(order)",
  "[$substring(order.text, 4, 3), $substringBefore(order.text, ' '), $substringAfter(order.text, ' ')]",
  "[$lowercase('A'), $uppercase('a'), $trim(' a  b '), $pad('x', 3, '#')]",
  "$length(order.text)",
  "[$contains(order.text, 'two'), $contains(order.text, /t[wz]o/)]",
  "$match(order.text, /t(w|h)/)",
  "$replace(order.text, /t(\\w)/, '$1')",
  "[$split(order.text, ' '), $split(order.text, / /)]",
  "$join(order.lineItems.sku, '+')",
  "[$formatNumber(1234.5, '#,##0.00'), $formatBase(255, 16), $formatInteger(12, 'w')]",
  "$parseInteger('twelve', 'w')",
  "[$number('1.5'), $floor(1.5), $ceil(1.5), $round(1.25, 1), $abs(-1), $sqrt(4), $power(2, 3)]",
  "[$boolean(order.flags), $not(order.flags), $exists(order.flags), $exists(order.none)]",
  "$map(order.lineItems, function($item, $i) { $item.sku & $i })",
  "$filter(order.lineItems, function($item) { $item.quantity > 1 })",
  "$single(order.lineItems, function($item) { $item.quantity > 1 })",
  "$reduce(order.lineItems.quantity, function($a, $b) { $a + $b })",
  "$sift(order, function($value, $name) { $name = 'id' })",
  "$each(order.lineItems[0], function($value, $name) { $name & $value })",
  "[$keys(order), $lookup(order, 'id'), $type(order), $type($sum)]",
  "[$zip([1, 2], [3, 4]), $append([1], 2), $reverse([1, 2]), $distinct([1, 1, 2])]",
  "[$spread(order.lineItems[0]), $merge(order.lineItems)]",
  "[$sort([2, 1]), $sort(order.lineItems, function($l, $r) { $l.sku > $r.sku }).sku]",
  "[$base64encode('a'), $base64decode('YQ=='), $encodeUrlComponent('a b'), $decodeUrl('a%20b'), $encodeUrl('a b')]",
  "[$now(), $millis(), $toMillis('2026-01-02T00:00:00Z'), $fromMillis(0), $fromMillis(0, '[Y]')]",
  "$clone(order)",
  "order ~> |lineItems|{'quantity': quantity + 1}, ['sku']|",
  "order ~> $keys ~> $count",
  "($increment := $sum(?); $increment([1, 2]))",
  "($f := function($n) { $n <= 1 ? 1 : $n * $f($n - 1) }; $f(5))",
  "order.lineItems.{'sku': sku, 'of': %.id}",
  "order.lineItems{sku: quantity}",
  "order.lineItems#$i@$l.($i & $l.sku)",
  "order.**.sku",
  "order.*[type = 'x']",
  "order.total ?: 0 & (order.none ?? 'none')",
  "[1..3]",
  "$number('x')",
  "order.total < 'a'",
  "order.id()",
  "$error('no stock')"
]

const results = (worker: Worker.Worker) => references.map((source) => worker.evaluateProven(source, scope))

/** Each is an attempt to reach what evaluations share. Most fail; none may leave anything behind. */
const hostile = [
  // built-ins as objects
  "($clone := function($x) { $x }; $sum ~> |$|{'implementation': function() { 666 }}|)",
  "($clone := function($x) { $x }; {'f': $sum} ~> |f|{'implementation': function() { 666 }}|)",
  "({'f': $sum} ~> |f|{'implementation': function() { 666 }}, ['signature']|)",
  "({'f': $boolean} ~> |$$.order|{'id': 666}|)",
  "(1 ~> |$boolean|{'implementation': 1}|)",
  "({} ~> |$boolean|{'implementation': function($x) { true }, 'signature': {}}|)",
  "({} ~> |$boolean|{}, ['implementation', '_jsonata_function']|)",
  "({} ~> |[$sum, $count, $exists]|{'implementation': $not}|)",
  "$spread($sum)[1] ~> |signature|{'validate': function() { [] }}|",
  "($clone := function($x) { $x }; $spread($sum) ~> |signature|{'validate': function() { [] }}|)",
  "($clone := function($x) { $x }; $merge($spread($sum)) ~> |$|{'implementation': 1}|)",
  "$spread($sum).implementation(1)",
  "$each($sum, function($v, $k) { $k })",
  "$sift($sum, function($v, $k) { true })",
  "$lookup($sum, 'signature')",
  "$keys($sum)",
  "$merge([$sum, $count])",
  "$sum.implementation",
  "[$sum].signature.validate",
  "$append($sum, $count).*",
  "[$sum, $count]^($)",
  "$sort([$sum, $count], function($a, $b) { true })",
  "$distinct([$sum, $sum, $count])",
  "$sum = $sum and $sum in [$sum]",
  "$map([$sum, $count], function($f) { $f ~> |$|{'arity': 0}| })",
  // rebinding
  "($sum := function($x) { 666 }; $sum([1]))",
  "($boolean := function() { true }; $not := $boolean; $exists := $boolean; order[$boolean(1)])",
  "($now := 1; $millis := 2; $string := 3; $ := 4; $$ := 5)",
  "function($sum, $clone) { $sum }(1, 2)",
  "order@$sum#$clone.($sum)",
  "($`__proto__` := 1; $`constructor` := 2; $`toString` := 3)",
  // lambdas and their insides
  "{'f': function($x) { $x }} ~> |f|{'body': {'type': 'value', 'value': 666}}|",
  "($f := function($x) { $x }; {} ~> |$f|{'body': 1, 'environment': 2, 'arguments': []}|)",
  "($f := function($x) { $x }; {} ~> |$f.environment.base|{'timestamp': 1}|)",
  "($f := function($x) { $x }; {} ~> |$f|{}, ['_jsonata_lambda']|; $f.environment.bind('sum', 1))",
  "($f := function($x) { $x }; $spread($f).environment)",
  "(function($f) { $spread($f) })(function($x) { $x })",
  "(function($f) { {'then': $f} })(function($a, $b) { $a(666) })",
  "(function($f) { {'then': $f} })(function($a, $b) { 1 })",
  "(function($f) { $string({'toJSON': $f}) })(function($k) { $k })",
  "(function($f) { {'next': $f} })(function() { 1 })",
  "($f := $sum ~> $count; {} ~> |$f|{'body': 1}|)",
  "($f := $sum(?); {} ~> |$f|{'body': 1, 'arguments': 2}|)",
  // names that objects inherit
  "order.constructor",
  "order.`__proto__`",
  "order ~> |$|{'__proto__': {'polluted': 1}}|",
  "order ~> |$|{'constructor': 1, 'toString': 2, 'hasOwnProperty': 3}|",
  "order.lineItems{'__proto__': 1, 'constructor': 2}",
  "order.lineItems ~> |$|{'length': 0, 'map': 1, 'push': 2, 'sequence': true}|",
  "{'__proto__': {'sequence': true}}.`__proto__`",
  "$merge([{'__proto__': {'a': 1}}, {'constructor': {'prototype': 1}}])",
  "$sift({'__proto__': 1}, function() { true })",
  "order.lineItems#$__proto__@$constructor.($constructor)",
  "$$.order ~> |$$|{'order': 666}|",
  "(order ~> |$$.order|{'id': 666}|; $$.order.id)",
  // state of regular expressions, of messages, of the clock
  "$match('aaa', /a/)[0]",
  "$replace('aaa', /a/, function($m) { $m.match & 'b' })",
  "($r := /a/; [$r('aaa', 2), $r('aaa'), {} ~> |$r|{'lastIndex': 7}|])",
  "$match('aaa', function($s) { {'match': 'a', 'start': 0, 'end': 1, 'groups': [], 'next': $sum} })",
  "$map(['x'], $number)",
  "$number('y')",
  "$map([1, 'x'], function($v) { $number($v) })",
  "$error('{{stack}} {{{code}}}')",
  "$now('[Y]', '+0100') & $millis() & $toMillis('10:00', '[h]:[m]')",
  "$fromMillis(0, '[Dwo] [MNn] [Y,*-2]') & $formatNumber(1, '0', {'zero-digit': '\\u0660', '__proto__': {}})",
  "$formatNumber(1, '#', $sum)",
  // what is still under way at the end
  "[1, $error('x'), (function($f) { $f($f) })(function($f) { $f($f) })]",
  "[order.total < 'a', $map([1..100], function($x) { $x & 'a' })]",
  "1 / 0",
  "$sum",
  "{'f': $sum}"
]

/** Choices from a list of numbers, so that shrinking the list shrinks what is made of it. */
const Tape = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9_999 })))

/** Combinations of what the table tries one by one. */
const made = (tape: ReadonlyArray<number>): string => {
  let at = 0
  const of = (...options: ReadonlyArray<string>): string => options[(tape[at++] ?? 0) % options.length] ?? "1"
  const name = () =>
    of(
      "implementation",
      "signature",
      "validate",
      "_jsonata_function",
      "_jsonata_lambda",
      "body",
      "environment",
      "base",
      "bind",
      "arguments",
      "arity",
      "apply",
      "sequence",
      "prototype",
      "constructor",
      "__proto__",
      "then"
    )
  const builtIn = () => of("$sum", "$boolean", "$string", "$map", "$keys", "$now", "$exists", "$merge", "$clone")
  const value = (depth: number): string =>
    depth === 0 ? of(builtIn(), "order", "$", "$$", "1", "'a'", "[]") : of(
      builtIn(),
      `function($x) { ${value(depth - 1)} }`,
      `{'${name()}': ${value(depth - 1)}}`,
      `[${value(depth - 1)}, ${value(depth - 1)}]`,
      `$spread(${value(depth - 1)})`,
      `$merge(${value(depth - 1)})`,
      `(${value(depth - 1)}).\`${name()}\``,
      `(${value(depth - 1)}).*`,
      `${builtIn()}(${value(depth - 1)})`,
      `${builtIn()}(?)`,
      `(${value(depth - 1)} ~> |${value(depth - 1)}|{'${name()}': ${value(depth - 1)}}, ['${name()}']|)`,
      `(${builtIn()} := ${value(depth - 1)}; ${value(depth - 1)})`,
      `(${value(depth - 1)} ~> ${builtIn()})`,
      `$append(${value(depth - 1)}, ${builtIn()})`,
      `$map([${value(depth - 1)}], function($f) { $f(${value(depth - 1)}) })`
    )
  return value(4)
}

describe("the isolation of evaluations", () => {
  const shared = Worker.make()
  const expected = results(Worker.make())

  it("reference expressions give the same result in isolation, except for known failures", () => {
    assert.deepStrictEqual(
      expected.flatMap((result, index) => Worker.isFailure(result) ? [references[index]] : []),
      ["$number('x')", "order.total < 'a'", "order.id()", "$error('no stock')"]
    )
  })

  it.each(hostile)("%s changes nothing for later evaluations", (source) => {
    const first = shared.evaluate(source, scope)
    assert.deepStrictEqual(results(shared), expected)
    assert.deepStrictEqual(shared.evaluate(source, scope), first)
  })

  it.effect.prop(
    "no sequence of expressions changes the result of a later one",
    [Schema.Array(Tape)],
    Effect.fnUntraced(function*([tapes]) {
      for (const tape of tapes) shared.evaluate(made(tape), scope)
      assert.deepStrictEqual(results(shared), expected)
      return yield* Effect.void
    }),
    { arbitrary: { runs: 60, size: 20 } }
  )

  it("objects that evaluations share are frozen: built-in objects and compiled expressions", () => {
    const sandbox = Worker.makeSandbox()
    const unfrozen: Array<string> = []
    const seen = new Set<unknown>()
    const work: Array<readonly [string, unknown]> = [
      ["array", Object.getPrototypeOf(sandbox.read("[]"))],
      ["object", Object.getPrototypeOf(sandbox.read("{}"))],
      ["expression", sandbox.compile("order ~> |items[a = /b/]|{'c': function($x)<n:n> { $x }}|").compiled.ast()]
    ]
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      const [path, value] = next
      if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue
      seen.add(value)
      if (!Object.isFrozen(value)) unfrozen.push(path)
      work.push([`${path}.prototype of`, Object.getPrototypeOf(value)])
      for (const key of Reflect.ownKeys(value)) {
        work.push([`${path}.${String(key)}`, Reflect.getOwnPropertyDescriptor(value, key)?.value])
      }
    }
    assert.deepStrictEqual(unfrozen, [])
    assert.isAbove(seen.size, 100)
  })

  it("the objects of a realm can neither run code nor reach those of the child", () => {
    const { constructor } = Object.getPrototypeOf(Worker.makeSandbox().read("{}"))
    assert.notStrictEqual(constructor, Object)
    assert.throws(() => constructor.constructor("return 1"), /Code generation from strings disallowed/)
    assert.strictEqual(constructor.constructor.constructor, constructor.constructor)
  })
})
