/**
 * Port: evaluates JSONata, bounded in time and memory, so that a hostile expression fails only its own step. Contract:
 * section 4, "Expressions".
 */
import { Context, type Effect, Schema } from "effect"

/** The values that an expression can read. */
export interface ExpressionScope {
  /** The order's document at the version that the step started from. */
  readonly order: unknown
  /** The last callout record of each step, by step id, as stored: `status`, `headers`, `body`. */
  readonly callouts: Readonly<Record<string, unknown>>
  /** The result of each step, by step id: `state`, `output`. */
  readonly steps: Readonly<Record<string, unknown>>
  /** Empty where no run has begun (`match.when`). */
  readonly processEvent: { readonly pipeline?: { readonly name: string } }
}

/** The origin of the expressions of a run's steps: its pipeline. */
export const originOf = ({ processEvent }: ExpressionScope): string => `pipeline ${processEvent.pipeline?.name ?? ""}`

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

/** Facts about an expression that are known without evaluating it. */
export interface ExpressionFacts {
  /** Ids that follow `callouts.` or `steps.` at the start of a path. */
  readonly stepReferences: ReadonlyArray<string>
  /** The members of earlier callouts that it reads, as far as they can be derived statically; each once. */
  readonly calloutPaths: ReadonlyArray<CalloutPath>
  /** Names that are looked up in the scope itself, the `order` of `order.id`; each once. */
  readonly rootNames: ReadonlyArray<string>
}

/** The names that a pipeline's expressions find in their scope. */
export const scopeNames = ["order", "callouts", "steps", "processEvent"] as const satisfies ReadonlyArray<
  keyof ExpressionScope
>

export class Expressions extends Context.Service<Expressions, {
  /** Parses, and refuses `$random`, without evaluating anything. */
  readonly check: (source: string) => Effect.Effect<ExpressionFacts, ExpressionError>
  /**
   * Evaluates. `undefined` means that the expression yields nothing; a number of more digits than a double holds is given
   * as `JSON.rawJSON`. `now` (epoch milliseconds) is what `$now()` and `$millis()` give. `origin` names who asks (a
   * pipeline, an endpoint): the slow expressions of one origin do not delay those of another.
   */
  readonly evaluate: (
    source: string,
    scope: ExpressionScope,
    now: number,
    origin: string
  ) => Effect.Effect<unknown, ExpressionError>
}>()("@sluice/engine/Expressions") {}
