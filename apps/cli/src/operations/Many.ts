/** `cancel-many`, `retry-many`, `resolve-many`: act on every run that a filter selects, as a job. */
import { ApiClient } from "@sluice/api/ApiClient"
import type { Job, JobFilter, Matches } from "@sluice/api/internal/runs/JobsApi"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { filterMembers, type RunFilter, runFilterFlags } from "../commands/RunFilter.ts"
import { usage } from "../terminal/Failure.ts"
import { given, outputFlag, textFlag, writtenJson } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { followed, noWatch } from "./Followed.ts"

type Started = typeof Job.Type | typeof Matches.Type

const filterFlags = {
  reason: Flag.String("reason").pipe(Flag.withDescription("Why; kept with every run")),
  ...runFilterFlags,
  failedStep: textFlag("failed-step", "The same as --step"),
  part: textFlag("q", "With this in an id: 4 characters or more"),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Only count the runs, and change nothing"),
    Flag.withDefault(false)
  ),
  noWatch
}

interface Given extends RunFilter {
  readonly failedStep: Option.Option<string>
  readonly part: Option.Option<string>
}

const filterOf = (flags: Given): typeof JobFilter.Type => ({
  ...filterMembers({ ...flags, step: Option.orElse(flags.step, () => flags.failedStep) }),
  ...given("q", flags.part),
  ...(flags.errors && { errorsOnly: true }),
  ...(flags.unsettled && { settled: false })
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
