/** Answers one request in the child process: compiles (with a cache), reads the tree, evaluates, judges the result. */
import { planOf } from "../inline/Plan.ts"
import { read } from "../inline/SyntaxTree.ts"
import * as Complaint from "./Complaint.ts"
import { answerOf } from "./JsonResult.ts"
import type { Compiled, Sandbox } from "./Sandbox.ts"
import { type Answer, type Limits, type Request, turns } from "./WorkerProtocol.ts"

/** Nodes of all the trees that are kept: some 20 MB at most. A larger tree is compiled anew each time. */
const maxCachedNodes = 50_000

/** An evaluator of expressions within this process: one at a time, finished when it returns. */
export const make = (sandbox: Sandbox, limits: Limits): (request: Request) => Answer => {
  const cache = new Map<string, { readonly compiled: Compiled; readonly nodes: number }>()
  let cachedNodes = 0

  const keep = (source: string, compiled: Compiled, nodes: number): void => {
    if (nodes > maxCachedNodes / 10 || cache.has(source)) return
    cache.set(source, { compiled, nodes })
    cachedNodes += nodes
    for (const [oldest, entry] of cache) {
      if (cachedNodes <= maxCachedNodes) break
      cache.delete(oldest)
      cachedNodes -= entry.nodes
    }
  }

  /** Runs an evaluation within its time. `prepare` is called for each turn, and its time is not counted. */
  const bounded = <A>(
    isWatched: boolean,
    prepare: () => A,
    job: (prepared: A, answer: (answer: Answer) => void) => void
  ) => {
    let answer: Answer = { kind: "failed", reason: "failed", detail: "never came to an end" }
    for (let turn = 1;; turn++) {
      const prepared = prepare()
      const before = process.cpuUsage()
      const isDone = sandbox.bounded(
        () => job(prepared, (given) => answer = given),
        isWatched ? limits.timeMs : undefined
      )
      if (isDone) return answer
      // V8 looks at the clock. Where others had the processor meanwhile, the expression is not at fault; it has no
      // effects, and begins again.
      const { system, user } = process.cpuUsage(before)
      if ((system + user) / 1000 >= limits.timeMs / 2 || turn === turns) {
        const late: Answer = { kind: "failed", reason: "bounds", detail: Complaint.timeDetail(limits) }
        return late
      }
    }
  }

  const check = (source: string): Answer =>
    bounded(true, () => undefined, (_, answer) => {
      try {
        const { compiled, tree } = sandbox.compile(source)
        const { calloutPaths, nodes, refused, rootNames, stepReferences } = read(tree)
        if (refused === undefined) {
          keep(source, compiled, nodes)
          answer({ kind: "checked", stepReferences, calloutPaths, rootNames, plan: planOf(tree) })
        } else {
          answer({ kind: "failed", reason: "refused", detail: `uses $${refused}, which is not allowed` })
        }
      } catch (cause) {
        answer(Complaint.ofParsing(cause, limits))
      }
    })

  const evaluate = ({ isWatched, now, scope, source }: Extract<Request, { kind: "evaluate" }>): Answer =>
    // The scope is read anew for each turn: an expression may change it.
    bounded(isWatched, () => sandbox.read(scope), (document, answer) => {
      try {
        const compiled = cache.get(source)?.compiled ?? compile(source)
        sandbox.evaluate(compiled, document, now, {
          value: (value) => answer(answerOf(value, sandbox.isFunction, limits.resultLength)),
          error: (cause) => answer(Complaint.ofEvaluation(cause, limits))
        })
      } catch (cause) {
        answer(Complaint.ofParsing(cause, limits))
      }
    })

  /** Compiles a source that was checked before, in this child or in another. */
  const compile = (source: string): Compiled => {
    const { compiled, tree } = sandbox.compile(source)
    keep(source, compiled, read(tree).nodes)
    return compiled
  }

  return (request) => request.kind === "check" ? check(request.source) : evaluate(request)
}
