/** `subscriptions`: what completed orders created, and what later orders changed. */
import { ApiClient } from "@sluice/api/ApiClient"
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { more, second } from "../commands/Orders.ts"
import { cursorFlag, given, limitFlag, textFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"

const subscription = Argument.String("subscription").pipe(Argument.withDescription("The subscription's id"))

const text = (member: unknown): string => typeof member === "string" ? member : ""

const list = Command.make(
  "list",
  {
    customer: textFlag("customer", "Of this customer"),
    status: Flag.Literals("status", ["active", "cancelled"]).pipe(
      Flag.withDescription("With this status"),
      Flag.optional
    ),
    order: textFlag("order", "Created by this order"),
    limit: limitFlag,
    cursor: cursorFlag
  },
  Effect.fnUntraced(function*({ cursor, customer, limit, order, status }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.subscriptions.list({
      query: {
        limit,
        ...given("cursor", cursor),
        ...given("customerId", customer),
        ...given("status", status),
        ...given("orderId", order)
      }
    })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "SUBSCRIPTION", of: ({ id }) => id },
        {
          title: "STATUS",
          of: ({ status }) => status,
          colour: ({ status }) => status === "active" ? "green" : "yellow"
        },
        { title: "VERSION", of: ({ version }) => String(version) },
        { title: "CREATED", of: ({ createdAt }) => second(createdAt) },
        { title: "CUSTOMER", of: ({ customerId }) => customerId ?? "" },
        { title: "ORDER", of: ({ orderId }) => orderId },
        { title: "NAME", of: (one) => text(one["name"]), flexible: true }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(Command.withDescription("List subscriptions, newest first"))

const show = Command.make(
  "show",
  { subscription },
  Effect.fnUntraced(function*({ subscription }) {
    const client = yield* ApiClient
    const output = yield* Output
    const stored = yield* client.subscriptions.get({ params: { id: subscription } })
    yield* output.result(stored, () => [JSON.stringify(stored, undefined, 2)])
  })
).pipe(Command.withDescription("Print a subscription with its entitlements as JSON"))

const history = Command.make(
  "history",
  { subscription, limit: limitFlag, cursor: cursorFlag },
  Effect.fnUntraced(function*({ cursor, limit, subscription }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.subscriptions.history({
      params: { id: subscription },
      query: { limit, ...given("cursor", cursor) }
    })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "VERSION", of: ({ version }) => String(version) },
        { title: "AT", of: ({ at }) => second(at) },
        { title: "STATUS", of: ({ after }) => after.status },
        { title: "ORDER", of: ({ cause }) => cause.orderId },
        { title: "RUN", of: ({ cause }) => cause.processEventId ?? "", flexible: true }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(Command.withDescription("List the versions of a subscription, oldest first, with the orders that made them"))

export const subscriptions = Command.make("subscriptions").pipe(
  Command.withDescription("Show subscriptions, and what changed them"),
  Command.withSubcommands([list, show, history])
)
