/** The harness of the engine's tests: a journal in memory, scripted partners, pipelines as values. */
import type { JsonObject } from "@sluice/domain/json/Json"
import type { AddressedConnector } from "@sluice/domain/pipeline/Connector"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import { CancelRun } from "@sluice/engine/commands/CancelRun"
import { EditOrder } from "@sluice/engine/commands/EditOrder"
import { Intake } from "@sluice/engine/commands/Intake"
import { ResolveStep } from "@sluice/engine/commands/ResolveStep"
import { RetryRun } from "@sluice/engine/commands/RetryRun"
import { TakeCallback } from "@sluice/engine/commands/TakeCallback"
import { ExpressionError, Expressions, type ExpressionScope } from "@sluice/engine/expressions/Expressions"
import { Simulation } from "@sluice/engine/internal/simulation/Simulation"
import { calloutPlugin } from "@sluice/engine/plugins/builtin/CalloutPlugin"
import { webhookWorkflowStep } from "@sluice/engine/plugins/builtin/WebhookWorkflowStep"
import type { AnyPlugin } from "@sluice/engine/plugins/Plugin"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Runs } from "@sluice/engine/runs/Runs"
import { Settings } from "@sluice/engine/settings/Settings"
import * as JournalMemory from "@sluice/engine/testing/JournalMemory"
import * as PastRunsMemory from "@sluice/engine/testing/PastRunsMemory"
import { Credentials } from "@sluice/http-client/Credentials"
import * as OutboundMemory from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer } from "effect"
import { Digest } from "effect/crypto"

export const step = (name: string, id: string, options: JsonObject, members: Partial<Step> = {}): Step => ({
  name,
  id,
  active: true,
  scope: {},
  options,
  ...members
})

export const callout = (id: string, options: JsonObject = {}, members: Partial<Step> = {}): Step =>
  step("calloutPlugin", id, { endpoint: `https://${id}.example`, ...options }, members)

export const workflow = (id: string, members: JsonObject = {}, properties: ReadonlyArray<JsonObject> = []): Step =>
  step("WebhookWorkflowStep", id, {
    connector: "Webhook",
    properties: [{ key: "Host", value: `https://${id}.example` }, ...properties],
    ...members
  })

export const pipeline = (steps: ReadonlyArray<Step>, members: Partial<Pipeline> = {}): Pipeline => ({
  name: "test",
  version: 1,
  match: {},
  priority: 0,
  failedStatus: "Failed",
  steps,
  postProcessing: [],
  ...members
})

/** Dotted paths only: what the engine does with an expression is tested here, not JSONata. */
export const ExpressionsPaths = Layer.succeed(Expressions, {
  check: (source) => {
    const [root, stepId, ...members] = source.split(".")
    const rootNames = root === undefined || root.startsWith("!") ? [] : [root]
    return Effect.succeed(
      (root === "callouts" || root === "steps") && stepId !== undefined
        ? { stepReferences: [stepId], calloutPaths: root === "callouts" ? [{ stepId, members }] : [], rootNames }
        : { stepReferences: [], calloutPaths: [], rootNames }
    )
  },
  evaluate: (source: string, scope: ExpressionScope) =>
    source.startsWith("!")
      ? Effect.fail(new ExpressionError({ source, reason: "failed", message: `${source} failed` }))
      : Effect.succeed(
        source.split(".").reduce<unknown>(
          (value, name) => typeof value === "object" && value !== null ? (value as JsonObject)[name] : undefined,
          scope
        )
      )
})

export interface World {
  readonly pipelines: ReadonlyArray<Pipeline>
  readonly connectors?: ReadonlyArray<AddressedConnector>
  readonly secrets?: ReadonlyArray<string>
  readonly plugins?: ReadonlyArray<AnyPlugin>
}

const settings = ({ pipelines, connectors = [], secrets = [] }: World) =>
  Layer.succeed(Settings, {
    current: () => ({ pipelines, connectors, authProviders: [], secrets }),
    pipeline: (name, version) => Effect.succeed(pipelines.find((one) => one.name === name && one.version === version))
  })

/** One process of the engine over a journal that is provided; building it again is another process. */
export const process = (world: World, journal = JournalMemory.layerProcess) =>
  Layer.mergeAll(
    RetryRun.layer,
    ResolveStep.layer,
    EditOrder.layer,
    CancelRun.layer,
    Simulation.layer,
    TakeCallback.layer
  ).pipe(
    Layer.provideMerge(Intake.layer),
    Layer.provideMerge(PastRunsMemory.layer),
    Layer.provideMerge(Runs.layer()),
    Layer.provideMerge(journal),
    Layer.provide([
      settings(world),
      ExpressionsPaths,
      Plugins.layer([calloutPlugin, webhookWorkflowStep, ...(world.plugins ?? [])]),
      Digest.layerWebCrypto,
      Credentials.layerMemory
    ])
  )

export const partners = OutboundMemory.layer
export const respond = OutboundMemory.respond
