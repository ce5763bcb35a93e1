/** The plugins of this process, by name. Contract: section 6, "Custom plugins". */
import { Context, Effect, Layer, Option } from "effect"
import type { AnyPlugin, ListedPlugin, PluginServices } from "./Plugin.ts"
import { isPluginError } from "./PluginError.ts"

export class Plugins extends Context.Service<Plugins, {
  readonly byName: ReadonlyMap<string, AnyPlugin>
}>()("@sluice/engine/Plugins") {
  /**
   * Registers plugins; of two with the same name the later one is used, so that a service can replace a built-in one.
   * Needs the services that the plugins need, and dies with a message that names each one that is missing.
   */
  static readonly layer = <const Listed extends ReadonlyArray<ListedPlugin>>(
    plugins: Listed
  ): Layer.Layer<Plugins, never, PluginServices<Listed[number]>> =>
    Layer.effect(
      Plugins,
      Effect.flatMap(Effect.context<PluginServices<Listed[number]>>(), (context) => {
        const missing = plugins.flatMap((plugin) => missingServices(plugin, context))
        return missing.length > 0
          ? Effect.die(new Error(missing.join("; ")))
          : Effect.succeed({ byName: new Map(plugins.map((plugin) => [plugin.name, ready(plugin, context)])) })
      })
    )
}

const missingServices = ({ name, services = [] }: ListedPlugin, context: Context.Context<any>): ReadonlyArray<string> =>
  services.filter((service) => Option.isNone(Context.getOption(context, service))).map(({ key }) =>
    `plugin ${name} needs the service ${key}, which no layer provides: provide it where the plugins are listed`
  )

/** Provides the plugin's services and maps its own errors. */
const ready = (plugin: ListedPlugin, context: Context.Context<any>): AnyPlugin => {
  const { failure, services } = plugin
  if (failure === undefined && services === undefined) return plugin as AnyPlugin
  return {
    ...plugin,
    run: (input) =>
      Effect.provideContext(
        Effect.mapError(
          plugin.run(input),
          (error) => isPluginError(error) || failure === undefined ? error : failure(error)
        ),
        context
      )
  }
}
