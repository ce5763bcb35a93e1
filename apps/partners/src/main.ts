#!/usr/bin/env node
/**
 * Starts the partners and prints one line of JSON, `{ "log": origin, "partners": { name: origin } }`, when all of them
 * listen. Flags win over `PARTNERS_HOST`, `PARTNERS_PORT`, `PARTNERS_SEED` and `PARTNERS_SCRIPT`. Ends with SIGINT or
 * SIGTERM.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Config, Console, Effect, FileSystem, Layer, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import process from "node:process"
import { Partners, type PartnersOptions } from "./Partners.ts"

const flags = {
  host: Flag.String("host").pipe(Flag.withDescription("Where to listen; default 127.0.0.1"), Flag.optional),
  port: Flag.Int("port").pipe(
    Flag.withDescription("The log's port; the partners take those after it. Default: free ones"),
    Flag.optional
  ),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("Where numbers start, and how the dice of `chaotic` fall; default 1"),
    Flag.optional
  ),
  script: Flag.String("script").pipe(
    Flag.withDescription(`A JSON file, { "<partner>": [items] }: what partners do with their first requests`),
    Flag.optional
  )
}

class ScriptUnreadable extends Schema.TaggedError<ScriptUnreadable>()("ScriptUnreadable", { message: Schema.String }) {}

const scriptIn = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(file).pipe(
    Effect.mapError(({ message }) => new ScriptUnreadable({ message: `${file} cannot be read: ${message}` }))
  )
  return yield* Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: (error) => new ScriptUnreadable({ message: `${file} is not JSON: ${String(error)}` })
  })
})

/** The flag, else the environment. */
const either = <A>(flag: Option.Option<A>, config: Config.Config<A>) =>
  Option.isSome(flag) ? Effect.succeed(flag) : Config.option(config)

const launch = Effect.fnUntraced(function*(given: {
  readonly host: Option.Option<string>
  readonly port: Option.Option<number>
  readonly seed: Option.Option<number>
  readonly script: Option.Option<string>
}) {
  const host = yield* either(given.host, Config.String("PARTNERS_HOST"))
  const port = yield* either(given.port, Config.Port("PARTNERS_PORT"))
  const seed = yield* either(given.seed, Config.Int("PARTNERS_SEED"))
  const file = yield* either(given.script, Config.String("PARTNERS_SCRIPT"))
  const scripts = Option.isSome(file) ? yield* scriptIn(file.value) : undefined
  const options: PartnersOptions = {
    ...(Option.isSome(host) && { host: host.value }),
    ...(Option.isSome(port) && { port: port.value }),
    ...(Option.isSome(seed) && { seed: seed.value }),
    ...(scripts !== undefined && { scripts })
  }
  const announce = Effect.gen(function*() {
    const partners = yield* Partners
    yield* Console.log(JSON.stringify({ log: partners.log, partners: partners.origins }))
  })
  return yield* Layer.launch(Layer.effectDiscard(announce).pipe(Layer.provide(Partners.layerOptions(options))))
})

const command = Command.make("sluice-partners", flags, launch).pipe(
  Command.withDescription(
    "Partner systems to test against: well-behaved, misbehaving, a local Salesforce and a local Zuora"
  )
)

Command.runWith(command, { version: "0.1.0" })(process.argv.slice(2).filter((word) => word !== "--")).pipe(
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
