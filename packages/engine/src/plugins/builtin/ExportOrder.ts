/**
 * `ExportOrder`: sends the order one way, by the rules of `WebhookWorkflowStep`. The run does not wait, and no answer is
 * read: what is sent is queued with the step, and its credentials are found when it is sent. Contract: section 6.
 */
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { redactUrl } from "@sluice/domain/internal/redaction/UrlSecrets"
import { defaultTimeoutMs } from "@sluice/domain/pipeline/Connector"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import { workflowBody, workflowTail } from "@sluice/domain/workflow/WorkflowBody"
import { Effect } from "effect"
import type { Plugin } from "../Plugin.ts"
import {
  configured,
  configuredUrls,
  userAgent,
  webhookWorkflowStep,
  WebhookWorkflowStepOptions
} from "./WebhookWorkflowStep.ts"

export const exportOrder: Plugin<WebhookWorkflowStepOptions> = {
  name: "ExportOrder",
  description: "Sends the order to a connector or host, one way: queued as a delivery, without waiting for the answer.",
  options: WebhookWorkflowStepOptions,
  configuredIn: "step",
  ...(webhookWorkflowStep.addresses !== undefined && { addresses: webhookWorkflowStep.addresses }),
  ...(webhookWorkflowStep.connectorUse !== undefined && { connectorUse: webhookWorkflowStep.connectorUse }),
  policy: webhookWorkflowStep.policy,
  run: Effect.fnUntraced(function*(input) {
    const { order, pipeline, shipmentId, step } = input
    const { connector, reason, url } = yield* configured(input)
    const id = newUuidUnsafe()
    const message: OutgoingMessage = {
      id,
      type: "export",
      // The secrets of a configured URL are put in again when it is sent.
      url: configuredUrls(step.options, connector?.connector).includes(url) ? redactUrl(url) : url,
      headers: { "user-agent": userAgent, accept: "application/json" },
      body: workflowBody(order, workflowTail(step, shipmentId)),
      idempotencyKey: id.replaceAll("-", ""),
      timeoutMs: connector?.connector.timeout ?? defaultTimeoutMs,
      origin: {
        pipeline: { name: pipeline.name, version: pipeline.version },
        stepId: step.id,
        ...(connector !== undefined && { connector: connector.id })
      }
    }
    return { message, reason: `queued for delivery; ${reason}` }
  })
}
