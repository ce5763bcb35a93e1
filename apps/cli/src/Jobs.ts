/** `retry-many`, `replay` and `stop`: what takes a while, watched to its end. */
import { ApiClient } from "@sluice/api/ApiClient"
import { FinalRunState } from "@sluice/domain/run/ProcessEvent"
import { DeliveryState } from "@sluice/domain/webhook/Delivery"
import { DateTime, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { usage } from "./Failure.ts"
import { given, momentFlag, textFlag } from "./Input.ts"
import { Output } from "./Output.ts"

const askEvery = "500 millis"

const isOver = (state: string): boolean => state === "completed" || state === "cancelled"

/** Asks until it is over, and notes each change. */
const followed = Effect.fnUntraced(function*<A extends { readonly state: string }, E, R>(
  first: A,
  ask: Effect.Effect<A, E, R>,
  progress: (one: A) => string
) {
  const output = yield* Output
  let [one, said] = [first, ""]
  while (true) {
    const now = progress(one)
    if (now !== said) yield* output.note(now)
    said = now
    if (isOver(one.state)) return one
    yield* Effect.sleep(askEvery)
    one = yield* ask
  }
})

const yesterday = (since: Option.Option<string>) =>
  Option.isSome(since)
    ? Effect.succeed(since.value)
    : Effect.map(DateTime.now, (now) => DateTime.formatIso(DateTime.subtract(now, { hours: 24 })))

const noWatch = Flag.Boolean("no-watch").pipe(
  Flag.withDescription("Start it and come back at once"),
  Flag.withDefault(false)
)

export const retryMany = Command.make(
  "retry-many",
  {
    reason: Flag.String("reason").pipe(Flag.withDescription("Why; kept with every run")),
    state: Flag.Literals("state", FinalRunState.literals).pipe(Flag.withDescription("Ended like this"), Flag.optional),
    order: textFlag("order", "Over this order"),
    pipeline: textFlag("pipeline", "Of this pipeline"),
    failedStep: textFlag("failed-step", "In which the step of this id failed"),
    errors: Flag.Boolean("errors").pipe(Flag.withDescription("With a failed step"), Flag.withDefault(false)),
    since: momentFlag("since", "Created after"),
    until: momentFlag("until", "Created before"),
    noWatch
  },
  Effect.fnUntraced(function*({ errors, failedStep, noWatch, order, pipeline, reason, since, state, until }) {
    const client = yield* ApiClient
    const output = yield* Output
    const started = yield* client.retries.retryMany({
      payload: {
        reason,
        filter: {
          ...given("state", state),
          ...given("orderId", order),
          ...given("pipeline", pipeline),
          ...given("failedStep", failedStep),
          ...(errors && { errorsOnly: true }),
          ...given("createdAfter", since),
          ...given("createdBefore", until)
        }
      }
    })
    const told = (job: typeof started) =>
      `${job.state}: ${job.done} done, ${job.failed} failed again, ${job.skipped} skipped`
      + (job.total === undefined ? "" : ` of ${job.total}`)
    if (!noWatch) yield* output.note(`job ${started.id}`)
    const job = noWatch
      ? started
      : yield* followed(started, client.retries.job({ params: { id: started.id } }), told)
    yield* output.result(job, () => [
      ...(noWatch ? [told(job), `job ${job.id}`] : []),
      ...job.problems.map(({ message, outcome, processEventId }) =>
        `  ${outcome} ${processEventId}${message === undefined ? "" : `: ${message}`}`
      )
    ])
  })
).pipe(
  Command.withDescription("Retry every run that a filter means, as a job, and show how far it is"),
  Command.withExamples([{
    command: "sluice retry-many --state failed --since 8h --reason \"outage of billing\"",
    description: "The morning after an outage"
  }])
)

export const replay = Command.make(
  "replay",
  {
    endpoint: Argument.String("endpoint").pipe(Argument.withDescription("The webhook endpoint's id")),
    since: momentFlag("since", "Made after; default 24h"),
    until: momentFlag("until", "Made before"),
    states: Flag.Literals("state", DeliveryState.literals).pipe(
      Flag.withDescription("In this state; may be repeated"),
      Flag.atLeast(0)
    ),
    types: Flag.String("type").pipe(Flag.withDescription("Of this type; may be repeated"), Flag.atLeast(0)),
    noWatch
  },
  Effect.fnUntraced(function*({ endpoint, noWatch, since, states, types, until }) {
    const client = yield* ApiClient
    const output = yield* Output
    const started = yield* client.webhookEndpoints.replay({
      params: { id: endpoint },
      payload: {
        since: yield* yesterday(since),
        ...given("until", until),
        ...(states.length > 0 && { states }),
        ...(types.length > 0 && { types })
      }
    })
    const told = (one: typeof started) => `${one.state}: ${one.replayed} replayed, ${one.remaining} to come`
    const params = { id: endpoint, replayId: started.id }
    if (!noWatch) yield* output.note(`replay ${started.id}`)
    const ended = noWatch
      ? started
      : yield* followed(started, client.webhookEndpoints.getReplay({ params }), told)
    yield* output.result(ended, () => noWatch ? [told(ended), `replay ${ended.id}`] : [])
  })
).pipe(Command.withDescription("Send again what a webhook endpoint was sent, or was to be sent"))

export const stop = Command.make(
  "stop",
  {
    job: Argument.String("job").pipe(Argument.withDescription("The id that retry-many or replay named")),
    endpoint: textFlag("endpoint", "Of a replay: its webhook endpoint")
  },
  Effect.fnUntraced(function*({ endpoint, job }) {
    const client = yield* ApiClient
    const output = yield* Output
    if (job.startsWith("replay-") && Option.isNone(endpoint)) {
      return yield* usage("Say whose replay it is: --endpoint <id>")
    }
    const stopped = yield* Option.isSome(endpoint)
      ? client.webhookEndpoints.cancelReplay({ params: { id: endpoint.value, replayId: job } })
      : client.retries.cancelJob({ params: { id: job } })
    yield* output.result(stopped, () => [`${isOver(stopped.state) ? stopped.state : "stopping"}: ${stopped.id}`])
  })
).pipe(Command.withDescription("End a retry-many or a replay; what it has begun goes on"))
