/**
 * Port: evaluates the JSONata of an endpoint's filter and payload over a message, bounded in time and memory.
 * Contract: section 4, "Expressions" and "Webhook endpoint".
 */
import { Context, type Effect, Schema } from "effect"

/** The expression could not be evaluated. The message names it and says why. */
export class MessageExpressionError extends Schema.TaggedError<MessageExpressionError>()("MessageExpressionError", {
  message: Schema.String
}) {}

export class MessageExpressions extends Context.Service<MessageExpressions, {
  /**
   * Evaluates an expression; `undefined` if it has no result. `now` (epoch milliseconds) is the value of `$now()`. Slow
   * expressions of one endpoint do not delay those of another.
   */
  readonly evaluate: (
    source: string,
    message: Readonly<Record<string, unknown>>,
    now: number,
    endpointId: string
  ) => Effect.Effect<unknown, MessageExpressionError>
}>()("@sluice/delivery/MessageExpressions") {}
