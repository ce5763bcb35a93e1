/** `submit`, and `orders`: a list, one order, its history, and changes to it. */
import { ApiClient } from "@sluice/api/ApiClient"
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import {
  cursorFlag,
  document,
  fileArgument,
  given,
  limitFlag,
  momentFlag,
  textFlag,
  versionFlag,
  writtenObject
} from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"
import { watch } from "./Watch.ts"

export const waitFlag = Flag.Boolean("wait").pipe(
  Flag.withDescription("Follow the run to its end; exit code 1 if it does not complete"),
  Flag.withDefault(false)
)

interface Receipt {
  readonly orderId: string
  readonly processEventId: string
  readonly state: string
}

/** Prints the ids of a new run, or follows it with `--wait`. */
export const opened = Effect.fnUntraced(function*(receipt: Receipt, wait: boolean) {
  const output = yield* Output
  if (!wait) {
    return yield* output.result(receipt, () => [
      `${receipt.state}: ${receipt.processEventId}`,
      `order ${receipt.orderId}`
    ])
  }
  yield* output.note(receipt.processEventId)
  yield* watch(receipt.processEventId)
})

export const submit = Command.make(
  "submit",
  {
    file: fileArgument,
    wait: waitFlag,
    idempotencyKey: textFlag("idempotency-key", "The same key with the same order is the same run"),
    shipment: textFlag("shipment", "The run is about this shipment of the order")
  },
  Effect.fnUntraced(function*({ file, idempotencyKey, shipment, wait }) {
    const client = yield* ApiClient
    const receipt = yield* client.orders.submit({
      payload: yield* document(file),
      headers: given("idempotency-key", idempotencyKey),
      query: given("shipmentId", shipment)
    })
    // Without Prefer there is only a receipt.
    if ("processEvent" in receipt) return yield* Console.log(receipt.processEvent.id)
    yield* opened(receipt, wait)
  })
).pipe(
  Command.withDescription("Submit an order from a file or standard input"),
  Command.withExamples([
    { command: "sluice submit order.json --wait", description: "Submit it and watch its run" },
    { command: "cat order.json | sluice submit --json", description: "From standard input, ids as JSON" }
  ])
)

const order = Argument.String("order").pipe(Argument.withDescription("The order's id"))

const show = Command.make(
  "show",
  { order, version: versionFlag("version", "This version of the order; else the newest") },
  Effect.fnUntraced(function*({ order, version }) {
    const client = yield* ApiClient
    const output = yield* Output
    const stored = yield* Option.isSome(version)
      ? client.orders.version({ params: { id: order, version: version.value } })
      : client.orders.get({ params: { id: order } })
    yield* output.result(stored, () => [JSON.stringify(stored, undefined, 2)])
  })
).pipe(Command.withDescription("Print an order as JSON, or one of its earlier versions"))

const shownValue = (value: unknown): string => value === undefined ? "" : JSON.stringify(value)

const history = Command.make(
  "history",
  { order, limit: limitFlag, cursor: cursorFlag },
  Effect.fnUntraced(function*({ cursor, limit, order }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.orders.history({ params: { id: order }, query: { limit, ...given("cursor", cursor) } })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "AT", of: ({ at }) => second(at) },
        { title: "OPERATION", of: ({ operation }) => operation },
        { title: "SOURCE", of: ({ source }) => source },
        {
          title: "MESSAGE",
          of: ({ after, before, message }) =>
            before === undefined && after === undefined
              ? message
              : `${message} (${shownValue(before)} → ${shownValue(after)})`,
          flexible: true
        }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(Command.withDescription("List what changed an order and why, oldest first"))

const edit = Command.make(
  "edit",
  {
    order,
    patch: Argument.String("patch").pipe(
      Argument.withDescription("The members to change: JSON, a JSON file, or - for standard input"),
      Argument.withDefault("-")
    ),
    ifVersion: versionFlag("if-version", "Only where this is the order's version; else nothing is changed")
  },
  Effect.fnUntraced(function*({ ifVersion, order, patch }) {
    const client = yield* ApiClient
    const output = yield* Output
    const changed = yield* client.orders.edit({
      params: { id: order },
      headers: given("if-match", Option.map(ifVersion, (version) => `"${version}"`)),
      payload: yield* writtenObject(patch)
    })
    yield* output.result(changed, () => [`${changed.id} is version ${changed.version}, status ${changed.status}`])
  })
).pipe(
  Command.withDescription(
    "Change members of an order; runs no pipeline. The change is in its history and in the audit"
  ),
  Command.withExamples([
    { command: `sluice orders edit web-1 '{ "status": "Shipped" }'`, description: "One member" },
    { command: "sluice orders edit web-1 patch.json --if-version 4", description: "Unless the order has changed since" }
  ])
)

export const orders = Command.make(
  "orders",
  {
    type: textFlag("type", "Of this orderType"),
    status: textFlag("status", "In this status"),
    externalId: textFlag("external-id", "With this externalId"),
    email: textFlag("email", "Of this customer"),
    find: textFlag("find", "With this part of an id, 4 characters or more"),
    since: momentFlag("since", "Created after"),
    until: momentFlag("until", "Created before"),
    limit: limitFlag,
    cursor: cursorFlag
  },
  Effect.fnUntraced(function*({ cursor, email, externalId, find, limit, since, status, type, until }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.orders.list({
      query: {
        limit,
        ...given("cursor", cursor),
        ...given("orderType", type),
        ...given("status", status),
        ...given("externalId", externalId),
        ...given("email", email),
        ...given("q", find),
        ...given("createdAfter", since),
        ...given("createdBefore", until)
      }
    })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "ORDER", of: ({ id }) => id },
        { title: "CREATED", of: ({ createdAt }) => second(createdAt) },
        { title: "TYPE", of: ({ orderType }) => orderType },
        { title: "STATUS", of: ({ status }) => status },
        { title: "EXTERNAL ID", of: ({ externalId }) => textOf(externalId) },
        { title: "CUSTOMER", of: ({ customerEmail }) => textOf(customerEmail), flexible: true }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(
  Command.withDescription("List orders, newest first; show one, its history, or change it"),
  Command.withSubcommands([show, history, edit])
)

const textOf = (member: unknown): string => typeof member === "string" ? member : ""

/** A time to the second, in UTC. */
export const second = (moment: string): string => `${moment.slice(0, 19)}Z`

/** The command for the next page. */
export const more = (cursor: string | null): ReadonlyArray<string> =>
  cursor === null ? [] : [`more: --cursor ${cursor}`]
