/**
 * The engine inside a service of your own, in one layer: settings and plugins in, `Intake` and `Runs` out.
 *
 * Left to provide are the journal (`@sluice/persistence/EnginePostgres`) and the way out to partners
 * (`@sluice/http-client/node/OutboundUndici`). In a test {@link layerTest} brings both, in memory.
 */
import type { Json } from "@sluice/domain/json/Json"
import { Credentials } from "@sluice/http-client/Credentials"
import type { Outbound } from "@sluice/http-client/Outbound"
import * as OutboundMemory from "@sluice/http-client/testing/OutboundMemory"
import { Layer } from "effect"
import { Digest } from "effect/crypto"
import { CancelRun } from "./commands/CancelRun.ts"
import { EditOrder } from "./commands/EditOrder.ts"
import { Intake } from "./commands/Intake.ts"
import type { Expressions } from "./expressions/Expressions.ts"
import * as NoExpressions from "./expressions/NoExpressions.ts"
import type { Journal } from "./journal/Journal.ts"
import type { RunReader } from "./journal/RunReader.ts"
import type { PartnerBreaker } from "./partners/PartnerBreaker.ts"
import { calloutPlugin } from "./plugins/builtin/CalloutPlugin.ts"
import { webhookWorkflowStep } from "./plugins/builtin/WebhookWorkflowStep.ts"
import type { AnyPlugin } from "./plugins/Plugin.ts"
import { Plugins } from "./plugins/Plugins.ts"
import { Runs, type RunsOptions } from "./runs/Runs.ts"
import type { Settings } from "./settings/Settings.ts"
import * as SettingsStatic from "./settings/SettingsStatic.ts"
import * as JournalMemory from "./testing/JournalMemory.ts"
import type { JournalStore } from "./testing/JournalStore.ts"
import { type ScriptedPartners, scriptOf } from "./testing/ScriptedPartners.ts"

export interface EngineOptions {
  /** Pipelines, connectors and auth providers, in the shapes of the settings file. */
  readonly settings: Json
  /** Beside `calloutPlugin` and `WebhookWorkflowStep`; one with the name of either takes its place. */
  readonly plugins?: ReadonlyArray<AnyPlugin>
  /** The evaluator of expressions: `JsonataExpressions.layer()`. Without one, settings that hold an expression fail. */
  readonly expressions?: Layer.Layer<Expressions>
  /** The values of `{ "env": "NAME" }` in the settings. Default: none is set. */
  readonly environment?: (name: string) => string | undefined
  readonly runs?: RunsOptions
}

/** The services of the engine: `Intake` takes orders in, `Runs` executes them and tells how they ended. */
export type Engine = Intake | Runs | CancelRun | EditOrder | Settings

/**
 * Executes runs as long as the layer lives. Fails with every fault of the settings and its place where a server would
 * refuse them. Tokens for partners are kept in memory.
 */
export const layer = (
  { environment, expressions, plugins = [], runs, settings }: EngineOptions
): Layer.Layer<Engine, SettingsStatic.SettingsInvalid, Journal | RunReader | PartnerBreaker | Outbound> =>
  Layer.mergeAll(CancelRun.layer, EditOrder.layer).pipe(
    Layer.provideMerge(Intake.layer),
    Layer.provideMerge(Runs.layer(runs)),
    Layer.provideMerge(SettingsStatic.layer(settings, environment)),
    Layer.provide([
      Plugins.layer([calloutPlugin, webhookWorkflowStep, ...plugins]),
      expressions ?? NoExpressions.layer,
      Credentials.layerMemory,
      Digest.layerWebCrypto
    ])
  )

export interface EngineTestOptions extends EngineOptions {
  /** The answers of the partners: by the beginning of their addresses, or one function for all. */
  readonly partners: ScriptedPartners
}

/**
 * The engine in a test: a journal in memory, scripted partners, waits on the test's clock. `OutboundMemory` has the
 * requests that were made, `JournalStore` what was stored.
 */
export const layerTest = (
  { partners, ...options }: EngineTestOptions
): Layer.Layer<
  Engine | Journal | RunReader | PartnerBreaker | JournalStore | Outbound | OutboundMemory.OutboundMemory,
  SettingsStatic.SettingsInvalid
> =>
  layer(options).pipe(
    Layer.provideMerge(JournalMemory.layer),
    Layer.provideMerge(OutboundMemory.layer(scriptOf(partners)))
  )
