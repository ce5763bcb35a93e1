/**
 * `ExportOrder`: sends the order one way, by the rules of `WebhookWorkflowStep`. The run does not wait, and no answer is
 * read: what is sent is queued with the step, and its credentials are found when it is sent. Contract: section 6.
 */
import { defaultTimeoutMs } from "@sluice/domain/pipeline/Connector"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import { workflowBody, workflowTail } from "@sluice/domain/workflow/WorkflowBody"
import { Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import type { Plugin } from "../Plugin.ts"
import { Unprepared } from "../PluginError.ts"
import { configured, userAgent, webhookWorkflowStep, WebhookWorkflowStepOptions } from "./WebhookWorkflowStep.ts"

export const exportOrder: Plugin<WebhookWorkflowStepOptions> = {
  name: "ExportOrder",
  description: "Sends the order to a connector or host, one way: queued as a delivery, without waiting for the answer.",
  options: WebhookWorkflowStepOptions,
  configuredIn: "step",
  ...(webhookWorkflowStep.addresses !== undefined && { addresses: webhookWorkflowStep.addresses }),
  policy: webhookWorkflowStep.policy,
  run: Effect.fnUntraced(function*(input) {
    const { connectors, order, pipeline, shipmentId, step } = input
    const { connector, reason, url } = configured(input)
    if (url === undefined) {
      return yield* new Unprepared({ message: `connector not found: ${reason}`, continues: true })
    }
    const address = connectors.find((one) => one.connector === connector)?.id
    const id = SecureRandom.uuidV7Unsafe()
    const message: OutgoingMessage = {
      id,
      type: "export",
      url,
      headers: { "user-agent": userAgent, accept: "application/json" },
      body: workflowBody(order, workflowTail(step, shipmentId)),
      idempotencyKey: id.replaceAll("-", ""),
      timeoutMs: connector?.timeout ?? defaultTimeoutMs,
      origin: {
        pipeline: { name: pipeline.name, version: pipeline.version },
        stepId: step.id,
        ...(address !== undefined && { connector: address })
      }
    }
    return { message, reason: `queued for delivery; ${reason}` }
  })
}
