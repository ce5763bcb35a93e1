/** `GET /v1/plugins`: the plugins that a step can name, with their options. Contract: section 6, "Custom plugins". */
import { Api } from "@sluice/api/Api"
import type { PluginView } from "@sluice/api/internal/settings/PluginsApi"
import { defaultLimit } from "@sluice/api/wire/Paging"
import type { AnyPlugin } from "@sluice/engine/plugins/Plugin"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { cursor, page } from "@sluice/persistence/internal/sql/Page"
import { Effect, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Readiness } from "../../process/Readiness.ts"
import * as Answer from "../../wire/Answer.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

const byName = cursor(Schema.Tuple([Schema.String]))

/** Makes the schema self-contained by including its definitions. */
const schemaOf = (plugin: AnyPlugin): Schema.Json => {
  const { schema, definitions } = Schema.toJsonSchemaDocument(plugin.options)
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...schema,
    ...(Object.keys(definitions).length > 0 && { $defs: definitions })
  } as Schema.Json
}

const view = (plugin: AnyPlugin): PluginView => ({
  name: plugin.name,
  description: plugin.description,
  configuredIn: plugin.configuredIn,
  optionsSchema: schemaOf(plugin)
})

export const layer = HttpApiBuilder.group(
  Api,
  "plugins",
  Effect.fnUntraced(function*(handlers) {
    const plugins = yield* Plugins
    const readiness = yield* Readiness
    const views = [...plugins.byName.values()].map(view).toSorted((a, b) => a.name < b.name ? -1 : 1)

    return handlers.handle(
      "list",
      Effect.fnUntraced(function*({ query }) {
        const { limit = defaultLimit, cursor } = query
        const [after] = (yield* Effect.mapError(byName.read({ limit, cursor }), ErrorMapping.cursorInvalid)) ?? []
        // Every /v1 request fails while the database is away, this one too, so that a client learns of it from any route.
        yield* Effect.mapError(readiness.reachable, ErrorMapping.unavailable)
        const rest = after === undefined ? views : views.filter(({ name }) => name > after)
        return Answer.page(page(rest, limit, byName, ({ name }) => [name] as const, (one) => one), JSON.stringify)
      })
    )
  })
)
