import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import { inspect } from "node:util"
import { KnownSecrets } from "../../src/telemetry/KnownSecrets.ts"
import * as RedactedLogs from "../../src/telemetry/RedactedLogs.ts"

const stored = "zq+stored/secret'zq"
const environment = {
  SLUICE_API_KEYS: "ops=zq-key-of-operations-zq,read:read=zq-key-of-readers-zq",
  SLUICE_ENCRYPTION_KEY: "zq/key+of+the+vault/zq=,zq/another+key+zq=",
  DATABASE_URL: "postgres://sluice:zq%2Bpassword%2Bzq@db/sluice",
  SLUICE_EGRESS_PROXY: "http://user:zq-of-the-proxy-zq@proxy:3128",
  OTEL_EXPORTER_OTLP_HEADERS: "x-key=zq-of-telemetry-zq"
}
const secrets = [
  stored,
  encodeURIComponent(stored),
  "zq-key-of-operations-zq",
  "zq-key-of-readers-zq",
  "zq/key+of+the+vault/zq=",
  "zq/another+key+zq=",
  "zq%2Bpassword%2Bzq",
  "zq+password+zq",
  "zq-of-the-proxy-zq",
  "zq-of-telemetry-zq"
]

const levels = ["Fatal", "Error", "Warn", "Info", "Debug", "Trace"] as const

it.effect("no known secret is logged at any level in a message, in data or in a cause", () => {
  const logged: Array<string> = []
  const sink = Logger.make(({ cause, message }) => void logged.push(inspect([message, cause], { depth: 9 })))
  return Effect.gen(function*() {
    const known = yield* KnownSecrets
    const learnt = [stored]
    known.learnFrom(() => learnt)
    const logs = Layer.provide(RedactedLogs.layer, Layer.succeed(KnownSecrets, known))
    yield* Effect.gen(function*() {
      for (const secret of secrets) {
        for (const level of levels) {
          yield* Effect.logWithLevel(level)(`a ${secret}`, { inside: [secret] }, new Error(`of ${secret}`))
        }
        const failed = Effect.fail({ _tag: "Planted", message: secret })
        const broken = Effect.die(new Error("outer", { cause: new Error(secret) }))
        for (const effect of [failed, broken]) {
          yield* Effect.catchCause(effect, (cause) => Effect.logError("caught", cause))
        }
      }
      yield* Effect.logInfo("nothing secret", { a: 1 })
    }).pipe(Effect.provide(logs))
    assert.strictEqual(logged.length, secrets.length * (levels.length + 2) + 1)
    assert.notMatch(logged.join("\n"), /zq/)
    assert.include(logged.join("\n"), "nothing secret")
  }).pipe(
    Effect.provide([KnownSecrets.layer(environment), Logger.layer([sink])]),
    Effect.provideService(References.MinimumLogLevel, "All")
  )
})

it.effect("a name in a message makes no line and no colour of its own", () => {
  const logged: Array<unknown> = []
  const sink = Logger.make(({ message }) => void logged.push(message))
  return Effect.gen(function*() {
    yield* Effect.provide(
      Effect.logWarning("endpoint a\n12:00 INFO: forged \u001b[31m\u2028\u009b\tb"),
      Layer.provide(RedactedLogs.layer, KnownSecrets.layer({}))
    )
    assert.deepStrictEqual(logged.flat(), ["endpoint a\\n12:00 INFO: forged \\u001b[31m\\u2028\\u009b\tb"])
  }).pipe(Effect.provide(Logger.layer([sink])))
})
