/** `simulate` and `plan`: what a pipeline would do, sending nothing. */
import { ApiClient } from "@sluice/api/ApiClient"
import type { PlannedStep, SimulatedRun } from "@sluice/api/internal/runs/Simulations"
import type { StepState } from "@sluice/domain/run/ProcessEvent"
import { runColour, stepMark } from "@sluice/terminal/RunTimeline"
import { cut, type Style, wrap } from "@sluice/terminal/Style"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { usage } from "../terminal/Failure.ts"
import { document, given, textFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"

const pipeline = Argument.String("pipeline").pipe(Argument.withDescription("The pipeline's name"))
const definition = textFlag("definition", "A file with the pipeline to simulate; else the stored one")

const definitionOf = (file: Option.Option<string>) =>
  Option.isNone(file) ? Effect.succeed({}) : Effect.map(document(file.value), (read) => ({ definition: read }))

/** The largest number of differing runs that are shown; `--json` has all. */
const mostShown = 20

const runLines = (run: SimulatedRun, style: Style): ReadonlyArray<string> => {
  const end = run.before === undefined || run.before.state === run.after.state
    ? run.after.state
    : `${run.before.state} → ${run.after.state}`
  return [
    `${style.paint("bold", style.bounded ? cut(run.orderId, style.width - end.length - 2) : run.orderId)}  ${
      style.paint(runColour(run.after.state), end)
    }`,
    ...run.differences.map(({ after, before, kind, stepId }) =>
      cut(
        `  ${stepId} ${kind}${before === undefined ? "" : ` ${JSON.stringify(before)}`}${
          after === undefined ? "" : ` → ${JSON.stringify(after)}`
        }`,
        style.width
      )
    ),
    ...(run.unanswered.length === 0 ? [] : [`  no recorded answer: ${run.unanswered.join(", ")}`])
  ]
}

export const simulate = Command.make(
  "simulate",
  {
    pipeline,
    definition,
    last: Flag.Int("last").pipe(Flag.withDescription("How many of its last runs; default 100"), Flag.optional),
    orders: Flag.String("order").pipe(
      Flag.withDescription("Instead the last run of this order; may be repeated"),
      Flag.atLeast(0)
    )
  },
  Effect.fnUntraced(function*({ definition, last, orders, pipeline }) {
    const client = yield* ApiClient
    const output = yield* Output
    const answer = yield* client.pipelines.simulate({
      params: { id: pipeline },
      payload: { ...yield* definitionOf(definition), ...given("lastRuns", last), ...(orders.length > 0 && { orders }) }
    })
    const changed = answer.items.filter(({ same }) => !same)
    yield* output.result(answer, (style) => [
      ...changed.slice(0, mostShown).flatMap((run) => runLines(run, style)),
      ...(changed.length > mostShown ? [`… and ${changed.length - mostShown} more: --json has all`] : []),
      `${answer.items.length} ${answer.items.length === 1 ? "run" : "runs"}: ${
        answer.items.length - changed.length
      } the same, ${changed.length} not`
    ])
  })
).pipe(Command.withDescription("What a pipeline would have done with runs on record, sending nothing"))

const stepLines = (step: typeof PlannedStep.Type, style: Style): ReadonlyArray<string> => {
  const [mark, colour] = step.state === "unknown" ? ["?", "yellow"] as const : stepMark(step.state as StepState)
  return [
    `${style.paint(colour, mark)} ${style.paint("bold", step.stepId)}  ${style.paint("dim", step.name)} ${step.state}`,
    ...step.requests.flatMap(({ answered, body, delivery, endpoint, headers, method }) => [
      cut(
        `    ${method} ${endpoint}${delivery === true ? "  (queued)" : answered ? "  (answered on record)" : ""}`,
        style.width
      ),
      ...Object.entries(headers).map(([name, value]) =>
        style.paint("dim", cut(`      ${name}: ${value}`, style.width))
      ),
      ...(body === ""
        ? []
        : JSON.stringify(body, undefined, 2).split("\n").map((line) => cut(`      ${line}`, style.width)))
    ]),
    ...wrap(step.error ?? step.reason, style.width - 8).map((line) => `    ${style.paint("dim", line)}`)
  ]
}

export const plan = Command.make(
  "plan",
  {
    pipeline,
    definition,
    order: textFlag("order", "A file with the order as it would be submitted, or - for standard input"),
    orderId: textFlag("order-id", "Or the id of a stored order")
  },
  Effect.fnUntraced(function*({ definition, order, orderId, pipeline }) {
    const client = yield* ApiClient
    const output = yield* Output
    if (Option.isSome(order) === Option.isSome(orderId)) {
      return yield* usage("Say which order: --order <file> or --order-id <id>")
    }
    const subject = Option.isSome(order) ? { order: yield* document(order.value) } : given("orderId", orderId)
    const answer = yield* client.pipelines.simulate({
      params: { id: pipeline },
      payload: { ...yield* definitionOf(definition), ...subject }
    })
    const [run] = answer.items
    yield* output.result(run, (style) =>
      run === undefined ? [] : [
        ...(run.plan ?? []).flatMap((step) => stepLines(step, style)),
        `would end ${run.after.state}${
          run.unanswered.length === 0 ? "" : ` if all goes well; no recorded answer: ${run.unanswered.join(", ")}`
        }`
      ])
  })
).pipe(Command.withDescription("The requests that a pipeline would send for one order, redacted, sending nothing"))
