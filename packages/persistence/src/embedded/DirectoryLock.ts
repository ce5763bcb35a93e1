/**
 * Says which process a data directory belongs to. The lock is a file with the
 * owner in it; one whose owner is dead, or whose process id now belongs to
 * another, counts for nothing, so a kill -9 leaves nothing to clean up.
 */
import { Effect, Option, Schema } from "effect"
import { randomUUID } from "node:crypto"
import { link, readFile, rename, rm, writeFile } from "node:fs/promises"
import { DirectoryInUse, EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"
import * as OsProcess from "./OsProcess.ts"

const Owner = Schema.fromJsonString(Schema.Struct({ pid: Schema.Int, identity: Schema.String }))
const decode = Schema.decodeUnknownOption(Owner)
const encode = Schema.encodeSync(Owner)

const { attempt } = EmbeddedPostgresError

/** The process that holds the lock and is alive. A file that cannot be read through was never whole: no owner. */
export const holder = Effect.fnUntraced(function*(path: string) {
  const text = yield* Effect.option(Effect.tryPromise(() => readFile(path, "utf8")))
  const owner = Option.flatMap(text, decode)
  if (Option.isNone(owner)) return Option.none<number>()
  const now = yield* OsProcess.identify(owner.value.pid)
  const same = Option.exists(now, (identity) => identity === owner.value.identity || identity === "unknown")
  return same ? Option.some(owner.value.pid) : Option.none<number>()
})

const take = Effect.fnUntraced(function*(directory: string, path: string) {
  const identity = Option.getOrElse(yield* OsProcess.identify(process.pid), () => "unknown")
  const mine = `${path}.${randomUUID()}`
  yield* attempt(
    `write in ${directory} (it must belong to the user that runs Sluice)`,
    () => writeFile(mine, encode({ pid: process.pid, identity }), { mode: 0o600 })
  )
  // link(2) makes the whole file appear at once, and fails if there is one.
  const linked = attempt(
    `lock ${directory}`,
    () =>
      link(mine, path).then(() => true, (error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") return false
        throw error
      })
  )
  const inUse = (pid: number) => new DirectoryInUse({ directory, pid })
  return yield* Effect.gen(function*() {
    while (!(yield* linked)) {
      const before = yield* holder(path)
      if (Option.isSome(before)) return yield* inUse(before.value)
      // Put the dead owner's aside; if another start was quicker, it is hers that we moved: hand it back.
      const aside = `${mine}.aside`
      yield* Effect.ignore(Effect.tryPromise(() => rename(path, aside)))
      const moved = yield* holder(aside)
      if (Option.isSome(moved)) {
        yield* Effect.ignore(Effect.tryPromise(() => link(aside, path)))
        return yield* inUse(moved.value)
      }
    }
    return path
  }).pipe(
    Effect.ensuring(
      Effect.promise(() => Promise.all([rm(mine, { force: true }), rm(`${mine}.aside`, { force: true })]))
    )
  )
})

/** Holds the directory by that file until the scope closes; {@link DirectoryInUse} if a living process has it. */
export const acquire = (directory: string, file: string) =>
  Effect.acquireRelease(
    take(directory, `${directory}/${file}`),
    (path) => Effect.promise(() => rm(path, { force: true }))
  )
