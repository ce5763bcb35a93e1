/** `plugins` and `event-types`: what a step can name, and what a webhook endpoint can ask for. */
import { ApiClient } from "@sluice/api/ApiClient"
import { maxLimit } from "@sluice/api/wire/Paging"
import { Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import { usage } from "../terminal/Failure.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"

const named = <Item>(items: ReadonlyArray<Item>, nameOf: (item: Item) => string, wanted: string) => {
  const found = items.find((item) => nameOf(item) === wanted)
  return found === undefined
    ? usage(`${wanted} is not known: it is one of ${items.map(nameOf).join(", ")}`)
    : Effect.succeed(found)
}

export const plugins = Command.make(
  "plugins",
  {
    name: Argument.String("name").pipe(
      Argument.withDescription("With the JSON Schema of this one's options"),
      Argument.optional
    )
  },
  Effect.fnUntraced(function*({ name }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.plugins.list({ query: { limit: maxLimit } })
    if (Option.isSome(name)) {
      const plugin = yield* named(page.items, (one) => one.name, name.value)
      return yield* output.result(plugin, (style) => [
        style.paint("bold", plugin.name),
        plugin.description,
        plugin.configuredIn === "options" ? "The step's options:" : "The step's own members:",
        JSON.stringify(plugin.optionsSchema, undefined, 2)
      ])
    }
    yield* output.result(page, (style) =>
      table(page.items, [
        { title: "PLUGIN", of: ({ name }) => name },
        { title: "CONFIGURED IN", of: ({ configuredIn }) => configuredIn },
        { title: "WHAT IT DOES", of: ({ description }) => description, flexible: true }
      ], style))
  })
).pipe(Command.withDescription("List the plugins that a step can name, or show the options of one"))

export const listEventTypes = Command.make(
  "event-types",
  {
    type: Argument.String("type").pipe(
      Argument.withDescription("With the schema and an example of this one"),
      Argument.optional
    )
  },
  Effect.fnUntraced(function*({ type }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.eventTypes.list({ query: { limit: maxLimit } })
    if (Option.isSome(type)) {
      const one = yield* named(page.items, (item) => item.type, type.value)
      return yield* output.result(one, (style) => [
        style.paint("bold", one.type),
        one.description,
        "An example of the body:",
        JSON.stringify(one.example, undefined, 2),
        "Its JSON Schema:",
        JSON.stringify(one.schema, undefined, 2)
      ])
    }
    yield* output.result(page, (style) =>
      table(page.items, [
        { title: "TYPE", of: ({ type }) => type },
        { title: "WHEN IT IS SENT", of: ({ description }) => description, flexible: true }
      ], style))
  })
).pipe(Command.withDescription("List the types of webhooks, or show the schema and an example of one"))
