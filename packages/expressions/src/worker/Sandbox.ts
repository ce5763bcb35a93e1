/**
 * Runs jsonata in a realm of its own inside the child process. The realm has its own microtask queue, which lets `vm`
 * stop an evaluation: jsonata works in promises, and only the code up to the first `await` would be bounded otherwise. A
 * watched child also exits by itself if its parent is killed while an expression spins.
 *
 * Evaluations share no mutable state. The patch of jsonata (`patches/jsonata@2.2.2.patch`) freezes the built-in functions
 * and the compiled expressions, the prelude freezes the language's own objects, and variables, functions and the document
 * are created for each evaluation. Documents are passed in as text, so no object of the child's main realm is within reach.
 * In the realm, time stands still at the evaluation's `now`, and neither random numbers nor `eval` exist.
 */
import { readFileSync } from "node:fs"
import vm from "node:vm"
import { isNode, type Node } from "../inline/SyntaxTree.ts"

/** A compiled expression: jsonata's, opaque here. */
export interface Compiled {
  ast(): unknown
}

/** Receives the outcome of one evaluation. */
export interface Settle {
  readonly value: (value: unknown) => void
  readonly error: (cause: unknown) => void
}

export interface Sandbox {
  /** Parses. Throws what jsonata throws; must be called from within `bounded`. */
  readonly compile: (source: string) => { readonly compiled: Compiled; readonly tree: Node }
  /** Reads the JSON text of what an expression sees, without losing a digit of its numbers. */
  readonly read: (text: string) => unknown
  /**
   * Starts an evaluation over what `read` gave, which the expression may change. It has settled when `bounded` returns;
   * must be called from within `bounded`.
   */
  readonly evaluate: (compiled: Compiled, scope: unknown, now: number, settle: Settle) => void
  /** True for functions of the expression language. */
  readonly isFunction: (value: unknown) => boolean
  /** Runs `job` and all that it starts in the realm. `false` when it was stopped at `timeMs`, if that is given. */
  readonly bounded: (job: () => void, timeMs?: number) => boolean
}

/** The realm's functions, as the child's main realm calls them. */
interface Realm {
  readonly compile: (source: string) => Compiled
  readonly parseJson: (text: string) => unknown
  readonly isFunction: (value: unknown) => boolean
  readonly start: (
    compiled: Compiled,
    scope: unknown,
    now: number,
    value: Settle["value"],
    error: Settle["error"]
  ) => void
}

const prelude = `(jsonata) => {
  "use strict"
  if (jsonata.parseJson === undefined) throw new Error("jsonata lacks its patch: use the copy in @sluice/expressions")
  let now = 0
  const RealDate = Date
  globalThis.Date = class Date extends RealDate {
    constructor(...args) { super(...(args.length === 0 ? [now] : args)) }
    static now() { return now }
  }
  Math.random = () => { throw { message: "chance is refused" } }

  // Everything that the language itself provides, from the global object and from its syntax.
  const seen = new Set()
  const work = [
    globalThis, jsonata, (function*() {})(), (async function*() {})(), (async () => {})(), [][Symbol.iterator](),
    new Map()[Symbol.iterator](), new Set()[Symbol.iterator](), ""[Symbol.iterator](), /a/[Symbol.matchAll]("")
  ]
  while (work.length > 0) {
    const value = work.pop()
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue
    seen.add(value)
    for (const key of Reflect.ownKeys(value)) {
      const property = Reflect.getOwnPropertyDescriptor(value, key)
      work.push(property.value, property.get, property.set)
    }
    work.push(Reflect.getPrototypeOf(value))
    // The global object alone stays open: it takes the job that "bounded" runs.
    if (value !== globalThis) Object.freeze(value)
  }

  return Object.freeze({
    compile: jsonata,
    parseJson: jsonata.parseJson,
    isFunction: jsonata.isFunction,
    // The callbacks are wrapped, because a promise runs a callback in the queue of the realm that the callback is from.
    start: (compiled, scope, fixedNow, value, error) => {
      now = fixedNow
      compiled.evaluate(scope).then((result) => value(result)).catch((cause) => error(cause))
    }
  })
}`

/** Loads jsonata from its file (some 10 ms). */
export const make = (file: string): Sandbox => {
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
    microtaskMode: "afterEvaluate",
    codeGeneration: { strings: false, wasm: false }
  })
  const wrapped = `((module) => {
    ((exports, module) => {${readFileSync(file, "utf8")}\n})(module.exports, module)
    return module.exports
  })({ exports: {} })`
  const realm: Realm = vm.runInContext(prelude, context)(vm.runInContext(wrapped, context, { filename: file }))
  const run = new vm.Script("job()")
  return {
    compile: (source) => {
      const compiled = realm.compile(source)
      const tree = compiled.ast()
      if (!isNode(tree)) throw new TypeError("jsonata gave no syntax tree")
      return { compiled, tree }
    },
    read: realm.parseJson,
    evaluate: (compiled, scope, now, { error, value }) => realm.start(compiled, scope, now, value, error),
    isFunction: realm.isFunction,
    bounded: (job, timeMs) => {
      context.job = job
      try {
        run.runInContext(context, timeMs === undefined ? {} : { timeout: timeMs })
        return true
      } catch (cause) {
        if (isTimeout(cause)) return false
        throw cause
      } finally {
        context.job = undefined
      }
    }
  }
}

/** The error is the realm's, which `instanceof` would not know. */
const isTimeout = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && cause.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
