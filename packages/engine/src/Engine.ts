/**
 * The engine inside a service of your own, in one layer: settings and plugins in, `Intake` and `Runs` out.
 *
 * You provide the journal (`@sluice/persistence/EnginePostgres`) and outbound HTTP
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
import { TakeCallback } from "./commands/TakeCallback.ts"
import type { Expressions } from "./expressions/Expressions.ts"
import * as NoExpressions from "./expressions/NoExpressions.ts"
import type { Journal } from "./journal/Journal.ts"
import type { RunReader } from "./journal/RunReader.ts"
import type { PartnerBreaker } from "./partners/PartnerBreaker.ts"
import { calloutPlugin } from "./plugins/builtin/CalloutPlugin.ts"
import { webhookWorkflowStep } from "./plugins/builtin/WebhookWorkflowStep.ts"
import { CallbackBase } from "./plugins/CallbackAddress.ts"
import type { AnyPlugin, ListedPlugin, PluginServices } from "./plugins/Plugin.ts"
import { Plugins } from "./plugins/Plugins.ts"
import { Runs, type RunsOptions } from "./runs/Runs.ts"
import type { Settings } from "./settings/Settings.ts"
import * as SettingsStatic from "./settings/SettingsStatic.ts"
import * as JournalMemory from "./testing/JournalMemory.ts"
import type { JournalStore } from "./testing/JournalStore.ts"
import { type ScriptedPartners, scriptOf } from "./testing/ScriptedPartners.ts"

export interface EngineOptions<Listed extends ReadonlyArray<ListedPlugin> = ReadonlyArray<ListedPlugin>> {
  /** Pipelines, connectors and auth providers, in the shapes of the settings file. */
  readonly settings: Json
  /** Beside `calloutPlugin` and `WebhookWorkflowStep`; one with the name of either takes its place. */
  readonly plugins?: Listed
  /** The evaluator of expressions: `JsonataExpressions.layer()`. Without one, settings that hold an expression fail. */
  readonly expressions?: Layer.Layer<Expressions>
  /** The values of `{ "env": "NAME" }` in the settings. Default: none is set. */
  readonly environment?: (name: string) => string | undefined
  readonly runs?: RunsOptions
  /** The address under which partners reach this service, without a trailing slash: the beginning of callback URLs. */
  readonly publicUrl?: string
}

/**
 * The services of the engine: `Intake` accepts orders, `Runs` executes them and reports their ends, `TakeCallback`
 * accepts the answers of partners for which steps wait.
 */
export type Engine = Intake | Runs | CancelRun | EditOrder | TakeCallback | Settings

/**
 * Executes runs as long as the layer lives. Needs the services of the plugins that are listed, too. Fails with every fault of the settings and its place where a server would
 * refuse them. Tokens for partners are kept in memory.
 */
export const layer = <const Listed extends ReadonlyArray<ListedPlugin> = readonly []>(
  { environment, expressions, plugins, publicUrl, runs, settings }: EngineOptions<Listed>
): Layer.Layer<
  Engine,
  SettingsStatic.SettingsInvalid,
  Journal | RunReader | PartnerBreaker | Outbound | PluginServices<Listed[number]>
> =>
  Layer.mergeAll(CancelRun.layer, EditOrder.layer, TakeCallback.layer).pipe(
    Layer.provideMerge(Intake.layer),
    Layer.provideMerge(Runs.layer(runs)),
    Layer.provideMerge(SettingsStatic.layer(settings, environment)),
    Layer.provide([
      Plugins.layer<ReadonlyArray<Listed[number]>>([
        ...[calloutPlugin, webhookWorkflowStep] as ReadonlyArray<AnyPlugin> as ReadonlyArray<Listed[number]>,
        ...plugins ?? []
      ]),
      expressions ?? NoExpressions.layer,
      Credentials.layerMemory,
      publicUrl === undefined
        ? Layer.empty
        : Layer.succeed(CallbackBase, { base: () => publicUrl, isReachable: true }),
      Digest.layerWebCrypto
    ])
  )

export interface EngineTestOptions<Listed extends ReadonlyArray<ListedPlugin> = ReadonlyArray<ListedPlugin>>
  extends EngineOptions<Listed>
{
  /** The answers of the partners: by the beginning of their addresses, or one function for all. */
  readonly partners: ScriptedPartners
}

/**
 * The engine in a test: a journal in memory, scripted partners, waits on the test's clock. `OutboundMemory` has the
 * requests that were made, `JournalStore` what was stored.
 */
export const layerTest = <const Listed extends ReadonlyArray<ListedPlugin> = readonly []>(
  { partners, ...options }: EngineTestOptions<Listed>
): Layer.Layer<
  Engine | Journal | RunReader | PartnerBreaker | JournalStore | Outbound | OutboundMemory.OutboundMemory,
  SettingsStatic.SettingsInvalid,
  PluginServices<Listed[number]>
> =>
  layer<Listed>(options as EngineOptions<Listed>).pipe(
    Layer.provideMerge(JournalMemory.layer),
    Layer.provideMerge(OutboundMemory.layer(scriptOf(partners)))
  )
