/** Follows a run to its end: a line for each attempt while it goes on, its timeline at the end. */
import { ApiClient } from "@sluice/api/ApiClient"
import { isFinal, type ProcessEvent } from "@sluice/domain/run/ProcessEvent"
import { progress } from "@sluice/terminal/RunProgress"
import { heading, stepsOf } from "@sluice/terminal/RunTimeline"
import { duration, fit, type Style } from "@sluice/terminal/Style"
import { Clock, DateTime, Effect, Schedule, Stream } from "effect"
import { exitCodes, Failure, usage } from "../terminal/Failure.ts"
import { Output } from "../terminal/Output.ts"

/** Between two questions where the stream broke. */
const askAgain = "1 second"

/** The process event to follow: the given id, or for an order's id its newest run. */
export const runId = Effect.fnUntraced(function*(given: string) {
  if (given.startsWith("process_event-")) return given
  const client = yield* ApiClient
  const { items: [run] } = yield* client.processEvents.list({ query: { orderId: given, limit: 1 } })
  return run?.id ?? (yield* usage(`${given} is no process event, and no order with one: sluice runs lists them`))
})

export const lines = (event: ProcessEvent, style: Style): ReadonlyArray<string> => [
  heading(`${event.pipeline.name} v${event.pipeline.version}`, event, style),
  style.paint("dim", `   ${event.id}`),
  style.paint("dim", `   order ${event.orderId}`),
  ...(event.retryOf === undefined ? [] : [style.paint("dim", `   retry of ${event.retryOf}`)]),
  ...stepsOf(event, style)
]

/** Shows the run while it goes on. Fails, with exit code 1, where it did not complete. */
export const watch = Effect.fnUntraced(function*(id: string) {
  const client = yield* ApiClient
  const output = yield* Output
  const { paint } = output.style
  let last: ProcessEvent | undefined
  const look = Effect.fnUntraced(function*(event: ProcessEvent) {
    const start = DateTime.toEpochMillis(DateTime.makeUnsafe(event.startedAt ?? event.createdAt))
    const at = fit(`+${duration(Math.max(0, (yield* Clock.currentTimeMillis) - start))}`, 9)
    for (const { colour, mark, text } of progress(last, event)) {
      yield* output.note(`  ${paint("dim", at)} ${paint(colour, mark)} ${text}`)
    }
    last = event
  })
  const get = client.processEvents.get({ params: { id } })
  // An id that is not there is said at once; a stream that breaks is no reason to stop.
  yield* Effect.flatMap(get, look)
  yield* Effect.ignore(
    Effect.flatMap(client.processEvents.stream({ params: { id } }), (events) => Stream.runForEach(events, look))
  )
  const ended = yield* get.pipe(
    Effect.tap(look),
    Effect.repeat({ until: ({ state }) => isFinal(state), schedule: Schedule.spaced(askAgain) })
  )
  yield* output.result(ended, (style) => ["", ...lines(ended, style)])
  if (ended.state === "completed") return
  return yield* new Failure({
    message: `The run ended ${ended.state}${ended.reason === undefined ? "" : `: ${ended.reason}`}`,
    code: exitCodes.notCompleted
  })
})
