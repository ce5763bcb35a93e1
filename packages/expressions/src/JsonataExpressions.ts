/**
 * Adapter of the engine's port `Expressions`: JSONata 2.2, checked and evaluated in child processes that are bounded in
 * time and memory; a small subset is evaluated in this process. Contract: section 4, "Expressions".
 *
 * - A number that a double cannot hold is a double to an expression that computes with it.
 * - `$random`, `$shuffle` and `$eval` are refused: an expression gives the same for the same scope and `now`.
 * - A result is JSON; functions, `NaN` and infinities fail.
 */
import {
  ExpressionError,
  type ExpressionFacts,
  Expressions,
  type ExpressionScope
} from "@sluice/engine/expressions/Expressions"
import { Effect, Layer } from "effect"
import * as Inline from "./Inline.ts"
import * as Pool from "./Pool.ts"
import type { Answer, Failure, Limits } from "./WorkerProtocol.ts"

export interface Options {
  /** Child processes, at least 2; some 45 MB each when idle. Default 2. */
  readonly size?: number
  /** Milliseconds of one check or evaluation. Default 250. */
  readonly timeMs?: number
  /** MiB of a child's heap. Default 128. */
  readonly memoryMb?: number
  /** Characters of an expression. Default 16,384. */
  readonly sourceLength?: number
  /** Characters of a result's JSON, roughly. Default 1,048,576, the size of an order. */
  readonly resultLength?: number
}

/** The facts known about an expression; above `maxKnown` the oldest are dropped. */
interface Known extends ExpressionFacts {
  readonly plan: Inline.Plan | undefined
  /** True once a child has evaluated it within its bounds. */
  isProven: boolean
}
const maxKnown = 2_000

/** Starts no process before the first expression that needs one; all end with the layer's scope. */
export const layer = (options: Options = {}): Layer.Layer<Expressions> => Layer.effect(Expressions, make(options))

const make = Effect.fnUntraced(function*(options: Options) {
  const limits: Limits = {
    timeMs: options.timeMs ?? 250,
    memoryMb: options.memoryMb ?? 128,
    resultLength: options.resultLength ?? 1024 * 1024
  }
  const sourceLength = options.sourceLength ?? 16 * 1024
  const pool = yield* Pool.make(options.size ?? 2, limits)
  const known = new Map<string, Known>()

  const remember = (source: string, entry: Known): Known => {
    known.set(source, entry)
    if (known.size > maxKnown) {
      const [oldest] = known.keys()
      if (oldest !== undefined) known.delete(oldest)
    }
    return entry
  }

  /** A child that was lost (killed from outside, say) had nothing to do with this expression: once more. */
  const ask = (source: string, request: Parameters<Pool.Pool["ask"]>[0], isProven: boolean) =>
    pool.ask(request, isProven).pipe(
      Effect.retry({ times: 1 }),
      Effect.catch((lost) => Effect.fail(failure(source, "failed", `lost its process: ${lost.why}`)))
    )

  const study = Effect.fnUntraced(function*(source: string): Effect.fn.Return<Known, ExpressionError> {
    const entry = known.get(source)
    if (entry !== undefined) return entry
    if (source.length > sourceLength) {
      const detail = `is ${source.length} characters long: at most ${sourceLength} are allowed`
      return yield* failure(source, "bounds", detail)
    }
    const answer = yield* ask(source, { kind: "check", source }, false)
    if (answer.kind !== "checked") return yield* unexpected(source, answer)
    const { calloutPaths, plan, rootNames, stepReferences } = answer
    return remember(source, { stepReferences, calloutPaths, rootNames, plan, isProven: false })
  })

  const evaluateInChild = Effect.fnUntraced(
    function*(source: string, entry: Known, scope: ExpressionScope, now: number) {
      const request = { kind: "evaluate", source, scope, now, isWatched: !entry.isProven } as const
      const answer = yield* ask(source, request, entry.isProven)
      entry.isProven = !(answer.kind === "failed" && answer.reason === "bounds")
      if (answer.kind !== "value") return yield* unexpected(source, answer)
      return answer.value
    }
  )

  return Expressions.of({
    check: (source) =>
      Effect.map(
        study(source),
        ({ calloutPaths, rootNames, stepReferences }) => ({ calloutPaths, rootNames, stepReferences })
      ),
    evaluate: Effect.fnUntraced(function*(source, scope, now) {
      const entry = known.get(source) ?? (yield* study(source))
      if (entry.plan !== undefined) {
        const value = Inline.evaluate(entry.plan, scope)
        if (value !== Inline.beyond) return value
      }
      return yield* evaluateInChild(source, entry, scope, now)
    })
  })
})

const unexpected = (source: string, answer: Answer): ExpressionError =>
  answer.kind === "failed"
    ? failure(source, answer.reason, answer.detail)
    : failure(source, "failed", "got an answer to another question")

/** The length at which a message cuts a quoted expression. */
const maxQuoted = 200

const failure = (source: string, reason: Failure["reason"], detail: string): ExpressionError => {
  const quoted = source.length > maxQuoted ? `${source.slice(0, maxQuoted)}…` : source
  return new ExpressionError({ source, reason, message: `The expression \`${quoted}\` ${detail}.` })
}
