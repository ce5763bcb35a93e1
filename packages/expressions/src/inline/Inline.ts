/**
 * A small part of JSONata, evaluated in the caller's process: paths of names with constant indices, comparisons, `in`,
 * `and`/`or`, `$exists`, `$not`, literals. It costs microseconds, where asking a child process costs a hundred.
 *
 * Nothing here parses: the child that checked an expression hands over a `Plan` where the whole expression lies in the
 * subset. The meaning is exactly that of jsonata 2.2 (a property test compares the two); where it would be laborious
 * to keep it so (comparing objects, reporting a type error), or where the work grows, it gives up with `beyond`
 * and a child does it. Contract: section 4, "Expressions".
 */
import { isRawNumber } from "@sluice/domain/json/Json"

/** One name in a path, then the constant indices behind it: `lineItems[0]`, `matrix[0][-1]`. */
export interface Step {
  readonly name: string
  readonly at: ReadonlyArray<number>
}

export type Literal = string | number | boolean | null
export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">="

/** The evaluation plan as JSON, so that the child that parsed the expression can return it. */
export type Plan =
  | { readonly op: "literal"; readonly value: Literal }
  | { readonly op: "list"; readonly values: ReadonlyArray<Literal> }
  | { readonly op: "path"; readonly steps: ReadonlyArray<Step> }
  | { readonly op: "exists" | "not"; readonly of: Plan }
  | { readonly op: Comparison | "and" | "or" | "in"; readonly left: Plan; readonly right: Plan }

/** The result for an evaluation that a child process has to do. */
export const beyond = Symbol("beyond the inline subset")

/**
 * The number of values that one evaluation may visit before it is passed to a child: some 100 µs of this process's
 * thread.
 */
const budget = 5_000

/**
 * Evaluates a plan over a scope; `undefined` means that it yields nothing. The result may share parts with the scope.
 * A number that a double does not hold keeps its digits where it is picked, and is left to a child where it is compared.
 */
export const evaluate = (plan: Plan, scope: unknown): unknown => {
  try {
    const value = new Evaluation(scope).value(plan)
    return value instanceof Sequence ? Array.from(value) : value
  } catch (cause) {
    if (cause === beyond) return beyond
    throw cause
  }
}

/** The equivalent of jsonata's sequence: an array made by a path, which collapses to its only item or to nothing. */
class Sequence extends Array<unknown> {
  static of1(item: unknown): Sequence {
    const sequence = new Sequence()
    sequence.push(item)
    return sequence
  }
}

const shrink = (value: unknown): unknown => value instanceof Sequence && value.length < 2 ? value[0] : value

/** The value as a comparison sees it. One with a number that a double does not hold may fail, which jsonata words. */
const operand = (value: unknown): unknown => {
  if (isRawNumber(value) || (typeof value === "number" && !Number.isFinite(value))) throw beyond
  return value
}

class Evaluation {
  private readonly scope: unknown
  private left = budget

  constructor(scope: unknown) {
    this.scope = scope
  }

  value(plan: Plan): unknown {
    this.spend()
    switch (plan.op) {
      case "literal":
        return plan.value
      case "list":
        return plan.values
      case "path":
        return this.path(plan.steps)
      case "exists":
        return this.value(plan.of) !== undefined
      case "not": {
        const truth = this.truth(this.value(plan.of))
        return truth === undefined ? undefined : !truth
      }
      case "and":
        return this.truth(this.value(plan.left)) === true && this.truth(this.value(plan.right)) === true
      case "or":
        return this.truth(this.value(plan.left)) === true || this.truth(this.value(plan.right)) === true
      case "in":
        return this.includes(operand(this.value(plan.left)), this.value(plan.right))
      case "=":
        return equal(operand(this.value(plan.left)), operand(this.value(plan.right)))
      case "!=": {
        const left = operand(this.value(plan.left))
        const right = operand(this.value(plan.right))
        // Nothing is neither equal nor unequal to anything.
        return left !== undefined && right !== undefined && !equal(left, right)
      }
      default:
        return ordered(plan.op, operand(this.value(plan.left)), operand(this.value(plan.right)))
    }
  }

  private spend(): void {
    if (--this.left < 0) throw beyond
  }

  private path(steps: ReadonlyArray<Step>): unknown {
    let input: ReadonlyArray<unknown> = Sequence.of1(this.scope)
    const last = steps.length - 1
    for (let i = 0; i <= last; i++) {
      input = this.step(steps[i]!, input, i === last)
      if (input.length === 0) break
    }
    return shrink(input)
  }

  private step(step: Step, input: ReadonlyArray<unknown>, isLast: boolean): ReadonlyArray<unknown> {
    const results: Array<unknown> = []
    for (const item of input) {
      let value = shrink(this.lookup(item, step.name))
      for (const index of step.at) value = pick(value, index)
      if (value !== undefined) results.push(value)
    }
    const only = results[0]
    // An array of the document that a path ends at stays as it is, even with one item.
    if (isLast && results.length === 1 && Array.isArray(only) && !(only instanceof Sequence)) return only
    const flat = new Sequence()
    for (const result of results) this.append(flat, result)
    return flat
  }

  private lookup(input: unknown, name: string): unknown {
    this.spend()
    if (Array.isArray(input)) {
      const found = new Sequence()
      for (const item of input) this.append(found, this.lookup(item, name))
      return found
    }
    if (typeof input !== "object" || input === null || isRawNumber(input)) return undefined
    // Only own members: `constructor` and `__proto__` are as missing as any other name.
    return Object.hasOwn(input, name) ? (input as Readonly<Record<string, unknown>>)[name] : undefined
  }

  private append(sequence: Sequence, value: unknown): void {
    if (value === undefined) return
    if (!Array.isArray(value)) {
      sequence.push(value)
      return
    }
    for (const item of value) {
      this.spend()
      sequence.push(item)
    }
  }

  private truth(value: unknown): boolean | undefined {
    this.spend()
    if (value === undefined) return undefined
    if (Array.isArray(value)) return value.some((item) => this.truth(item) === true)
    if (typeof value === "object" && value !== null) return isRawNumber(value) || Object.keys(value).length > 0
    return Boolean(value)
  }

  private includes(item: unknown, list: unknown): boolean {
    if (item === undefined || list === undefined) return false
    if (typeof item === "object" && item !== null) throw beyond
    const items: ReadonlyArray<unknown> = Array.isArray(list) ? list : [list]
    return items.some((candidate) => {
      this.spend()
      return operand(candidate) === item
    })
  }
}

const pick = (value: unknown, index: number): unknown => {
  const items: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
  const position = Math.floor(index)
  const item = items[position < 0 ? items.length + position : position]
  if (item === undefined) return new Sequence()
  return Array.isArray(item) ? item : Sequence.of1(item)
}

const equal = (left: unknown, right: unknown): boolean => {
  if (left === undefined || right === undefined) return false
  if (typeof left === "object" && typeof right === "object" && left !== null && right !== null) throw beyond
  return left === right
}

const ordered = (op: "<" | "<=" | ">" | ">=", left: unknown, right: unknown): boolean | undefined => {
  const bothNumbers = typeof left === "number" && typeof right === "number"
  const bothTexts = typeof left === "string" && typeof right === "string"
  if (!bothNumbers && !bothTexts) {
    if (isOrderable(left) && isOrderable(right) && (left === undefined || right === undefined)) return undefined
    throw beyond // a type error, which jsonata words
  }
  switch (op) {
    case "<":
      return left < right
    case "<=":
      return left <= right
    case ">":
      return left > right
    case ">=":
      return left >= right
  }
}

const isOrderable = (value: unknown): boolean =>
  value === undefined || typeof value === "string" || typeof value === "number"
