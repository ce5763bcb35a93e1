/** `jobs`, `job`, `stop`: lists the jobs that act on many runs, shows the progress of one, and cancels one. */
import { ApiClient } from "@sluice/api/ApiClient"
import { JobKind, JobState } from "@sluice/domain/run/Job"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { more, second } from "../commands/Orders.ts"
import { facts } from "../terminal/Facts.ts"
import { usage } from "../terminal/Failure.ts"
import { cursorFlag, given, limitFlag, textFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"
import { isOver } from "./Followed.ts"

const show = Command.make(
  "show",
  { job: Argument.String("job").pipe(Argument.withDescription("The job's id")) },
  Effect.fnUntraced(function*({ job }) {
    const client = yield* ApiClient
    const output = yield* Output
    const found = yield* client.jobs.get({ params: { id: job } })
    yield* output.result(found, (style) => [
      `${found.kind} ${found.state}: ${found.reason}`,
      ...facts([
        ["runs", found.total],
        ["done", found.done],
        ["failed", found.failed],
        ["skipped", found.skipped],
        ["filter", found.filter === undefined ? undefined : JSON.stringify(found.filter)],
        ["by", found.requestedBy],
        ["created", second(found.createdAt)],
        ["started", found.startedAt === undefined ? undefined : second(found.startedAt)],
        ["finished", found.finishedAt === undefined ? undefined : second(found.finishedAt)]
      ], style),
      ...found.problems.map(({ message, outcome, processEventId }) =>
        `  ${outcome} ${processEventId}${message === undefined ? "" : `: ${message}`}`
      )
    ])
  })
).pipe(Command.withDescription("Show a job: how far it is, and the first runs that failed or were skipped"))

export const jobs = Command.make(
  "jobs",
  {
    kind: Flag.Literals("kind", JobKind.literals).pipe(Flag.withDescription("Of this kind"), Flag.optional),
    state: Flag.Literals("state", JobState.literals).pipe(Flag.withDescription("In this state"), Flag.optional),
    limit: limitFlag,
    cursor: cursorFlag
  },
  Effect.fnUntraced(function*({ cursor, kind, limit, state }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.jobs.list({
      query: { limit, ...given("cursor", cursor), ...given("kind", kind), ...given("state", state) }
    })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "JOB", of: ({ id }) => id },
        { title: "KIND", of: ({ kind }) => kind },
        { title: "STATE", of: ({ state }) => state },
        {
          title: "DONE",
          of: ({ done, failed, skipped, total }) =>
            `${done + failed + skipped}${total === undefined ? "" : `/${total}`}`
        },
        { title: "REASON", of: ({ reason }) => reason, flexible: true }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(
  Command.withDescription("List jobs, newest first, or show one"),
  Command.withSubcommands([show])
)

export const job = Command.make(
  "job",
  {
    job: Argument.String("job").pipe(Argument.withDescription("The job's id")),
    limit: limitFlag,
    cursor: cursorFlag
  },
  Effect.fnUntraced(function*({ cursor, job, limit }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.jobs.items({ params: { id: job }, query: { limit, ...given("cursor", cursor) } })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "RUN", of: ({ processEventId }) => processEventId },
        { title: "OUTCOME", of: ({ outcome }) => outcome },
        { title: "MESSAGE", of: ({ message }) => message ?? "", flexible: true }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(Command.withDescription("List the runs that a job has acted on, newest first"))

export const stop = Command.make(
  "stop",
  {
    job: Argument.String("job").pipe(Argument.withDescription("The id that the job or the replay was given")),
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
      : client.jobs.cancel({ params: { id: job } })
    yield* output.result(stopped, () => [`${isOver(stopped.state) ? stopped.state : "stopping"}: ${stopped.id}`])
  })
).pipe(Command.withDescription("End a job or a replay; what it has begun goes on"))
