/**
 * jsonata in a realm of its own, inside the child process. The realm has its own microtask queue, which lets `vm` stop
 * an evaluation: jsonata works in promises, and otherwise only the code before the first `await` would be bounded. A
 * child watched in this way also ends when its parent is killed while an expression spins.
 *
 * In the realm, the time stands still at the evaluation's `now`, and there is neither chance nor `eval`.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import vm from "node:vm"
import { isNode, type Node } from "./SyntaxTree.ts"

/** A compiled expression: jsonata's, opaque here. */
export interface Compiled {
  ast(): unknown
}

export interface Sandbox {
  /** Parses. Throws what jsonata throws; must be called from within `bounded`. */
  readonly compile: (source: string) => { readonly compiled: Compiled; readonly tree: Node }
  /** Starts an evaluation, which has settled when `bounded` returns; must be called from within `bounded`. */
  readonly evaluate: (
    compiled: Compiled,
    scope: unknown,
    now: number,
    settle: { readonly value: (value: unknown) => void; readonly error: (error: unknown) => void }
  ) => void
  /** Runs `job` and all that it starts in the realm. `false` when it was stopped at `timeMs`, if that is given. */
  readonly bounded: (job: () => void, timeMs?: number) => boolean
}

interface Realm extends vm.Context {
  jsonata: (source: string) => Compiled
  job: () => void
  start: (compiled: Compiled, scope: unknown, value: (value: unknown) => void, error: (error: unknown) => void) => void
  fixedNow: number
}

const prelude = `
  globalThis.fixedNow = 0
  const RealDate = Date
  globalThis.Date = class Date extends RealDate {
    constructor(...args) { super(...(args.length === 0 ? [fixedNow] : args)) }
    static now() { return fixedNow }
  }
  Math.random = () => { throw { message: "chance is refused" } }
  // The callbacks are wrapped, because a promise runs a callback in the queue of the realm that the callback is from.
  globalThis.start = (compiled, scope, value, error) => {
    compiled.evaluate(scope).then((result) => value(result)).catch((cause) => error(cause))
  }
`

/** Loads jsonata (some 10 ms). */
export const make = (): Sandbox => {
  const realm = vm.createContext(
    // `$base64encode` and `$base64decode` look for `Buffer` on `global`.
    { global: { Buffer }, exports: {}, module: { exports: {} } },
    { microtaskMode: "afterEvaluate", codeGeneration: { strings: false, wasm: false } }
  ) as Realm
  vm.runInContext(prelude, realm)
  const file = fileURLToPath(import.meta.resolve("jsonata"))
  vm.runInContext(`${readFileSync(file, "utf8")}\n;globalThis.jsonata = module.exports`, realm, { filename: file })
  const run = new vm.Script("job()")
  return {
    compile: (source) => {
      const compiled = realm.jsonata(source)
      const tree = compiled.ast()
      if (!isNode(tree)) throw new TypeError("jsonata gave no syntax tree")
      return { compiled, tree }
    },
    evaluate: (compiled, scope, now, settle) => {
      realm.fixedNow = now
      realm.start(compiled, scope, settle.value, settle.error)
    },
    bounded: (job, timeMs) => {
      realm.job = job
      try {
        run.runInContext(realm, timeMs === undefined ? {} : { timeout: timeMs })
        return true
      } catch (cause) {
        if (isTimeout(cause)) return false
        throw cause
      }
    }
  }
}

/** The error is the realm's, which `instanceof` would not know. */
const isTimeout = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && cause.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
