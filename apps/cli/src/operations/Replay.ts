/** `replay`: sends again what a webhook endpoint was sent, watched to its end. */
import { ApiClient } from "@sluice/api/ApiClient"
import { DeliveryState } from "@sluice/domain/webhook/Delivery"
import { DateTime, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { given, momentFlag, textFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { followed, noWatch } from "./Followed.ts"

const yesterday = (since: Option.Option<string>) =>
  Option.isSome(since)
    ? Effect.succeed(since.value)
    : Effect.map(DateTime.now, (now) => DateTime.formatIso(DateTime.subtract(now, { hours: 24 })))

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
    id: textFlag("id", "Show this replay, which goes on already, instead of starting one"),
    noWatch
  },
  Effect.fnUntraced(function*({ endpoint, id, noWatch, since, states, types, until }) {
    const client = yield* ApiClient
    const output = yield* Output
    const started = yield* Option.isSome(id)
      ? client.webhookEndpoints.getReplay({ params: { id: endpoint, replayId: id.value } })
      : client.webhookEndpoints.replay({
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
