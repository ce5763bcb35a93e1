/** `whoami`: the rights of the key in use. */
import { ApiClient } from "@sluice/api/ApiClient"
import { Effect } from "effect"
import { Command } from "effect/cli"
import { Output } from "../terminal/Output.ts"

export const whoami = Command.make(
  "whoami",
  {},
  Effect.fnUntraced(function*() {
    const client = yield* ApiClient
    const output = yield* Output
    const access = yield* client.access.get()
    yield* output.result(access, () => [
      `${access.name ?? "anonymous: the server has no keys"}: ${access.roles.join(", ")}`,
      `may use what needs ${access.may.join(", ")}`
    ])
  })
).pipe(Command.withDescription("Say whose key is in use, and what it may do"))
