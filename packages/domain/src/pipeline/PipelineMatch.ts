/**
 * Finds the pipelines that match an order, and the reasons why the others do not. Contract: section 4, "Pipeline".
 *
 * `match.when` is left out: it is an expression, and its evaluation is an effect. The engine asks the pipelines in
 * `matched` in turn and takes the first whose `when` holds.
 */
import type { Order } from "../order/Order.ts"
import type { Match, Pipeline } from "./Pipeline.ts"

export interface MissedPipeline {
  readonly name: string
  /** Every condition that does not hold, in words. */
  readonly reason: string
}

export interface PipelineMatch {
  /** Highest priority first, then by name. */
  readonly matched: ReadonlyArray<Pipeline>
  /** The reasons of all other pipelines. Called only when no pipeline matches: it examines every one. */
  readonly missed: () => ReadonlyArray<MissedPipeline>
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

/** An index over one list of pipelines: the candidates for each order type, in the order of {@link byPriority}. */
interface Index {
  readonly all: ReadonlyArray<Pipeline>
  readonly byOrderType: ReadonlyMap<string, ReadonlyArray<Pipeline>>
  /** The candidates for an order type that no pipeline names. */
  readonly ofAnyType: ReadonlyArray<Pipeline>
}

const index = (candidates: ReadonlyArray<Pipeline>): Index => {
  const all = candidates.toSorted(byPriority)
  const byOrderType = new Map<string, Array<Pipeline>>()
  for (const { match } of all) for (const type of match.orderTypes ?? []) byOrderType.set(type, [])
  const ofAnyType: Array<Pipeline> = []
  for (const pipeline of all) {
    const { orderTypes } = pipeline.match
    if (orderTypes === undefined) {
      ofAnyType.push(pipeline)
      for (const list of byOrderType.values()) list.push(pipeline)
    } else for (const type of new Set(orderTypes)) byOrderType.get(type)?.push(pipeline)
  }
  return { all, byOrderType, ofAnyType }
}

/** Settings change seldom and orders come often: an order must not cost more the more pipelines there are. */
const indexes = new WeakMap<ReadonlyArray<Pipeline>, Index>()

const indexOf = (candidates: ReadonlyArray<Pipeline>): Index => {
  const known = indexes.get(candidates)
  if (known !== undefined) return known
  const made = index(candidates)
  indexes.set(candidates, made)
  return made
}

/**
 * The pipelines whose conditions, but for `when`, the order meets. `candidates` is indexed when it is first seen, and
 * must not be changed afterwards.
 */
export const matchingPipelines = (order: Order, candidates: ReadonlyArray<Pipeline>): PipelineMatch => {
  const { all, byOrderType, ofAnyType } = indexOf(candidates)
  const ofType = typeof order.orderType === "string" ? byOrderType.get(order.orderType) : undefined
  return {
    matched: (ofType ?? ofAnyType).filter(({ match }) => missing(match, order) === undefined),
    missed: () =>
      all.flatMap(({ match, name }) => {
        const reason = missing(match, order)
        return reason === undefined ? [] : [{ name, reason }]
      })
  }
}
