/**
 * Starts the partners and prints one line of JSON, `{ "log": origin, "partners": { name: origin } }`, when all of them
 * listen. `PARTNERS_HOST` (127.0.0.1), `PARTNERS_PORT` (free ports): the log's port, the partners take those after it.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Layer, Option } from "effect"
import { Partners } from "./Partners.ts"

const options = Config.all({
  host: Config.String("PARTNERS_HOST").pipe(Config.withDefault("127.0.0.1")),
  port: Config.option(Config.Port("PARTNERS_PORT"))
})

const announce = Effect.gen(function*() {
  const partners = yield* Partners
  yield* Console.log(JSON.stringify({ log: partners.log, partners: partners.origins }))
})

const launched = Layer.unwrap(
  Effect.map(options, ({ host, port }) =>
    Layer.effectDiscard(announce).pipe(
      Layer.provide(Partners.layerOptions(Option.match(port, {
        onNone: () => ({ host }),
        onSome: (port) => ({ host, port })
      })))
    ))
)

NodeRuntime.runMain(Layer.launch(launched))
