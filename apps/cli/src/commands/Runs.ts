/** `runs`, `show`, `callout`, `watch`, `cancel`, `retry`, `process`, `resolve`. */
import { ApiClient } from "@sluice/api/ApiClient"
import { runColour } from "@sluice/terminal/RunTimeline"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { cursorFlag, given, limitFlag, outputFlag, reasonFlag, textFlag, writtenJson } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"
import { calloutLines } from "./Callout.ts"
import { more, opened, second, waitFlag } from "./Orders.ts"
import { filterMembers, runFilterFlags } from "./RunFilter.ts"
import { lines, runId, watch as follow } from "./Watch.ts"

const run = Argument.String("run").pipe(
  Argument.withDescription("A process event's id, or an order's: then its newest run")
)

export const runs = Command.make(
  "runs",
  {
    ...runFilterFlags,
    find: textFlag("find", "With this part of an id, 4 characters or more"),
    limit: limitFlag,
    cursor: cursorFlag
  },
  Effect.fnUntraced(
    function*(flags) {
      const { cursor, errors, find, limit, unsettled } = flags
      const client = yield* ApiClient
      const output = yield* Output
      const page = yield* client.processEvents.list({
        query: {
          limit,
          ...given("cursor", cursor),
          ...filterMembers(flags),
          ...given("q", find),
          ...(errors && { errorsOnly: "true" as const }),
          ...(unsettled && { settled: "false" as const })
        }
      })
      yield* output.result(page, (style) => [
        ...table(page.items, [
          { title: "RUN", of: ({ id }) => id },
          { title: "CREATED", of: ({ createdAt }) => second(createdAt) },
          { title: "STATE", of: ({ state }) => state, colour: ({ state }) => runColour(state) },
          { title: "ORDER", of: ({ orderId }) => orderId },
          { title: "PIPELINE", of: ({ pipeline }) => pipeline.name },
          {
            title: "FAILED",
            of: ({ failedStep, failedSteps }) => failedStep ?? (failedSteps === 0 ? "" : String(failedSteps))
          },
          { title: "REASON", of: ({ reason }) => reason ?? "", flexible: true }
        ], style),
        ...more(page.nextCursor)
      ])
    }
  )
).pipe(Command.withDescription("List process events, newest first"))

export const show = Command.make(
  "show",
  { run },
  Effect.fnUntraced(function*({ run }) {
    const client = yield* ApiClient
    const output = yield* Output
    const event = yield* client.processEvents.get({ params: { id: yield* runId(run) } })
    yield* output.result(event, (style) => lines(event, style))
  })
).pipe(Command.withDescription("Show a run as a timeline"))

export const callout = Command.make(
  "callout",
  {
    run: Argument.String("run").pipe(Argument.withDescription("The process event's id")),
    callout: Argument.String("callout").pipe(Argument.withDescription("The callout's id, as show --json has it"))
  },
  Effect.fnUntraced(function*({ callout: calloutId, run }) {
    const client = yield* ApiClient
    const output = yield* Output
    const found = yield* client.processEvents.callout({ params: { id: run, calloutId } })
    yield* output.result(found, (style) => calloutLines(found, style))
  })
).pipe(Command.withDescription("Show one attempt of a step: its request and its response, with bodies of any size"))

export const watch = Command.make(
  "watch",
  { run },
  Effect.fnUntraced(function*({ run }) {
    yield* follow(yield* runId(run))
  })
).pipe(Command.withDescription("Follow a run to its end; exit code 1 if it does not complete"))

export const cancel = Command.make(
  "cancel",
  {
    run,
    reason: reasonFlag,
    compensate: Flag.Boolean("compensate").pipe(
      Flag.withDescription("Undo what was completed, last first"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ compensate, reason, run }) {
    const client = yield* ApiClient
    const output = yield* Output
    const event = yield* client.processEvents.cancel({
      params: { id: yield* runId(run) },
      payload: { ...given("reason", reason), ...(compensate && { compensate }) }
    })
    yield* output.result(event, (style) => lines(event, style))
  })
).pipe(Command.withDescription("End a run: its call is aborted, and no later step starts"))

export const retry = Command.make(
  "retry",
  {
    run,
    from: textFlag("from", "The step to go on at; else where the run stopped"),
    pipeline: Flag.Literals("pipeline", ["original", "current"]).pipe(
      Flag.withDescription("In the version that ran, or in the newest"),
      Flag.optional
    ),
    reason: reasonFlag,
    newKey: Flag.Boolean("new-key").pipe(
      Flag.withDescription("Send under a new Idempotency-Key although the last outcome is unknown"),
      Flag.withDefault(false)
    ),
    wait: waitFlag
  },
  Effect.fnUntraced(function*({ from, newKey, pipeline, reason, run, wait }) {
    const client = yield* ApiClient
    const receipt = yield* client.retries.retry({
      params: { id: yield* runId(run) },
      headers: {},
      payload: {
        ...given("from", from),
        ...given("pipeline", pipeline),
        ...given("reason", reason),
        ...(newKey && { newKey })
      }
    })
    if ("processEvent" in receipt) return
    yield* opened(receipt, wait)
  })
).pipe(Command.withDescription("Go on with a run that ended, in a new run"))

export const process = Command.make(
  "process",
  {
    order: Argument.String("order").pipe(Argument.withDescription("The id of a stored order")),
    pipeline: textFlag("pipeline", "This pipeline; else the one that the order matches"),
    shipment: textFlag("shipment", "Scope the run to this shipment"),
    wait: waitFlag
  },
  Effect.fnUntraced(function*({ order, pipeline, shipment, wait }) {
    const client = yield* ApiClient
    const receipt = yield* client.orders.process({
      params: { id: order },
      headers: {},
      payload: { ...given("pipeline", pipeline), ...given("shipmentId", shipment) }
    })
    if ("processEvent" in receipt) return
    yield* opened(receipt, wait)
  })
).pipe(Command.withDescription("Run a pipeline over a stored order, in a new run"))

export const resolve = Command.make(
  "resolve",
  {
    run,
    step: Argument.String("step").pipe(
      Argument.withDescription("The id of the failed step, or of one that waits for a callback")
    ),
    reason: Flag.String("reason").pipe(Flag.withDescription("Why; kept with the step")),
    output: outputFlag
  },
  Effect.fnUntraced(function*({ output: written, reason, run, step }) {
    const client = yield* ApiClient
    const output = yield* Output
    const value = Option.isNone(written) ? undefined : yield* writtenJson(written.value)
    const event = yield* client.retries.resolve({
      params: { id: yield* runId(run), stepId: step },
      payload: { reason, ...(value !== undefined && { output: value }) }
    })
    yield* output.result(event, (style) => lines(event, style))
  })
).pipe(Command.withDescription("Settle a failed step by hand, or approve one that waits for a callback"))
