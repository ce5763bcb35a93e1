/** The check of settings with the plugins of the server, without a database or a network. */
import { exportOrder } from "@sluice/engine/internal/plugins/builtin/ExportOrder"
import { postProcessingWebhook } from "@sluice/engine/internal/plugins/builtin/PostProcessingWebhook"
import { PipelineCheck } from "@sluice/engine/internal/validation/PipelineCheck"
import { SettingsCheck } from "@sluice/engine/internal/validation/SettingsCheck"
import { calloutPlugin } from "@sluice/engine/plugins/builtin/CalloutPlugin"
import { webhookWorkflowStep } from "@sluice/engine/plugins/builtin/WebhookWorkflowStep"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import * as JsonataExpressions from "@sluice/expressions/JsonataExpressions"
import type { AddressGuard } from "@sluice/http-client/AddressGuard"
import * as OutboundMemory from "@sluice/http-client/testing/OutboundMemory"
import { salesforceV3 } from "@sluice/plugins/SalesforceV3"
import { zuora } from "@sluice/plugins/Zuora"
import { Layer } from "effect"

const plugins = [calloutPlugin, webhookWorkflowStep, exportOrder, postProcessingWebhook, salesforceV3, zuora]

const checking = (guard?: AddressGuard) =>
  SettingsCheck.layer.pipe(
    Layer.provideMerge(PipelineCheck.layer),
    Layer.provideMerge(Plugins.layer(plugins)),
    Layer.provideMerge(JsonataExpressions.layer()),
    Layer.provideMerge(OutboundMemory.layer(() => OutboundMemory.respond(200, {}), guard))
  )

export const checks = checking()

/** The same with addresses that are judged. */
export const guardedChecks = (guard: AddressGuard) => checking(guard)
