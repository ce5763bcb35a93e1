/**
 * Port: evaluates JSONata, bounded in time and memory, so that a hostile expression harms nobody but its own step.
 * Contract: section 4, "Expressions".
 */
import { Context, type Effect, Schema } from "effect"

/** What an expression sees. */
export interface ExpressionScope {
  /** The order's document at the version that the step started from. */
  readonly order: unknown
  /** By step id, the step's last callout record as stored: `status`, `headers`, `body`. */
  readonly callouts: Readonly<Record<string, unknown>>
  /** By step id, what the step left behind: `state`, `output`. */
  readonly steps: Readonly<Record<string, unknown>>
  readonly processEvent: unknown
}

/** The expression could not be evaluated. The message names the expression and says why. */
export class ExpressionError extends Schema.TaggedError<ExpressionError>()("ExpressionError", {
  source: Schema.String,
  /** `syntax`: cannot be parsed; `refused`: uses what is not allowed; `bounds`: over time or memory; `failed`: threw. */
  reason: Schema.Literals(["syntax", "refused", "bounds", "failed"]),
  message: Schema.String
}) {}

/** Names behind `callouts.<stepId>`, as far as they are plain: `["body", "accountId"]`. */
export interface CalloutPath {
  readonly stepId: string
  readonly members: ReadonlyArray<string>
}

/** What can be known of an expression before it runs. */
export interface ExpressionFacts {
  /** Ids that follow `callouts.` or `steps.` at the start of a path. */
  readonly stepReferences: ReadonlyArray<string>
  /** What it asks of earlier callouts, where that can be read off it; each once. */
  readonly calloutPaths: ReadonlyArray<CalloutPath>
}

export class Expressions extends Context.Service<Expressions, {
  /** Parses, and refuses `$random`, without evaluating anything. */
  readonly check: (source: string) => Effect.Effect<ExpressionFacts, ExpressionError>
  /**
   * Evaluates. `undefined` means that the expression yields nothing.
   * `now` (epoch milliseconds) is what `$now()` and `$millis()` give.
   */
  readonly evaluate: (
    source: string,
    scope: ExpressionScope,
    now: number
  ) => Effect.Effect<unknown, ExpressionError>
}>()("@sluice/engine/Expressions") {}
