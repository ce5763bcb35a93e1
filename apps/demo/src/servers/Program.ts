/**
 * Another program of this repository, run by this process's own Node: started, watched, logged into a file, and asked to
 * stop with SIGTERM when the scope closes.
 */
import { Array, Deferred, Effect, Fiber, FileSystem, Schema, Stream } from "effect"
import { ChildProcess } from "effect/process"
import process from "node:process"
import { fileURLToPath } from "node:url"

/** The program ended before it was asked to. */
export class ProgramEnded extends Schema.TaggedError<ProgramEnded>()("ProgramEnded", {
  program: Schema.String,
  /** The exit code; absent if a signal ended the program. */
  exitCode: Schema.optionalKey(Schema.Int),
  lastLines: Schema.Array(Schema.String),
  logFile: Schema.String
}) {
  override get message(): string {
    const how = this.exitCode === undefined ? "was ended by a signal" : `ended with exit code ${this.exitCode}`
    return [`${this.program} ${how}; ${this.logFile} ends with:`, ...this.lastLines.map((line) => `  ${line}`)].join(
      "\n"
    )
  }
}

export interface Program {
  /** The first line of the program's output. */
  readonly firstLine: Effect.Effect<string, ProgramEnded>
  /** Fails when the program ends, and never succeeds. */
  readonly ended: Effect.Effect<never, ProgramEnded>
  /** Sends SIGTERM, waits, and returns the exit code; `undefined` if a signal ended the program. */
  readonly stop: Effect.Effect<number | undefined>
}

export interface ProgramOptions {
  /** The name of the program in messages. */
  readonly name: string
  readonly main: URL
  /** Variables added to this process's environment; `undefined` removes one. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The file that gets the program's output. */
  readonly logFile: string
}

const keptLines = 20

export const start = Effect.fnUntraced(function*(options: ProgramOptions) {
  const fs = yield* FileSystem.FileSystem
  const handle = yield* ChildProcess.make(
    process.execPath,
    ["--conditions=@sluice/source", fileURLToPath(options.main)],
    {
      env: { ...options.env },
      extendEnv: true,
      stdin: "ignore",
      // The server promises to stop within 30 s; a demo must not hang for ever on one that does not.
      forceKillAfter: "40 seconds"
    }
  )
  const first = yield* Deferred.make<string>()
  let lastLines: ReadonlyArray<string> = []
  const keep = (line: string) =>
    Effect.suspend(() => {
      lastLines = Array.takeRight([...lastLines, line], keptLines)
      return Deferred.succeed(first, line)
    })
  // Detached, because what the program says while it stops belongs into the log too; it ends with the program's output.
  const logging = yield* handle.all.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.tap(keep),
    Stream.map((line) => `${line}\n`),
    Stream.encodeText,
    Stream.run(fs.sink(options.logFile)),
    Effect.ignore,
    Effect.forkDetach
  )
  // A program that a signal ended has no exit code, which the handle reports as an error.
  const exitCode = Effect.catch(handle.exitCode, () => Effect.succeed(undefined))
  const ended = Effect.gen(function*() {
    const code = yield* exitCode
    yield* Fiber.await(logging)
    return yield* new ProgramEnded({
      program: options.name,
      ...(code === undefined ? {} : { exitCode: code }),
      lastLines,
      logFile: options.logFile
    })
  })
  const program: Program = {
    firstLine: Effect.raceFirst(Deferred.await(first), ended),
    ended,
    stop: Effect.ignore(handle.kill({ forceKillAfter: "40 seconds" })).pipe(Effect.andThen(exitCode))
  }
  return program
})
