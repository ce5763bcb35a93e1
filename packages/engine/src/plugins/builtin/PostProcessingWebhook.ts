/**
 * `webhook` in `postProcessing`: tells a partner of the order with all that the run has added to it, or of what an
 * expression makes of it, once every step has ended. Contract: section 6.
 */
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { redactUrl } from "@sluice/domain/internal/redaction/UrlSecrets"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import { Effect, Schema } from "effect"
import { computedHeaders } from "../ComputedHeaders.ts"
import type { Plugin } from "../Plugin.ts"
import { SigningSecret } from "../SigningSecret.ts"

/** Milliseconds for one attempt. */
const timeoutMs = 15_000

export const PostProcessingWebhookOptions = Schema.Struct({
  /** The URL of the webhook. */
  endpoint: Schema.NonEmptyString,
  /** The body; absent: the order. */
  payload: Schema.optionalKey(Schema.Json),
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Signs the request as a webhook (Standard Webhooks); `webhook-id` is its idempotency key. */
  signingSecret: Schema.optionalKey(SigningSecret)
})
export type PostProcessingWebhookOptions = typeof PostProcessingWebhookOptions.Type

export const postProcessingWebhook: Plugin<PostProcessingWebhookOptions> = {
  name: "webhook",
  description: "Sends the enriched order, or what an expression makes of it, as a delivery once all steps have ended.",
  options: PostProcessingWebhookOptions,
  configuredIn: "options",
  addresses: ({ endpoint }) => typeof endpoint === "string" ? [{ path: "endpoint", url: endpoint }] : [],
  policy: () => ({ critical: false, tolerated: "failed", failedStatus: undefined, notesFailures: false }),
  run: ({ options, order, pipeline, step }) =>
    Effect.map(writeJson(options.payload ?? order), (body) => {
      const id = newUuidUnsafe()
      const message: OutgoingMessage = {
        id,
        type: "postProcessing",
        // The secrets of a configured URL are put in again when it is sent.
        url: step.options.endpoint === options.endpoint ? redactUrl(options.endpoint) : options.endpoint,
        headers: computedHeaders(step, options.headers ?? {}),
        body,
        idempotencyKey: id.replaceAll("-", ""),
        timeoutMs,
        origin: { pipeline: { name: pipeline.name, version: pipeline.version }, stepId: step.id }
      }
      return { message, reason: "queued for delivery" }
    })
}
