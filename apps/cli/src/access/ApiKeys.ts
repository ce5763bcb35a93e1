/** `api-keys`, `create-api-key` and `delete-api-key`: who may call. */
import { ApiClient } from "@sluice/api/ApiClient"
import { Role } from "@sluice/domain/access/Role"
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { more } from "../commands/Orders.ts"
import { cursorFlag, given, limitFlag, textFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"

export const apiKeys = Command.make(
  "api-keys",
  { limit: limitFlag, cursor: cursorFlag },
  Effect.fnUntraced(function*({ cursor, limit }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.apiKeys.list({ query: { limit, ...given("cursor", cursor) } })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "KEY", of: ({ id }) => id },
        { title: "NAME", of: ({ name }) => name, flexible: true },
        { title: "ROLES", of: ({ roles }) => roles.join("+") },
        { title: "LAST USED", of: ({ lastUsedAt }) => lastUsedAt ?? "never" },
        { title: "ENDS", of: ({ expiresAt }) => expiresAt ?? "never" }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(Command.withDescription("List the stored API keys, newest first"))

export const createApiKey = Command.make(
  "create-api-key",
  {
    name: Argument.String("name").pipe(Argument.withDescription("Who uses it")),
    roles: Flag.Literals("role", Role.literals).pipe(
      Flag.withDescription("What it may do; may be repeated"),
      Flag.atLeast(1)
    ),
    expires: textFlag("expires", "When it ends: a date or a moment like 2026-11-22T08:00:00Z")
  },
  Effect.fnUntraced(function*({ expires, name, roles }) {
    const client = yield* ApiClient
    const output = yield* Output
    const made = yield* client.apiKeys.create({ payload: { name, roles, ...given("expiresAt", expires) } })
    // The key alone on its line, for scripts that want nothing else; it is shown this once.
    yield* output.result(made, () => [made.key])
  })
).pipe(Command.withDescription("Make an API key and print it, once"))

export const deleteApiKey = Command.make(
  "delete-api-key",
  { id: Argument.String("key").pipe(Argument.withDescription("Its id, as api-keys lists it")) },
  Effect.fnUntraced(function*({ id }) {
    const client = yield* ApiClient
    const output = yield* Output
    yield* client.apiKeys.remove({ params: { id } })
    yield* output.result({ id, deleted: true }, () => [`deleted: ${id}`])
  })
).pipe(Command.withDescription("Delete an API key: it is refused within a second"))
