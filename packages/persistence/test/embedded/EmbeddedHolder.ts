/** A process for the tests to kill: holds an embedded PostgreSQL until it is told to end. */
import { Effect, Logger, Redacted } from "effect"
import { EmbeddedPostgres } from "../../src/embedded/EmbeddedPostgres.ts"

const hold = Effect.gen(function*() {
  const postgres = yield* EmbeddedPostgres.make({ dataDirectory: process.argv[2] ?? "", settings: { fsync: "off" } })
  const pid = yield* postgres.pid
  process.stdout.write(JSON.stringify({ url: Redacted.value(postgres.url), pid }) + "\n")
  return yield* Effect.never
})

// No logs: stdout carries the one line that the test waits for.
const fiber = Effect.runFork(Effect.scoped(hold).pipe(Effect.provide(Logger.layer([]))))
process.once("SIGTERM", () => fiber.interruptUnsafe())
