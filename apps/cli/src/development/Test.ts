/** `test`: runs orders against pipelines with scripted answers, for the CI of those who write pipelines. */
import { Effect, Path, Schema } from "effect"
import { Argument, Command } from "effect/cli"
import process from "node:process"
import { exitCodes, Failure, usage } from "../terminal/Failure.ts"
import { document, json } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"

/** Values of `{ "env": "NAME" }`: no test needs the real ones. */
const environment = (name: string): string => process.env[name] ?? `test-value-of-${name}`

const one = Effect.fnUntraced(function*(file: string) {
  // The other commands start without the engine.
  const { faultsOf, OrderTest, outcomeOf } = yield* Effect.promise(() => import("./OrderTest.ts"))
  const { dirname, join } = yield* Path.Path
  const test = yield* Effect.mapError(
    Schema.decodeUnknownEffect(OrderTest)(yield* json(file)),
    ({ message }) => usage(`${file} is no test: ${message}`)
  )
  const settings = typeof test.settings === "string"
    ? yield* document(join(dirname(file), test.settings))
    : test.settings
  const outcome = yield* outcomeOf(test, settings, environment).pipe(
    Effect.mapError((error) => {
      const faults = "faults" in error ? error.faults.map(({ message, path }) => `  ${path}: ${message}`) : []
      return usage([`${file} cannot be run: ${error._tag}`, ...faults].join("\n"))
    })
  )
  return { file, faults: faultsOf(test.expect, outcome), outcome }
})

export const test = Command.make(
  "test",
  { files: Argument.String("file").pipe(Argument.withDescription("JSON files"), Argument.variadic({ min: 1 })) },
  Effect.fnUntraced(function*({ files }) {
    const output = yield* Output
    const results = yield* Effect.forEach(
      files,
      (file) =>
        one(file).pipe(Effect.tap(({ faults }) =>
          output.note([
            `${faults.length === 0 ? "✓" : "✗"} ${file}`,
            ...faults.map((fault) => `    ${fault}`)
          ].join("\n"))
        ))
    )
    const failed = results.filter(({ faults }) => faults.length > 0).length
    yield* output.result(results, () => [`${results.length - failed} as expected, ${failed} not`])
    if (failed > 0) {
      return yield* new Failure({
        message: `${failed} of ${results.length} tests failed`,
        code: exitCodes.notCompleted
      })
    }
  })
).pipe(
  Command.withDescription(
    "Run orders locally against pipelines with scripted answers, and compare the results with the expected ones"
  ),
  Command.withExamples([{ command: "sluice test orders/*.test.json", description: "In your own CI" }])
)
