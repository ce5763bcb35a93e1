/** Reads the input of commands: JSON from a file or standard input, and times as people write them. */
import { maxLimit, Moment } from "@sluice/api/wire/Paging"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import { decodeFile } from "@sluice/domain/internal/json/Utf8"
import { type Json, parse } from "@sluice/domain/json/Json"
import { Clock, Effect, FileSystem, Option, Schema, Stdio, Stream } from "effect"
import { Argument, Flag } from "effect/cli"
import { usage } from "./Failure.ts"

const fromStdin = Effect.flatMap(Stdio.Stdio, ({ stdin }) => Stream.mkUint8Array(stdin))

const bytesOf = Effect.fnUntraced(function*(file: string) {
  if (file === "-") return yield* Effect.mapError(fromStdin, ({ message }) => usage(`standard input: ${message}`))
  const files = yield* FileSystem.FileSystem
  return yield* Effect.mapError(
    files.readFile(file),
    () => usage(`${file} cannot be read: correct the path, or give - for standard input`)
  )
})

/** The content of `file`; `-` means standard input. */
export const text = Effect.fnUntraced(function*(file: string) {
  const read = decodeFile(yield* bytesOf(file))
  return read ?? (yield* usage(`${file === "-" ? "standard input" : file} is not UTF-8: save it in UTF-8`))
})

export const json = Effect.fnUntraced(function*(file: string) {
  const read = yield* text(file)
  return yield* Effect.try({
    try: (): Json => parse(read),
    catch: (error) =>
      usage(`${file === "-" ? "standard input" : file} is not JSON: ${error instanceof Error ? error.message : error}`)
  })
})

/**
 * Reads JSON that is written on the command line; a text that is no JSON is the path of a file, and `-` means standard
 * input.
 */
export const writtenJson = Effect.fnUntraced(function*(written: string) {
  const value = yield* Effect.option(Effect.try(() => parse(written)))
  if (Option.isSome(value)) return value.value
  const files = yield* FileSystem.FileSystem
  const isFile = written === "-" || (yield* Effect.orElseSucceed(files.exists(written), () => false))
  if (!isFile) {
    return yield* usage(`${written} is neither JSON nor the name of a file: write '{ "by": "mary" }', a path, or -`)
  }
  return yield* json(written)
})

const objectIn = (value: Json, source: string) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Effect.succeed(value as Readonly<Record<string, Json>>)
    : usage(`${source === "-" ? "standard input" : source} holds no JSON object`)

/** Reads a JSON file or standard input that must hold an object. */
export const document = Effect.fnUntraced(function*(file: string) {
  return yield* objectIn(yield* json(file), file)
})

/** The object that `writtenJson` reads. */
export const writtenObject = Effect.fnUntraced(function*(written: string) {
  return yield* objectIn(yield* writtenJson(written), written)
})

export const fileArgument = Argument.String("file").pipe(
  Argument.withDescription("A JSON file, or - for standard input"),
  Argument.withDefault("-")
)

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `2h`, `30m`, `7d` ago, or a date or moment as it is written. */
const moment = Effect.fnUntraced(function*(written: string) {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(written) ?? []
  if (count === undefined || unit === undefined) return written
  const now = yield* Clock.currentTimeMillis
  return isoOf(now - Number(count) * (units[unit] ?? 0))
})

/** An optional moment, ready for a query. */
export const momentFlag = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(`${description}: 2h, 30m, 7d ago, or a date or moment like 2026-11-22T08:00:00Z`),
    Flag.mapEffect(moment),
    Flag.filter(
      Schema.is(Moment),
      () => "write 2h, 30m or 7d for so long ago, or a date or moment like 2026-11-22T08:00:00Z"
    ),
    Flag.optional
  )

/** An optional text. */
export const textFlag = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

/** An optional version of an order or a setting. */
export const versionFlag = (name: string, description: string) =>
  Flag.Int(name).pipe(
    Flag.withDescription(description),
    Flag.filter((version) => version >= 1, () => "a version is 1 or more"),
    Flag.optional
  )

/** The result of a step that is settled by hand, as `writtenJson` reads it. */
export const outputFlag = textFlag(
  "output",
  "The step's output, or the callback's body: JSON, a JSON file, or - for standard input"
)

export const reasonFlag = textFlag("reason", "Why; kept with the run")

/** A record with the member `name` if an option was given, else an empty one: for spreading. */
export const given = <Name extends string, A>(name: Name, value: Option.Option<A>): { readonly [N in Name]?: A } =>
  Option.isSome(value) ? { [name]: value.value } as { readonly [N in Name]: A } : {}

export const limitFlag = Flag.Int("limit").pipe(
  Flag.withDescription("How many, 1 to 200"),
  Flag.filter((limit) => limit >= 1 && limit <= maxLimit, () => `from 1 to ${maxLimit}`),
  Flag.withDefault(50)
)
export const cursorFlag = textFlag("cursor", "Go on after the page that named it")
