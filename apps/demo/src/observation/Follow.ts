/** One order from its submission to its end, with a line for everything that happens on the way. */
import type { ApiClient } from "@sluice/api/ApiClient"
import { isFinal, type ProcessEvent } from "@sluice/domain/run/ProcessEvent"
import { progress } from "@sluice/terminal/RunProgress"
import { duration, fit } from "@sluice/terminal/Style"
import { Clock, Effect, Schedule, Schema, Stream } from "effect"
import { orderId, type Scenario } from "../scenario/Scenario.ts"
import { Screen } from "../Screen.ts"
import type { EndedRun } from "./EndedRun.ts"
import { requestsAbout } from "./PartnerLog.ts"
import { webhooksAbout } from "./Webhooks.ts"

/** The time limit of an order; the slowest takes 21 s, more on a busy machine. */
const orderLimit = "5 minutes"
const pollInterval = "250 millis"
const nameWidth = 13

export class OrderDidNotEnd extends Schema.TaggedError<OrderDidNotEnd>()("OrderDidNotEnd", {
  message: Schema.String
}) {}

/** Submits the scenario's order and follows it; `since` is when the demo's first order was sent, epoch milliseconds. */
export const follow = Effect.fnUntraced(function*(options: {
  readonly client: ApiClient["Service"]
  readonly partnerLog: string
  readonly partners: Readonly<Record<string, string>>
  readonly scenario: Scenario
  readonly since: number
}) {
  const { client, scenario } = options
  const screen = yield* Screen
  const id = orderId(scenario)
  const tell = Effect.fnUntraced(function*(before: ProcessEvent | undefined, after: ProcessEvent) {
    const at = fit(`+${duration((yield* Clock.currentTimeMillis) - options.since)}`, 9)
    const { paint } = screen.style
    for (const { colour, mark, text } of progress(before, after)) {
      yield* screen.line(`  ${paint("dim", at)} ${fit(scenario.name, nameWidth)} ${paint(colour, mark)} ${text}`)
    }
  })
  const receipt = yield* client.orders.submit({ payload: { ...scenario.order, id }, headers: {}, query: {} })
  const eventId = "processEvent" in receipt ? receipt.processEvent.id : receipt.processEventId
  let last: ProcessEvent | undefined
  const look = (event: ProcessEvent) => Effect.tap(tell(last, event), () => Effect.sync(() => last = event))
  const get = client.processEvents.get({ params: { id: eventId } })
  // The stream ends with the run. Should it break before, the run is asked about until it has ended.
  yield* client.processEvents.stream({ params: { id: eventId } }).pipe(
    Effect.flatMap(Stream.runForEach(look)),
    Effect.ignore
  )
  const processEvent = yield* get.pipe(
    Effect.tap(look),
    Effect.repeat({ until: ({ state }) => isFinal(state), schedule: Schedule.spaced(pollInterval) })
  )
  const order = yield* client.orders.get({ params: { id } })
  const history = yield* client.orders.history({ params: { id }, query: {} })
  const seen = yield* requestsAbout(options.partnerLog, id)
  const webhooks = yield* webhooksAbout(client, options.partnerLog, id)
  const ended: EndedRun = {
    scenario,
    order,
    processEvent,
    history: history.items,
    seen,
    ...webhooks,
    partners: options.partners
  }
  return ended
}, (effect, { scenario }) =>
  Effect.timeoutOrElse(effect, {
    duration: orderLimit,
    orElse: () => new OrderDidNotEnd({ message: `The order ${orderId(scenario)} has not ended after ${orderLimit}` })
  }))
