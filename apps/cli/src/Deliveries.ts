/** `deliveries` and `redeliver`. */
import { ApiClient } from "@sluice/api/ApiClient"
import { DeliveryState } from "@sluice/domain/webhook/Delivery"
import type { Colour } from "@sluice/terminal/Style"
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { cursorFlag, given, limitFlag, textFlag } from "./Input.ts"
import { more } from "./Orders.ts"
import { Output } from "./Output.ts"
import { table } from "./Table.ts"

const colours: Readonly<Record<DeliveryState, Colour>> = {
  pending: "yellow",
  delivered: "green",
  exhausted: "red",
  held: "yellow",
  filtered: "dim",
  cancelled: "dim"
}

export const deliveries = Command.make(
  "deliveries",
  {
    endpoint: textFlag("endpoint", "To this webhook endpoint"),
    type: textFlag("type", "Of this type"),
    state: Flag.Literals("state", DeliveryState.literals).pipe(Flag.withDescription("In this state"), Flag.optional),
    order: textFlag("order", "About this order"),
    limit: limitFlag,
    cursor: cursorFlag
  },
  Effect.fnUntraced(function*({ cursor, endpoint, limit, order, state, type }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.deliveries.list({
      query: {
        limit,
        ...given("cursor", cursor),
        ...given("endpointId", endpoint),
        ...given("type", type),
        ...given("state", state),
        ...given("orderId", order)
      }
    })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "DELIVERY", of: ({ id }) => id },
        { title: "STATE", of: ({ state }) => state, colour: ({ state }) => colours[state] },
        { title: "TYPE", of: ({ type }) => type, flexible: true },
        { title: "TRIES", of: ({ attemptCount }) => String(attemptCount) }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(Command.withDescription("List deliveries, newest first"))

export const redeliver = Command.make(
  "redeliver",
  {
    deliveries: Argument.String("delivery").pipe(
      Argument.withDescription("Ids of deliveries"),
      Argument.variadic({ min: 1 })
    )
  },
  Effect.fnUntraced(function*({ deliveries }) {
    const client = yield* ApiClient
    const output = yield* Output
    // Each is said at once: one that is refused ends it, and those before it were sent.
    const sent = yield* Effect.forEach(
      deliveries,
      (id) =>
        client.deliveries.redeliver({ params: { id } }).pipe(Effect.tap(({ attempts, state }) => {
          const why = attempts.at(-1)?.error?.message
          return output.note(`${state}: ${id}${why === undefined ? "" : `, ${why}`}`)
        }))
    )
    yield* output.result(sent, () => [])
  })
).pipe(Command.withDescription("Send deliveries again, now, under the same message id"))
