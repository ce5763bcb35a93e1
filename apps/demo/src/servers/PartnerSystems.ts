/** The partner systems of `apps/partners`, started on free ports as a program of their own. */
import { Effect, Schema } from "effect"
import { start } from "./Program.ts"

/** The partners' output when they listen. */
const Announcement = Schema.fromJsonString(Schema.Struct({
  log: Schema.String,
  partners: Schema.Record(Schema.String, Schema.String)
}))

/** Starts the partner systems; returns the origin of the log, and each partner's by its name. */
export const startPartners = Effect.fnUntraced(function*(options: { readonly logFile: string }) {
  const program = yield* start({
    name: "apps/partners",
    main: new URL("../../../partners/src/main.ts", import.meta.url),
    env: { PARTNERS_HOST: undefined, PARTNERS_PORT: undefined },
    logFile: options.logFile
  })
  return yield* Effect.flatMap(program.firstLine, Schema.decodeEffect(Announcement))
})
