/**
 * Says which process a data directory belongs to. The lock is a file with the
 * owner in it; one whose owner is dead, or whose process id now belongs to
 * another, counts for nothing, so a kill -9 leaves nothing to clean up.
 */
import { Effect, Option, Schema } from "effect"
import { createHash, randomUUID } from "node:crypto"
import { link, readFile, rename, rm, writeFile } from "node:fs/promises"
import { DirectoryInUse, EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"
import * as OsProcess from "./OsProcess.ts"

const Owner = Schema.fromJsonString(Schema.Struct({ pid: Schema.Int, identity: Schema.String }))
const decode = Schema.decodeUnknownOption(Owner)
const encode = Schema.encodeSync(Owner)

const { attempt } = EmbeddedPostgresError

/** Reads the lock; none if it is absent. An unreadable lock is an error, since it would be retried for ever. */
const read = (path: string) =>
  attempt(`read the lock ${path}`, () =>
    readFile(path, "utf8").then(Option.some, (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return Option.none<string>()
      throw error
    }))
const drop = (path: string) => Effect.promise(() => rm(path, { force: true }))

/** The living process that wrote this; none if it ended, or if the text is no owner's. */
const livingOwner = Effect.fnUntraced(function*(text: string) {
  const owner = decode(text)
  if (Option.isNone(owner)) return Option.none<number>()
  const now = yield* OsProcess.identify(owner.value.pid)
  const same = Option.exists(now, (identity) => identity === owner.value.identity || identity === "unknown")
  return same ? Option.some(owner.value.pid) : Option.none<number>()
})

/** The process that holds the lock and is alive. */
export const holder = Effect.fnUntraced(function*(path: string) {
  const text = yield* read(path)
  return Option.isNone(text) ? Option.none<number>() : yield* livingOwner(text.value)
})

/** link(2) makes the whole file appear at once, and says if there is one. */
const appear = (mine: string, path: string) =>
  attempt(`lock ${path}`, () =>
    link(mine, path).then(() => true, (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false
      throw error
    }))

/**
 * Makes `path` a copy of `mine`, instead of a dead owner's if need be. Only who
 * holds the guard named after the dead owner's text may replace it, and only
 * while it is still that text: of many that find it dead, one succeeds. Guards
 * are taken like locks, since their owners may die too.
 */
const claim = Effect.fn("DirectoryLock.claim")(function*(
  directory: string,
  path: string,
  mine: string
): Effect.fn.Return<void, DirectoryInUse | EmbeddedPostgresError> {
  while (!(yield* appear(mine, path))) {
    const dead = yield* read(path)
    if (Option.isNone(dead)) continue
    const pid = yield* livingOwner(dead.value)
    if (Option.isSome(pid)) return yield* new DirectoryInUse({ directory, pid: pid.value })
    const name = createHash("sha256").update(`${path}\n${dead.value}`).digest("hex").slice(0, 12)
    const guard = `${directory}/.after-${name}`
    yield* claim(directory, guard, mine)
    const replaced = yield* Effect.gen(function*() {
      if (!Option.contains(yield* read(path), dead.value)) return false
      yield* appear(mine, `${mine}.new`)
      yield* attempt(`lock ${directory}`, () => rename(`${mine}.new`, path))
      return true
    }).pipe(Effect.ensuring(drop(guard)))
    if (replaced) return
  }
})

const take = Effect.fn("DirectoryLock.take")(function*(directory: string, path: string) {
  const identity = Option.getOrElse(yield* OsProcess.identify(process.pid), () => "unknown")
  const mine = `${path}.${randomUUID()}`
  // Readable for all: another user's start must see whose it is.
  yield* attempt(
    `write in ${directory} (it must belong to the user that runs Sluice)`,
    () => writeFile(mine, encode({ pid: process.pid, identity }), { mode: 0o644, flag: "wx" })
  )
  yield* Effect.ensuring(claim(directory, path, mine), drop(mine))
  return path
})

/** Holds the directory by its lock file until the scope closes; {@link DirectoryInUse} if a living process holds it. */
export const acquire = (directory: string, file: string) =>
  Effect.acquireRelease(take(directory, `${directory}/${file}`), drop)
