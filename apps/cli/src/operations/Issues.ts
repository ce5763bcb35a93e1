/** `issues`: failures grouped by what went wrong. */
import { ApiClient } from "@sluice/api/ApiClient"
import { IssueState } from "@sluice/domain/run/Issue"
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { more, second } from "../commands/Orders.ts"
import { facts } from "../terminal/Facts.ts"
import { cursorFlag, given, limitFlag, textFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"

const flags = {
  issue: Argument.String("issue").pipe(Argument.withDescription("The issue's id")),
  reason: textFlag("reason", "Why; kept in the audit")
}

const list = Command.make(
  "list",
  {
    state: Flag.Literals("state", IssueState.literals).pipe(Flag.withDescription("In this state"), Flag.optional),
    pipeline: textFlag("pipeline", "Of this pipeline"),
    limit: limitFlag,
    cursor: cursorFlag
  },
  Effect.fnUntraced(function*({ cursor, limit, pipeline, state }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.issues.list({
      query: { limit, ...given("cursor", cursor), ...given("state", state), ...given("pipeline", pipeline) }
    })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "ISSUE", of: ({ id }) => id },
        { title: "STATE", of: ({ state }) => state, colour: ({ state }) => state === "open" ? "red" : "yellow" },
        { title: "COUNT", of: ({ count }) => String(count) },
        { title: "UNSETTLED", of: ({ unsettled }) => String(unsettled) },
        { title: "PIPELINE", of: ({ pipeline }) => pipeline },
        { title: "STEP", of: ({ stepId }) => stepId },
        { title: "MESSAGE", of: ({ message }) => message, flexible: true }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(Command.withDescription("List issues; the one that failed last comes first"))

const show = Command.make(
  "show",
  { issue: flags.issue },
  Effect.fnUntraced(function*({ issue }) {
    const client = yield* ApiClient
    const output = yield* Output
    const found = yield* client.issues.get({ params: { id: issue } })
    yield* output.result(found, (style) => [
      `${style.paint(found.state === "open" ? "red" : "yellow", found.state)}  ${found.message}`,
      ...facts([
        ["pipeline", found.pipeline],
        ["step", found.stepId],
        ["outcome", found.outcome],
        ["runs", `${found.count}, ${found.unsettled} of them to be put right`],
        ["first", second(found.firstSeen)],
        ["last", second(found.lastSeen)],
        ["newest runs", found.sample.join(", ")]
      ], style)
    ])
  })
).pipe(Command.withDescription("Show an issue, with the newest of its runs"))

const acknowledge = Command.make(
  "acknowledge",
  flags,
  Effect.fnUntraced(function*({ issue, reason }) {
    const client = yield* ApiClient
    const output = yield* Output
    const answer = yield* client.issues.acknowledge({ params: { id: issue }, payload: given("reason", reason) })
    yield* output.result(answer, () => [`${answer.state}: ${answer.count} runs so far`])
  })
).pipe(Command.withDescription("Acknowledge an issue; further failures do not reopen it"))

const resolve = Command.make(
  "resolve",
  flags,
  Effect.fnUntraced(function*({ issue, reason }) {
    const client = yield* ApiClient
    const output = yield* Output
    const answer = yield* client.issues.resolve({ params: { id: issue }, payload: given("reason", reason) })
    yield* output.result(answer, () => [`${answer.state}: ${answer.count} runs so far`])
  })
).pipe(Command.withDescription("Resolve an issue; a further failure reopens it"))

const retry = Command.make(
  "retry",
  flags,
  Effect.fnUntraced(function*({ issue, reason }) {
    const client = yield* ApiClient
    const output = yield* Output
    const job = yield* client.issues.retry({ params: { id: issue }, payload: given("reason", reason) })
    yield* output.result(job, () => [`job ${job.id}`])
  })
).pipe(Command.withDescription("Retry the runs of an issue that have not been dealt with, as a job"))

export const issues = Command.make("issues").pipe(
  Command.withDescription("Show failures grouped by what went wrong, and deal with them"),
  Command.withSubcommands([list, show, acknowledge, resolve, retry])
)
