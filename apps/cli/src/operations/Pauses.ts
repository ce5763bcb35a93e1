/** `pipelines`: pauses and resumes a pipeline, and lists the versions of its definition. */
import { ApiClient } from "@sluice/api/ApiClient"
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { more, second } from "../commands/Orders.ts"
import { cursorFlag, given, limitFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"

const flags = {
  pipeline: Argument.String("pipeline").pipe(Argument.withDescription("The pipeline's name")),
  reason: Flag.String("reason").pipe(Flag.withDescription("Why; kept with the pipeline and in the audit"))
}

/** The steps of a definition by id, else by plugin. */
const stepIds = (steps: unknown): string =>
  Array.isArray(steps)
    ? steps.map((step: { readonly id?: string; readonly name?: string }) => step.id ?? step.name ?? "").join(", ")
    : ""

const pause = Command.make(
  "pause",
  flags,
  Effect.fnUntraced(function*({ pipeline, reason }) {
    const client = yield* ApiClient
    const output = yield* Output
    const setting = yield* client.pipelines.pause({ params: { id: pipeline }, payload: { reason } })
    yield* output.result(setting, () => [`${pipeline} is paused: orders are taken in and stay queued`])
  })
).pipe(Command.withDescription("Start no further run of the pipeline; what runs goes on"))

const resume = Command.make(
  "resume",
  flags,
  Effect.fnUntraced(function*({ pipeline, reason }) {
    const client = yield* ApiClient
    const output = yield* Output
    const setting = yield* client.pipelines.resume({ params: { id: pipeline }, payload: { reason } })
    yield* output.result(setting, () => [`${pipeline} goes on: its queued runs start`])
  })
).pipe(Command.withDescription("Start the queued runs of a paused pipeline"))

const versions = Command.make(
  "versions",
  { pipeline: flags.pipeline, limit: limitFlag, cursor: cursorFlag },
  Effect.fnUntraced(function*({ cursor, limit, pipeline }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.pipelines.versions({
      params: { id: pipeline },
      query: { limit, ...given("cursor", cursor) }
    })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "VERSION", of: ({ version }) => String(version) },
        { title: "SAVED", of: ({ updatedAt }) => second(updatedAt) },
        { title: "STEPS", of: ({ steps }) => stepIds(steps), flexible: true }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(
  Command.withDescription("List the versions of a pipeline, newest first; settings get pipeline --version prints one")
)

export const pipelines = Command.make("pipelines").pipe(
  Command.withDescription("Pause a pipeline, resume it, or list its versions"),
  Command.withSubcommands([pause, resume, versions])
)
