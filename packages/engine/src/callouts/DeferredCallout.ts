/**
 * The call of a step with `blocking: false`: the step succeeds with a message, which is sent as a delivery and judged by
 * the callout's own statuses and timeout. Contract: section 6, `blocking`.
 */
import { deliveryId } from "@sluice/domain/identity/Ids"
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { redactUrl } from "@sluice/domain/internal/redaction/UrlSecrets"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import type { ClaimedRun, Document } from "../journal/Journal.ts"
import { computedHeaders } from "../plugins/ComputedHeaders.ts"
import type { DeferredCallout, StepResult } from "../plugins/Plugin.ts"
import { never } from "../plugins/RetrySchedule.ts"
import { bodyText } from "./AttemptRequest.ts"
import { idempotencyKey } from "./IdempotencyKey.ts"

/** The step that sends, and the order at its start. */
export interface DeferringStep {
  readonly held: ClaimedRun
  readonly index: number
  readonly step: Step
  readonly pipeline: Pipeline
  readonly document: Document
}

export const deferredResult = (
  { document, held, index, pipeline, step }: DeferringStep,
  { rejectOn, request: { body, headers, method, timeoutMs, url } }: DeferredCallout
): StepResult => {
  const id = newUuidUnsafe()
  const message: OutgoingMessage = {
    id,
    type: "callout",
    // The secrets of a configured URL are put in again when it is sent.
    url: step.options["endpoint"] === url ? redactUrl(url) : url,
    headers: computedHeaders(step, headers),
    body: bodyText(body, document),
    idempotencyKey: idempotencyKey({ held, index, request: 0 }, [], never, 1),
    timeoutMs,
    origin: { pipeline: { name: pipeline.name, version: pipeline.version }, stepId: step.id },
    callout: {
      runId: held.runId,
      index,
      orderVersion: document.order.version,
      method,
      form: body.form === "order" ? "order" : "text",
      rejectOn
    }
  }
  return { message, reason: `sent as delivery ${deliveryId(id)}` }
}
