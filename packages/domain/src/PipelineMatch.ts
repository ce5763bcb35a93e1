/**
 * Which pipelines an order may run through, and why the others are not for it. Contract: section 4, "Pipeline".
 *
 * `match.when` is left out: it is an expression, and its evaluation is an effect. The engine asks the pipelines in
 * `matched` in turn and takes the first whose `when` holds.
 */
import type { Order } from "./Order.ts"
import type { Match, Pipeline } from "./Pipeline.ts"

export interface MissedPipeline {
  readonly name: string
  /** In words, every condition that does not hold. */
  readonly reason: string
}

export interface PipelineMatch {
  /** Highest priority first, then by name. */
  readonly matched: ReadonlyArray<Pipeline>
  readonly missed: ReadonlyArray<MissedPipeline>
}

/** Highest priority first; ties by name, by code unit, so that every process decides alike. */
export const byPriority = (a: Pipeline, b: Pipeline): number =>
  b.priority - a.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

/** `allowed` as given: an empty list allows nothing, since all that is given must hold. */
const refusal = (
  list: string,
  allowed: ReadonlyArray<string> | undefined,
  member: string,
  value: unknown
): string | undefined => {
  if (allowed === undefined) return undefined
  if (typeof value !== "string") return `${list} is given and the order has no ${member}`
  return allowed.includes(value) ? undefined : `${list} does not include ${value}`
}

const missing = (match: Match, order: Order): string | undefined => {
  const reasons = [
    refusal("orderTypes", match.orderTypes, "orderType", order.orderType),
    refusal("statuses", match.statuses, "status", order.status),
    refusal("marketIds", match.marketIds, "marketId", order.marketId)
  ].filter((reason) => reason !== undefined)
  return reasons.length === 0 ? undefined : reasons.join("; ")
}

export const matchingPipelines = (order: Order, candidates: ReadonlyArray<Pipeline>): PipelineMatch => {
  const matched: Array<Pipeline> = []
  const missed: Array<MissedPipeline> = []
  for (const pipeline of candidates.toSorted(byPriority)) {
    const reason = missing(pipeline.match, order)
    if (reason === undefined) matched.push(pipeline)
    else missed.push({ name: pipeline.name, reason })
  }
  return { matched, missed }
}
