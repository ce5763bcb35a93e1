/** `audit`: who changed what. */
import { ApiClient } from "@sluice/api/ApiClient"
import { RecordedAction } from "@sluice/domain/access/Action"
import type { Style } from "@sluice/terminal/Style"
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { more } from "../commands/Orders.ts"
import { facts } from "../terminal/Facts.ts"
import { cursorFlag, given, limitFlag, momentFlag, textFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"

const documentLines = (title: string, document: unknown, style: Style): ReadonlyArray<string> =>
  document === undefined ? [] : [style.paint("bold", title), JSON.stringify(document, undefined, 2)]

const show = Command.make(
  "show",
  { record: Argument.String("record").pipe(Argument.withDescription("The record's id")) },
  Effect.fnUntraced(function*({ record }) {
    const client = yield* ApiClient
    const output = yield* Output
    const found = yield* client.audit.get({ params: { id: record } })
    yield* output.result(found, (style) => [
      `${found.action} ${found.resource}`,
      ...facts([
        ["refused", found.status],
        ["at", found.at],
        ["actor", `${found.actor} (${found.roles.join(", ")})`],
        ["from", found.remoteAddress ?? undefined],
        ["reason", found.reason]
      ], style),
      ...documentLines("before", found.before, style),
      ...documentLines("after", found.after, style)
    ])
  })
).pipe(Command.withDescription("Show one record: who, from where, and the setting before and after"))

export const audit = Command.make(
  "audit",
  {
    actor: textFlag("actor", "By this key, anonymous, or settings-file"),
    action: Flag.Literals("action", RecordedAction.literals).pipe(Flag.withDescription("Of this kind"), Flag.optional),
    resource: textFlag("resource", "On this path, like /v1/pipelines/new-order"),
    since: momentFlag("since", "Made after"),
    until: momentFlag("until", "Made before"),
    limit: limitFlag,
    cursor: cursorFlag
  },
  Effect.fnUntraced(function*({ action, actor, cursor, limit, resource, since, until }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.audit.list({
      query: {
        limit,
        ...given("cursor", cursor),
        ...given("actor", actor),
        ...given("action", action),
        ...given("resource", resource),
        ...given("createdAfter", since),
        ...given("createdBefore", until)
      }
    })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "RECORD", of: ({ id }) => id },
        { title: "AT", of: ({ at }) => at },
        { title: "ACTOR", of: ({ actor }) => actor },
        {
          title: "ACTION",
          of: ({ action, outcome, status }) => outcome === undefined ? action : `${action} (refused, ${status})`,
          colour: ({ outcome }) => outcome === undefined ? "green" : "yellow"
        },
        { title: "RESOURCE", of: ({ resource }) => resource, flexible: true },
        { title: "REASON", of: ({ reason }) => reason ?? "" }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(
  Command.withDescription("List who changed what, newest first, or show one record"),
  Command.withSubcommands([show])
)
