/** `cancel-many`, `retry-many`, `resolve-many`: act on every run that a filter selects, as a job. */
import { ApiClient } from "@sluice/api/ApiClient"
import type { Job, JobFilter, Matches } from "@sluice/api/internal/runs/JobsApi"
import { Outcome } from "@sluice/domain/callout/Outcome"
import { RunState } from "@sluice/domain/run/ProcessEvent"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { usage } from "../terminal/Failure.ts"
import { given, momentFlag, outputFlag, textFlag, writtenJson } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { followed, noWatch } from "./Followed.ts"

type Started = typeof Job.Type | typeof Matches.Type

const filterFlags = {
  reason: Flag.String("reason").pipe(Flag.withDescription("Why; kept with every run")),
  state: Flag.Literals("state", RunState.literals).pipe(Flag.withDescription("In this state"), Flag.optional),
  order: textFlag("order", "Over this order"),
  pipeline: textFlag("pipeline", "Of this pipeline"),
  step: textFlag("step", "In which the step of this id failed last"),
  failedStep: textFlag("failed-step", "The same as --step"),
  partner: textFlag("partner", "Whose failed step called this host last"),
  outcome: Flag.Literals("outcome", Outcome.literals).pipe(
    Flag.withDescription("Whose failed step's last call ended like this"),
    Flag.optional
  ),
  email: textFlag("email", "Over orders that hold this e-mail address"),
  part: textFlag("q", "With this in an id: 4 characters or more"),
  errors: Flag.Boolean("errors").pipe(Flag.withDescription("With a failed step"), Flag.withDefault(false)),
  unsettled: Flag.Boolean("unsettled").pipe(
    Flag.withDescription("Whose failure has not been dealt with"),
    Flag.withDefault(false)
  ),
  since: momentFlag("since", "Created after"),
  until: momentFlag("until", "Created before"),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Only count the runs, and change nothing"),
    Flag.withDefault(false)
  ),
  noWatch
}

interface Given {
  readonly state: Option.Option<RunState>
  readonly order: Option.Option<string>
  readonly pipeline: Option.Option<string>
  readonly step: Option.Option<string>
  readonly failedStep: Option.Option<string>
  readonly partner: Option.Option<string>
  readonly outcome: Option.Option<Outcome>
  readonly email: Option.Option<string>
  readonly part: Option.Option<string>
  readonly errors: boolean
  readonly unsettled: boolean
  readonly since: Option.Option<string>
  readonly until: Option.Option<string>
}

const filterOf = (flags: Given): typeof JobFilter.Type => ({
  ...given("state", flags.state),
  ...given("orderId", flags.order),
  ...given("pipeline", flags.pipeline),
  ...given("step", Option.orElse(flags.step, () => flags.failedStep)),
  ...given("partner", flags.partner),
  ...given("outcome", flags.outcome),
  ...given("email", flags.email),
  ...given("q", flags.part),
  ...(flags.errors && { errorsOnly: true }),
  ...(flags.unsettled && { settled: false }),
  ...given("createdAfter", flags.since),
  ...given("createdBefore", flags.until)
})

const selected = Effect.fnUntraced(function*(flags: Given) {
  const filter = filterOf(flags)
  return Object.keys(filter).length > 0
    ? filter
    : yield* usage("Say which runs: give at least one of --state, --pipeline, --partner, --step, --since, …")
})

const query = (dryRun: boolean) => dryRun ? { dryRun: "true" as const } : {}

const told = (job: typeof Job.Type) =>
  `${job.state}: ${job.done} done, ${job.failed} failed, ${job.skipped} skipped`
  + (job.total === undefined ? "" : ` of ${job.total}`)

/** A line for the cells that are away, on whose runs nothing is done. */
const missingLines = ({ missingCells }: Started): ReadonlyArray<string> =>
  missingCells === undefined
    ? []
    : [`without cells ${missingCells.join(", ")}, which are away: repeat it when they are back`]

/** Shows the count of a dry run, or the job to its end. */
const shown = Effect.fnUntraced(function*(started: Started, noWatch: boolean) {
  const client = yield* ApiClient
  const output = yield* Output
  if ("matches" in started) {
    return yield* output.result(started, () => [`${started.matches} runs match`, ...missingLines(started)])
  }
  if (!noWatch) yield* output.note(`job ${started.id}`)
  const job = noWatch ? started : yield* followed(started, client.jobs.get({ params: { id: started.id } }), told)
  yield* output.result(job, () => [
    ...(noWatch ? [told(job), `job ${job.id}`] : []),
    ...missingLines(started),
    ...job.problems.map(({ message, outcome, processEventId }) =>
      `  ${outcome} ${processEventId}${message === undefined ? "" : `: ${message}`}`
    )
  ])
})

export const retryMany = Command.make(
  "retry-many",
  {
    ...filterFlags,
    current: Flag.Boolean("current").pipe(
      Flag.withDescription("With the newest version of the pipeline"),
      Flag.withDefault(false)
    ),
    newKey: Flag.Boolean("new-key").pipe(
      Flag.withDescription("Under new keys, although calls of unknown outcome may have happened"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ current, dryRun, newKey, noWatch, reason, ...flags }) {
    const client = yield* ApiClient
    const started = yield* client.jobs.retryMany({
      query: query(dryRun),
      payload: {
        reason,
        filter: yield* selected(flags),
        ...(current && { pipeline: "current" as const }),
        ...(newKey && { newKey })
      }
    })
    yield* shown(started, noWatch)
  })
).pipe(
  Command.withDescription("Retry every run that a filter selects, as a job, and show how far it is"),
  Command.withExamples([{
    command: "sluice retry-many --state failed --since 8h --reason \"outage of billing\"",
    description: "The morning after an outage"
  }])
)

export const cancelMany = Command.make(
  "cancel-many",
  {
    ...filterFlags,
    compensate: Flag.Boolean("compensate").pipe(
      Flag.withDescription("Undo what was completed, last first"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ compensate, dryRun, noWatch, reason, ...flags }) {
    const client = yield* ApiClient
    const started = yield* client.jobs.cancelMany({
      query: query(dryRun),
      payload: { reason, filter: yield* selected(flags), ...(compensate && { compensate }) }
    })
    yield* shown(started, noWatch)
  })
).pipe(Command.withDescription("Cancel every open run that a filter selects, as a job, and show how far it is"))

export const resolveMany = Command.make(
  "resolve-many",
  {
    ...filterFlags,
    stepId: textFlag("step-id", "The step to settle; else every failed one, and one that waits for a callback"),
    output: outputFlag
  },
  Effect.fnUntraced(function*({ dryRun, noWatch, output, reason, stepId, ...flags }) {
    const client = yield* ApiClient
    const value = Option.isSome(output) ? { output: yield* writtenJson(output.value) } : {}
    const started = yield* client.jobs.resolveMany({
      query: query(dryRun),
      payload: { reason, filter: yield* selected(flags), ...given("stepId", stepId), ...value }
    })
    yield* shown(started, noWatch)
  })
).pipe(
  Command.withDescription(
    "Settle the failed steps of every run that a filter selects, or answer those that wait for a callback, as a job"
  )
)
