/** The plugins of this process, by name. Contract: section 6, "Custom plugins". */
import { Context, Layer } from "effect"
import type { AnyPlugin } from "./Plugin.ts"

export class Plugins extends Context.Service<Plugins, {
  readonly byName: ReadonlyMap<string, AnyPlugin>
}>()("@sluice/engine/Plugins") {
  /**
   * Registers plugins; of two with the same name the later one is used, so that a service can replace a built-in one.
   */
  static readonly layer = (plugins: ReadonlyArray<AnyPlugin>): Layer.Layer<Plugins> =>
    Layer.succeed(Plugins, { byName: new Map(plugins.map((plugin) => [plugin.name, plugin])) })
}
