/** `customers`: a list, one of them, everything that is held about it, and its erasure. */
import { ApiClient } from "@sluice/api/ApiClient"
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { more } from "../commands/Orders.ts"
import { cursorFlag, given, limitFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"
import { followed, noWatch } from "./Followed.ts"

const customer = Argument.String("customer").pipe(
  Argument.withDescription("The customer's id, or an e-mail address")
)

const text = (member: unknown): string => typeof member === "string" ? member : ""

const list = Command.make(
  "list",
  { limit: limitFlag, cursor: cursorFlag },
  Effect.fnUntraced(function*({ cursor, limit }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.customers.list({ query: { limit, ...given("cursor", cursor) } })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "CUSTOMER", of: (one) => text(one["id"]) },
        { title: "NAME", of: (one) => text(one["name"]) || text(one["customerName"]) },
        { title: "E-MAIL", of: (one) => text(one["email"]) || text(one["customerEmail"]), flexible: true }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(Command.withDescription("List the customers of completed orders, newest first"))

const show = Command.make(
  "show",
  { customer: Argument.String("customer").pipe(Argument.withDescription("The customer's id")) },
  Effect.fnUntraced(function*({ customer }) {
    const client = yield* ApiClient
    const output = yield* Output
    const stored = yield* client.customers.get({ params: { id: customer } })
    yield* output.result(stored, () => [JSON.stringify(stored, undefined, 2)])
  })
).pipe(Command.withDescription("Print a customer as JSON"))

const exportCustomer = Command.make(
  "export",
  { customer },
  Effect.fnUntraced(function*({ customer }) {
    const client = yield* ApiClient
    const output = yield* Output
    const held = yield* client.personalData.export({ params: { id: customer } })
    yield* output.result(held, () => [JSON.stringify(held, undefined, 2)])
  })
).pipe(Command.withDescription("Print everything that is held about a customer, as JSON"))

const erase = Command.make(
  "erase",
  {
    customer,
    reason: Flag.String("reason").pipe(Flag.withDescription("Why; kept in the audit")),
    noWatch
  },
  Effect.fnUntraced(function*({ customer, noWatch, reason }) {
    const client = yield* ApiClient
    const output = yield* Output
    const started = yield* client.personalData.erase({ params: { id: customer }, payload: { reason } })
    const job = noWatch ? started : yield* followed(
      started,
      client.jobs.get({ params: { id: started.id } }),
      ({ done, skipped, state, total }) =>
        `${state}: ${done + skipped}${total === undefined ? "" : ` of ${total}`} runs`
    )
    yield* output.result(job, () => [`${job.state}: sluice job ${job.id} lists what partners hold`])
  })
).pipe(Command.withDescription("Erase a customer from everything that is stored; this cannot be undone"))

export const customers = Command.make("customers").pipe(
  Command.withDescription("Show customers, export what is held about one, or erase it"),
  Command.withSubcommands([list, show, exportCustomer, erase])
)
