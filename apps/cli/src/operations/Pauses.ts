/** `pipelines pause`, `pipelines resume`: hold the runs of a pipeline back, and let them go. */
import { ApiClient } from "@sluice/api/ApiClient"
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Output } from "../terminal/Output.ts"

const flags = {
  pipeline: Argument.String("pipeline").pipe(Argument.withDescription("The pipeline's name")),
  reason: Flag.String("reason").pipe(Flag.withDescription("Why; kept with the pipeline and in the audit"))
}

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

export const pipelines = Command.make("pipelines").pipe(
  Command.withDescription("Pause a pipeline, or resume it"),
  Command.withSubcommands([pause, resume])
)
