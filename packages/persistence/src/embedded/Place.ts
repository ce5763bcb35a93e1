/**
 * The location of an embedded PostgreSQL. Its programs normally stay in node_modules and its files in `<data
 * directory>/postgres`. Started by root, it runs under an account that may not be able to enter either (a clone under
 * root's home, a private temporary directory); then a reachable place is used, and `postgres` becomes a link to it, so
 * that the next start finds the same files wherever the clone has moved, and removing the data directory removes access
 * to its database.
 */
import { Effect, Option } from "effect"
import { randomBytes } from "node:crypto"
import { chmod, lstat, mkdir, mkdtemp, readlink, realpath, rename, rm, stat, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import * as Account from "./Account.ts"
import * as Binaries from "./Binaries.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"
import * as OsProcess from "./OsProcess.ts"
import * as PidFile from "./PidFile.ts"

export interface Place {
  /** Holds the lock, PostgreSQL's log and `data`. */
  readonly home: string
  /** PostgreSQL's own data directory. */
  readonly data: string
  readonly binaries: Binaries.Binaries
  /** The version of the binaries, as in `18.4`. */
  readonly version: string
  /** The account that PostgreSQL runs under; `undefined`: that of this process. */
  readonly account: Account.Account | undefined
}

/** `/var/lib` first: many systems remove old files from `/var/tmp` and `/tmp`, table files included. */
const SHARED = ["/var/lib", "/var/tmp", tmpdir()]

/** The temporary name of the link until the files are at its target. */
const LINK = ".link"

const { attempt } = EmbeddedPostgresError

const reaches = (account: Account.Account, directory: string) =>
  OsProcess.run("/bin/sh", ["-c", "cd -- \"$1\"", "sh", directory], { account }).pipe(
    Effect.map(({ code }) => code === 0)
  )

/** A directory that only root can have made: another user's of that name would let them at our files. */
const ownedByUs = async (directory: string) => {
  const entry = await lstat(directory)
  return entry.isDirectory() && entry.uid === process.getuid?.() && (entry.mode & 0o022) === 0
}

const shared = Effect.fnUntraced(function*(account: Account.Account) {
  for (const base of SHARED) {
    const directory = join(base, "sluice")
    const made = yield* Effect.option(Effect.tryPromise(async () => {
      await mkdir(directory, { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error
      })
      return ownedByUs(directory)
    }))
    if (Option.contains(made, true) && (yield* reaches(account, directory))) return directory
  }
  return yield* new EmbeddedPostgresError({
    message: "embedded PostgreSQL: the account it runs as reaches neither the package nor any of "
      + `${SHARED.join(", ")}. Start Sluice as another user than root, or set DATABASE_URL`
  })
})

/** The binaries where the account can run them: as installed, or else a copy that every clone of this machine shares. */
const reachableBinaries = Effect.fnUntraced(function*(account: Account.Account | undefined) {
  const installed = yield* Binaries.installed
  const asInstalled = yield* Effect.result(Binaries.version(installed, account))
  if (asInstalled._tag === "Success") return { binaries: installed, version: asInstalled.success }
  if (account === undefined) return yield* asInstalled.failure
  const base = yield* shared(account)
  const copy: Binaries.Binaries = { ...installed, root: join(base, `postgresql-${installed.release}`) }
  const present = yield* Effect.isSuccess(Effect.tryPromise(() => lstat(copy.root)))
  if (!present) {
    const draft = yield* attempt(`make room in ${base}`, () => mkdtemp(join(base, "copy-")))
    yield* Effect.gen(function*() {
      yield* OsProcess.runOrFail(`copy PostgreSQL to ${base}`, "cp", ["-RP", `${installed.root}/.`, draft])
      yield* OsProcess.runOrFail(`open ${draft}`, "chmod", ["-R", "u=rwX,go=rX", draft])
      // The first rename wins; a second copy is identical and is dropped.
      yield* Effect.ignore(Effect.tryPromise(() => rename(draft, copy.root)))
    }).pipe(Effect.ensuring(Effect.promise(() => rm(draft, { recursive: true, force: true }))))
    yield* Effect.logInfo(`embedded PostgreSQL: its account cannot reach ${installed.root}; a copy is in ${copy.root}`)
  }
  return { binaries: copy, version: yield* Binaries.version(copy, account) }
})

const linkedTo = (path: string) => Effect.option(Effect.tryPromise(() => readlink(path)))
const isThere = (path: string) => Effect.isSuccess(Effect.tryPromise(() => lstat(path)))

/** Moves what is there, or makes a new one, to where the account reaches it, and leaves a link. */
const relocate = Effect.fnUntraced(function*(home: string, account: Account.Account) {
  const target = join(yield* shared(account), `data-${randomBytes(6).toString("hex")}`)
  // The link is there before the files have gone, so that a start killed in between is finished by the next.
  const link = `${home}${LINK}`
  yield* attempt(`link ${home}`, () => rm(link, { force: true }).then(() => symlink(target, link)))
  if (yield* isThere(join(home, "data"))) {
    yield* PidFile.stop(join(home, "data"))
    yield* OsProcess.runOrFail(`move ${home} to ${target}`, "mv", ["--", home, target])
  } else {
    yield* attempt(`make ${target}`, () => mkdir(target, { mode: 0o711 }))
    yield* attempt(`clear ${home}`, () => rm(home, { recursive: true, force: true }))
  }
  yield* attempt(`link ${home}`, () => rename(link, home))
})

// A directory that root makes must be passable for another account; its contents have modes of their own.
const directoryMode = () => process.getuid?.() === 0 ? 0o711 : 0o700

const isDirectory = (path: string) => stat(path).then((entry) => entry.isDirectory(), () => false)

/**
 * True if it was not there. One directory after another, because Node's own recursion never ends where a parent that is
 * there answers that it is not, as `/proc` does.
 */
const makeDirectory = async (path: string): Promise<boolean> => {
  if (await isDirectory(path)) return false
  const parent = dirname(path)
  if (parent !== path) await makeDirectory(parent)
  try {
    await mkdir(path, { mode: directoryMode() })
    return true
  } catch (error) {
    // Another process may have been first.
    if (await isDirectory(path)) return false
    throw error
  }
}

/** Makes the directory if it is not there, and answers its real path. */
export const open = (directory: string) =>
  attempt(`make ${directory}`, async () => {
    const path = resolve(directory)
    if (await makeDirectory(path)) await chmod(path, directoryMode())
    return realpath(path)
  })

/** Finds or makes the place that belongs to this data directory. The caller holds its lock. */
export const find = Effect.fnUntraced(function*(directory: string) {
  const named = join(directory, "postgres")
  if (!(yield* isThere(named))) yield* Effect.ignore(Effect.tryPromise(() => rename(`${named}${LINK}`, named)))
  const link = yield* linkedTo(named)
  if (Option.isSome(link) && !(yield* Effect.isSuccess(Effect.tryPromise(() => stat(named))))) {
    return yield* new EmbeddedPostgresError({
      message: `SLUICE_DATA_DIR: ${named} links to ${link.value}, where its database was, and nothing is there. `
        + "Bring that directory back, or remove the link to start with an empty database"
    })
  }
  let home = yield* open(named)
  const account = yield* Account.choose(join(home, "data"))
  const { binaries, version } = yield* reachableBinaries(account)
  if (account !== undefined && !(yield* reaches(account, home))) {
    yield* relocate(home, account)
    home = yield* open(named)
  }
  if (home !== named) yield* Effect.logInfo(`embedded PostgreSQL: the files of ${named} are in ${home}`)
  return { home, data: join(home, "data"), binaries, version, account } satisfies Place
})
