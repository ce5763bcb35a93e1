/** The values that the expressions of a run read, updated step by step. Contract: section 4, "Expressions". */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { eventId, processEventId } from "@sluice/domain/identity/Ids"
import { isLargeBody, readReceived, receivedJson } from "@sluice/domain/internal/decode/ReceivedJson"
import { type ReceivedBody, receivedText } from "@sluice/domain/internal/decode/ReceivedText"
import type * as Json from "@sluice/domain/json/Json"
import type { Order } from "@sluice/domain/order/Order"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import { Effect } from "effect"
import type { ExpressionScope } from "../expressions/Expressions.ts"
import { expressionsIn } from "../expressions/Template.ts"
import type { RunSoFar, StepRow } from "../journal/Journal.ts"

/** A recorded body: JSON as such, other text as text, and bytes that are not text as null. */
const bodyOf = (response: ReceivedBody): Json.Json => {
  const json = receivedJson(response)
  return json === undefined ? receivedText(response) ?? null : json
}

const seen = (record: CalloutRecord): Json.JsonObject =>
  record.response === undefined ? { outcome: record.outcome } : {
    outcome: record.outcome,
    status: record.response.status,
    headers: record.response.headers,
    body: bodyOf(record.response)
  }

/** The record of a step that an operator resolved and whose partner never answered: the operator's output. */
const settled = (step: StepRow, last: CalloutRecord | undefined): Json.JsonObject => ({
  ...(last !== undefined && { outcome: last.outcome }),
  ...(step.output !== undefined && { body: step.output })
})

const hasExpressions = ({ when, options, compensate, probe }: Step): boolean =>
  when !== undefined || [options, compensate, probe].some((part) => expressionsIn(part as Json.Json).length > 0)

/** Most pipelines have none; then no body is parsed for them. */
const withExpressions = new WeakMap<Pipeline, boolean>()

const usesExpressions = (pipeline: Pipeline): boolean => {
  let uses = withExpressions.get(pipeline)
  if (uses === undefined) {
    uses = pipeline.steps.some(hasExpressions) || pipeline.postProcessing.some(hasExpressions)
    withExpressions.set(pipeline, uses)
  }
  return uses
}

export interface ExpressionContext {
  /** Adds a step that has ended. A large answer is read in turns by the effect; a small one has been read at once. */
  readonly after: (step: StepRow, last: CalloutRecord | undefined) => Effect.Effect<void> | undefined
  readonly at: (order: Order) => ExpressionScope
}

export const make = Effect.fnUntraced(function*(held: RunSoFar, pipeline: Pipeline) {
  const needed = usesExpressions(pipeline)
  // Without a prototype: a step may be called `__proto__` or `constructor`.
  const callouts: Record<string, Json.Json> = Object.create(null)
  const steps: Record<string, Json.Json> = Object.create(null)
  const processEvent = {
    id: processEventId(held.runId),
    eventId: eventId(held.eventId),
    orderId: held.orderId,
    pipeline: held.pipeline,
    ...(held.shipmentId !== undefined && { shipmentId: held.shipmentId })
  }
  const add = (step: StepRow, last: CalloutRecord | undefined): void => {
    if (step.resolution !== undefined && last?.response === undefined) callouts[step.stepId] = settled(step, last)
    else if (last !== undefined) callouts[step.stepId] = seen(last)
    steps[step.stepId] = { state: step.state, ...(step.output !== undefined && { output: step.output }) }
  }
  const after: ExpressionContext["after"] = (step, last) => {
    if (!needed) return undefined
    const response = last?.response
    if (response !== undefined && isLargeBody(response)) {
      return Effect.map(readReceived(response), () => add(step, last))
    }
    add(step, last)
    return undefined
  }
  for (const step of held.steps) {
    const reads = after(step, held.callouts.findLast(({ index }) => index === step.index)?.record)
    if (reads !== undefined) yield* reads
  }
  const context: ExpressionContext = { after, at: (order) => ({ order, callouts, steps, processEvent }) }
  return context
})
