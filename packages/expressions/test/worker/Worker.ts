/** The code of a child process, run in the test's own: checks and evaluates, in a realm that later calls share. */
import * as Json from "@sluice/domain/json/Json"
import { createRequire } from "node:module"
import * as Evaluator from "../../src/worker/Evaluator.ts"
import * as Sandbox from "../../src/worker/Sandbox.ts"
import type { Failure } from "../../src/worker/WorkerProtocol.ts"

const jsonata = createRequire(import.meta.url).resolve("jsonata")

export interface Worker {
  /** The result, `undefined` where the expression yields nothing, or the failure. `scope` is JSON text. */
  readonly evaluate: (source: string, scope: string) => Json.Json | undefined | Failure
  /** The same for an expression that is known to be quick: without a limit. */
  readonly evaluateProven: Worker["evaluate"]
}

export const makeSandbox = (): Sandbox.Sandbox => Sandbox.make(jsonata)

/** Like a child, it is replaced when an evaluation has met a bound. */
export const make = (): Worker => {
  const begin = () => Evaluator.make(makeSandbox(), { timeMs: 250, memoryMb: 128, resultLength: 1024 * 1024 })
  let answer = begin()
  const evaluate = (isWatched: boolean): Worker["evaluate"] => (source, scope) => {
    const given = answer({ kind: "evaluate", source, scope, now: 0, isWatched })
    if (given.kind === "checked") throw new Error("an answer to another question")
    if (given.kind === "failed") {
      if (given.reason === "bounds") answer = begin()
      return given
    }
    return given.value === undefined ? undefined : Json.parseOwn(given.value)
  }
  return { evaluate: evaluate(true), evaluateProven: evaluate(false) }
}

export const isFailure = (result: Json.Json | undefined | Failure): result is Failure =>
  typeof result === "object" && result !== null && "kind" in result && result.kind === "failed"
