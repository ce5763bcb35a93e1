/**
 * Translates jsonata's syntax tree to a plan that needs no jsonata, if the whole expression is in the inline subset. A
 * node is accepted only if all of its members are known: anything else (`[]` that keeps arrays, order-by, focus,
 * grouping …) is left to jsonata.
 */
import type { Comparison, Literal, Plan, Step } from "./Inline.ts"
import { isNode, type Node, nodesOf } from "./SyntaxTree.ts"

/** Longer expressions are rare, and are not worth this process's time. */
const maxNodes = 64

/** The plan, or `undefined` where the expression needs jsonata. */
export const planOf = (root: Node): Plan | undefined => {
  const budget = { left: maxNodes }
  return plan(root, budget)
}

interface Budget {
  left: number
}

const plan = (node: Node, budget: Budget): Plan | undefined => {
  if (--budget.left < 0) return undefined
  switch (node.type) {
    case "string":
    case "number":
    case "value": {
      const value = literal(node)
      return value === undefined ? undefined : { op: "literal", value }
    }
    case "path":
      return path(node)
    case "block": {
      const [only, ...more] = nodesOf(node.expressions)
      return hasOnly(node, ["expressions"]) && only !== undefined && more.length === 0
        ? plan(only, budget)
        : undefined
    }
    case "function":
      return call(node, budget)
    case "binary":
      return binary(node, budget)
    default:
      return undefined
  }
}

const hasOnly = (node: Node, names: ReadonlyArray<string>): boolean =>
  Object.keys(node).every((name) =>
    name === "type" || name === "position" || names.includes(name) || node[name] === undefined
  )

const literal = (node: Node): Literal | undefined => {
  const { value } = node
  if (!hasOnly(node, ["value"])) return undefined
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null
    ? value
    : undefined
}

const path = (node: Node): Plan | undefined => {
  if (!hasOnly(node, ["steps"])) return undefined
  const steps: Array<Step> = []
  for (const [index, step] of nodesOf(node.steps).entries()) {
    if (index === 0 && isRoot(step)) continue
    const name = nameStep(step)
    if (name === undefined) return undefined
    steps.push(name)
  }
  return steps.length === 0 ? undefined : { op: "path", steps }
}

/** `$` and `$$`: plans have no other context than the scope. */
const isRoot = (node: Node): boolean =>
  node.type === "variable" && (node.value === "" || node.value === "$") && hasOnly(node, ["value"])

const nameStep = (node: Node): Step | undefined => {
  if (node.type !== "name" || typeof node.value !== "string" || !hasOnly(node, ["value", "stages"])) return undefined
  const at: Array<number> = []
  for (const stage of nodesOf(node.stages)) {
    const index = stage.type === "filter" && isNode(stage.expr) && stage.expr.type === "number"
      ? literal(stage.expr)
      : undefined
    if (typeof index !== "number") return undefined
    at.push(index)
  }
  return { name: node.value, at }
}

const call = (node: Node, budget: Budget): Plan | undefined => {
  const { procedure } = node
  const [only, ...more] = nodesOf(node.arguments)
  if (!hasOnly(node, ["value", "name", "arguments", "procedure"]) || only === undefined || more.length > 0) {
    return undefined
  }
  if (!isNode(procedure) || procedure.type !== "variable" || !hasOnly(procedure, ["value"])) return undefined
  if (procedure.value !== "exists" && procedure.value !== "not") return undefined
  const of = plan(only, budget)
  return of === undefined ? undefined : { op: procedure.value, of }
}

const operators: ReadonlySet<unknown> = new Set<Comparison | "and" | "or" | "in">(
  ["=", "!=", "<", "<=", ">", ">=", "and", "or", "in"]
)
const isOperator = (value: unknown): value is Comparison | "and" | "or" | "in" => operators.has(value)

const binary = (node: Node, budget: Budget): Plan | undefined => {
  const { lhs, rhs, value } = node
  if (!hasOnly(node, ["value", "lhs", "rhs"]) || !isOperator(value) || !isNode(lhs) || !isNode(rhs)) return undefined
  const left = plan(lhs, budget)
  const right = value === "in" && rhs.type === "unary" ? list(rhs, budget) : plan(rhs, budget)
  return left === undefined || right === undefined ? undefined : { op: value, left, right }
}

/** `["A", "B"]` */
const list = (node: Node, budget: Budget): Plan | undefined => {
  if (node.value !== "[" || !hasOnly(node, ["value", "expressions"])) return undefined
  const items = nodesOf(node.expressions)
  budget.left -= items.length
  const values: Array<Literal> = []
  for (const item of items) {
    const value = ["string", "number", "value"].includes(item.type) ? literal(item) : undefined
    if (value === undefined || budget.left < 0) return undefined
    values.push(value)
  }
  return { op: "list", values }
}
