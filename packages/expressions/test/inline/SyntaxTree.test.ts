import { assert, describe, it } from "@effect/vitest"
import jsonata from "jsonata"
import { isNode, read } from "../../src/inline/SyntaxTree.ts"

const reading = (source: string) => {
  const tree: unknown = jsonata(source).ast()
  return isNode(tree) ? read(tree) : assert.fail("no tree")
}

describe("SyntaxTree", () => {
  it.each([
    ["$random()", "random"],
    ["$f := $random", "random"],
    ["$map([1], $random)", "random"],
    ["$map([1], function($x) { $random() + $x })", "random"],
    ["order ~> $shuffle", "shuffle"],
    ["$shuffle(?)", "shuffle"],
    ["order.items[$random() > 0.5]", "random"],
    ["order.items^($random())", "random"],
    ["order.items{sku: $random()}", "random"],
    ["{\"a\": [1, $random()]}", "random"],
    ["order ~> |items|{\"a\": $random()}|", "random"],
    ["order.a ? $random() : 1", "random"],
    ["order.a ?? $random()", "random"],
    ["order.a ?: $random()", "random"],
    ["order.items@$i.($random())", "random"],
    ["[1..$random()]", "random"],
    ["-$random()", "random"],
    ["function($x){ $random($x) }(1)", "random"],
    ["$eval(\"$\" & \"random()\")", "eval"],
    ["order.random", undefined],
    ["\"$random()\" & order.`$random`", undefined],
    ["/* $random() */ 1", undefined],
    ["$now() & $millis() & $uppercase(\"random\")", undefined]
  ])("%s is refused for %s", (source, expected) => {
    assert.strictEqual(reading(source).refused, expected)
  })

  it.each<[string, ReadonlyArray<string>]>([
    ["callouts.provision.body.accountId", ["provision"]],
    ["steps.zuora.output", ["zuora"]],
    ["callouts.\"provision\".status", ["provision"]],
    ["callouts.`provision`.status", ["provision"]],
    ["$$.callouts.provision", ["provision"]],
    ["$.callouts.provision", ["provision"]],
    ["callouts.provision[0].body", ["provision"]],
    ["$f := callouts.a.status = 200 and $exists(steps.b)", ["a", "b"]],
    ["{\"x\": [callouts.a.body, -callouts.b.body]}", ["a", "b"]],
    ["callouts.a ~> $keys", ["a"]],
    ["function(){ callouts.a }()", ["a"]],
    ["order.items[sku = $$.callouts.a.body.sku]", ["a"]],
    ["callouts.a.body & callouts.a.status", ["a"]],
    ["order.callouts.a", []],
    ["order.(callouts.a)", []],
    ["order.items[callouts.a = 1]", []],
    ["order.items[$.callouts.a = 1]", []],
    ["order.items^(callouts.a)", []],
    ["order.items{callouts.a: 1}", []],
    ["callouts[x = 1]", []],
    ["callouts", []],
    ["callouts.*", []],
    ["\"callouts.a\"", []]
  ])("%s refers to the steps %j", (source, expected) => {
    assert.deepStrictEqual(reading(source).stepReferences.toSorted(), expected)
  })

  it.each<[string, ReadonlyArray<string>]>([
    ["callouts.provision.body.accountId", ["provision/body/accountId"]],
    ["$$.callouts.provision.body.\"account id\"", ["provision/body/account id"]],
    ["callouts.a.body.items[sku = 'x'].id & callouts.b.status", ["a/body/items/id", "b/status"]],
    ["callouts.a.body.*.id", ["a/body"]],
    ["callouts.a.body.(first & last)", ["a/body"]],
    ["callouts.a.body.items@$i.id", ["a/body/items"]],
    ["steps.a.output.id", []],
    ["order.callouts.a.body.id", []]
  ])("%s asks callouts for %j", (source, expected) => {
    const paths = reading(source).calloutPaths.map(({ members, stepId }) => [stepId, ...members].join("/"))
    assert.deepStrictEqual(paths.toSorted(), expected)
  })
})
