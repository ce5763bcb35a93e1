/**
 * Adapter of the engine's port `Expressions`: JSONata 2.2, checked and evaluated in child processes that are bounded in
 * time and memory; a small subset is evaluated in this process. Contract: section 4, "Expressions".
 *
 * - No evaluation changes what a later one computes, and no document passes for a function.
 * - A number keeps its digits where it is passed on. Arithmetic and comparison are those of doubles, and fail where a
 *   double does not hold an operand.
 * - `$random`, `$shuffle` and `$eval` are refused: an expression gives the same for the same scope and `now`.
 * - A result is JSON; functions, `NaN` and infinities fail.
 *
 * Checks have a child of their own, so that saving a setting never waits for a run; evaluations take turns by origin.
 */
import { isSmall, readOwnJson, writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { remember as rememberText } from "@sluice/domain/internal/json/KnownTexts"
import {
  ExpressionError,
  type ExpressionFacts,
  Expressions,
  type ExpressionScope
} from "@sluice/engine/expressions/Expressions"
import { Effect, Layer } from "effect"
import * as Pool from "./children/Pool.ts"
import * as Inline from "./inline/Inline.ts"
import type { Answer, Failure, Limits, Request } from "./worker/WorkerProtocol.ts"

export interface Options {
  /** Child processes for evaluations, at least 1; some 45 MB each when idle. Default 3. */
  readonly size?: number
  /**
   * Milliseconds without a request after which the children for evaluations end, to be started again by the next one.
   * Default: they stay.
   */
  readonly idleMs?: number
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
  risk: Pool.Risk
}
const maxKnown = 2_000

/** Milliseconds after which the child for checks ends. */
const checkIdleMs = 60_000

/**
 * Evaluates expressions in child processes. The first expression that needs one starts it; all end with the layer's
 * scope.
 */
export const layer = (options: Options = {}): Layer.Layer<Expressions> => Layer.effect(Expressions, make(options))

const make = Effect.fnUntraced(function*(options: Options) {
  const limits: Limits = {
    timeMs: options.timeMs ?? 250,
    memoryMb: options.memoryMb ?? 128,
    resultLength: options.resultLength ?? 1024 * 1024
  }
  const sourceLength = options.sourceLength ?? 16 * 1024
  const evaluations = yield* Pool.make({ size: Math.max(1, options.size ?? 3), idleMs: options.idleMs }, limits)
  const checks = yield* Pool.make({ size: 1, idleMs: checkIdleMs }, limits)
  const known = new Map<string, Known>()

  const remember = (source: string, entry: Known): Known => {
    known.set(source, entry)
    if (known.size > maxKnown) {
      const [oldest] = known.keys()
      if (oldest !== undefined) known.delete(oldest)
    }
    return entry
  }

  const study = Effect.fnUntraced(
    function*(source: string, pool: Pool.Pool, origin: string): Effect.fn.Return<Known, ExpressionError> {
      const entry = known.get(source)
      if (entry !== undefined) return entry
      if (source.length > sourceLength) {
        const detail = `is ${source.length} characters long: at most ${sourceLength} are allowed`
        return yield* failure(source, "bounds", detail)
      }
      const answer = yield* ask(pool, source, { origin, risk: unknown }, () => ({ kind: "check", source }))
      if (answer.kind !== "checked") return yield* unexpected(source, answer)
      const { calloutPaths, plan, rootNames, stepReferences } = answer
      // Many may have asked at once: what one of them has learnt meanwhile stays.
      return known.get(source) ?? remember(source, { stepReferences, calloutPaths, rootNames, plan, risk: "unknown" })
    }
  )

  const evaluateInChild = Effect.fnUntraced(
    function*(source: string, entry: Known, scope: ExpressionScope, now: number, origin: string) {
      const text = yield* scopeText(scope)
      const answer = yield* ask(
        evaluations,
        source,
        { origin, risk: () => entry.risk },
        (risk) => ({ kind: "evaluate", source, scope: text, now, isWatched: risk !== "proven" }),
        () => {
          entry.risk = "slow"
        }
      )
      if (answer.kind === "failed" && answer.reason === "bounds") entry.risk = "slow"
      // An expression that was slow is trusted after two fast evaluations.
      else entry.risk = entry.risk === "slow" ? "unknown" : "proven"
      if (answer.kind !== "value") return yield* unexpected(source, answer)
      return answer.value === undefined ? undefined : yield* readOwnJson(answer.value)
    }
  )

  return Expressions.of({
    check: (source) =>
      Effect.map(
        study(source, checks, ""),
        ({ calloutPaths, rootNames, stepReferences }) => ({ calloutPaths, rootNames, stepReferences })
      ),
    evaluate: Effect.fnUntraced(function*(source, scope, now, origin) {
      const entry = known.get(source) ?? (yield* study(source, evaluations, origin))
      if (entry.plan !== undefined) {
        const value = Inline.evaluate(entry.plan, scope)
        if (value !== Inline.beyond) return value
      }
      return yield* evaluateInChild(source, entry, scope, now, origin)
    })
  })
})

/** The documents of a scope, several of which may be large. They are the same for each expression of a run. */
const documentsOf = (scope: ExpressionScope): ReadonlyArray<unknown> => [
  scope.order,
  ...Object.values(scope.callouts ?? {}).map((callout) => (callout as { readonly body?: unknown } | null)?.body)
]

/** The scope as JSON text. That of a large document is made in turns, once. */
const scopeText = Effect.fnUntraced(function*(scope: ExpressionScope) {
  if (isSmall(scope)) return JSON.stringify(scope)
  for (const document of documentsOf(scope)) {
    if (typeof document === "object" && !isSmall(document)) rememberText(document, yield* writeJson(document))
  }
  return yield* writeJson(scope)
})

/**
 * A child that was lost (killed from outside, say) had nothing to do with this expression, and an evaluation that ran
 * over without being watched may have had no processor: once more.
 */
const ask = (
  pool: Pool.Pool,
  source: string,
  turn: Pool.Turn,
  request: (risk: Pool.Risk) => Request,
  onOverrun?: () => void
) =>
  pool.ask(turn, request).pipe(
    Effect.tapErrorTag("Overrun", () => Effect.sync(() => onOverrun?.())),
    Effect.retry({ times: 1 }),
    Effect.catch((lost) =>
      Effect.fail(
        lost._tag === "Overrun"
          ? failure(source, "bounds", lost.detail)
          : failure(source, "failed", `lost its process: ${lost.why}`)
      )
    )
  )

const unknown = (): Pool.Risk => "unknown"

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
