/** The plugins that a step can name, with the JSON Schema of their options. Contract: section 6, "Custom plugins". */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { pageOf, pageQuery } from "../wire/Paging.ts"

export const PluginView = Schema.Struct({
  name: Schema.String,
  description: Schema.String,
  /** The place of the options: in the step's `options`, or among its own members. */
  configuredIn: Schema.Literals(["options", "step"]),
  /** JSON Schema, draft 2020-12. */
  optionsSchema: Schema.Json
}).annotate({ identifier: "Plugin" })
export type PluginView = typeof PluginView.Type

export class PluginsApi extends HttpApiGroup.make("plugins")
  .add(HttpApiEndpoint.get("list", "/v1/plugins", { query: pageQuery, success: pageOf(PluginView) }))
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Plugins" }))
{}
