/** `deliveries` and `redeliver`. */
import { ApiClient } from "@sluice/api/ApiClient"
import { DeliveryState, type DeliveryView } from "@sluice/domain/webhook/Delivery"
import type { Colour } from "@sluice/terminal/Style"
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { cursorFlag, given, limitFlag, textFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"
import { more, second } from "./Orders.ts"

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
        { title: "CREATED", of: ({ createdAt }) => second(createdAt) },
        { title: "TYPE", of: ({ type }) => type },
        { title: "ORDER", of: ({ orderId }) => orderId ?? "" },
        { title: "TRIES", of: ({ attemptCount }) => String(attemptCount) },
        { title: "REASON", of: ({ reason, waitReason }) => reason ?? waitReason ?? "", flexible: true }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(Command.withDescription("List deliveries, newest first"))

const attemptLine = ({ durationMs, error, number, startedAt, status }: DeliveryView["attempts"][number]): string =>
  `attempt ${number} at ${startedAt}: ${status ?? error?.code ?? "no answer"} after ${Math.round(durationMs)} ms`
  + (error === undefined ? "" : `, ${error.message}`)

const requestLines = ({ body, headers, url }: NonNullable<DeliveryView["request"]>): ReadonlyArray<string> => [
  `POST ${url}`,
  ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  "",
  typeof body === "string" ? body : JSON.stringify(body, undefined, 2)
]

export const delivery = Command.make(
  "delivery",
  { delivery: Argument.String("delivery").pipe(Argument.withDescription("The id of a delivery")) },
  Effect.fnUntraced(function*({ delivery: id }) {
    const client = yield* ApiClient
    const output = yield* Output
    const found = yield* client.deliveries.get({ params: { id } })
    yield* output.result(found, (style) => [
      `${style.paint(colours[found.state], found.state)}  ${found.type}  ${found.id}`,
      ...(found.reason === undefined ? [] : [found.reason]),
      ...(found.cause === undefined ? [] : [`tells of ${found.cause}`]),
      ...(found.waitReason === undefined ? [] : [found.waitReason]),
      ...(found.nextAttemptAt === undefined ? [] : [`next attempt at ${found.nextAttemptAt}`]),
      ...found.attempts.map(attemptLine),
      ...(found.request === undefined ? [] : ["", ...requestLines(found.request)])
    ])
  })
).pipe(Command.withDescription("Show a delivery: its attempts, and the request as it was or will be sent"))

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
