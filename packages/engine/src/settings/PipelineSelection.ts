/** Selects the pipeline of an order. Contract: section 4, "Pipeline". */
import { isTrue } from "@sluice/domain/internal/json/Truth"
import {
  matchingPipelines,
  type MissedPipeline,
  type PipelineMatch
} from "@sluice/domain/internal/pipeline/PipelineMatch"
import type { Order } from "@sluice/domain/order/Order"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import { Effect, Schema } from "effect"
import { Expressions } from "../expressions/Expressions.ts"

/** No pipeline matches this order; gives one reason for each pipeline. */
export class NoPipeline extends Schema.TaggedError<NoPipeline>()("NoPipeline", {
  missed: Schema.Array(Schema.Struct({ name: Schema.String, reason: Schema.String }))
}) {}

/**
 * A pipeline's `match.when` could not be evaluated: no run is started, since another pipeline may be the wrong one.
 */
export class MatchFailed extends Schema.TaggedError<MatchFailed>()("MatchFailed", {
  pipeline: Schema.String,
  message: Schema.String
}) {}

export const make = Effect.gen(function*() {
  const expressions = yield* Expressions

  const chosen = Effect.fnUntraced(function*(order: Order, { matched, missed }: PipelineMatch, now: number) {
    const refused: Array<MissedPipeline> = []
    for (const pipeline of matched) {
      const { when } = pipeline.match
      if (when === undefined) return pipeline
      const answer = yield* Effect.mapError(
        expressions.evaluate(
          when,
          { order, callouts: {}, steps: {}, processEvent: {} },
          now,
          `match of pipeline ${pipeline.name}`
        ),
        ({ message }) => new MatchFailed({ pipeline: pipeline.name, message })
      )
      if (isTrue(answer)) return pipeline
      refused.push({ name: pipeline.name, reason: `match.when does not hold: ${when}` })
    }
    return yield* new NoPipeline({ missed: [...missed(), ...refused] })
  })

  return (
    order: Order,
    pipelines: ReadonlyArray<Pipeline>,
    now: number
  ): Effect.Effect<Pipeline, NoPipeline | MatchFailed> => {
    const match = matchingPipelines(order, pipelines)
    const [first] = match.matched
    // Most pipelines have no `when`: the first that matches is chosen.
    return first !== undefined && first.match.when === undefined
      ? Effect.succeed(first)
      : chosen(order, match, now)
  }
})
