/**
 * The files of a PostgreSQL: made whole or not at all, with the database and
 * the password in them, and opened only by the version that wrote them.
 */
import { Effect, Option, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import { chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { program } from "./Binaries.ts"
import { EmbeddedPostgresError, VersionMismatch } from "./EmbeddedPostgresError.ts"
import * as OsProcess from "./OsProcess.ts"
import type { Place } from "./Place.ts"

/** The one role and the one database of an embedded PostgreSQL. */
export const ROLE = "sluice"
export const DATABASE = "sluice"

const PASSWORD_FILE = "sluice.password"
const DRAFT = "data.draft-"

const { attempt } = EmbeddedPostgresError

const syncDirectory = async (path: string) => {
  const handle = await open(path, "r")
  await handle.sync().finally(() => handle.close())
}

/** Removes what interrupted starts left; an initdb that is still running ends when its files disappear. */
const removeDrafts = (home: string) =>
  attempt("remove an unfinished database", async () => {
    const drafts = (await readdir(home)).filter((entry) => entry.startsWith(DRAFT))
    await Promise.all(drafts.map((name) => rm(join(home, name), { recursive: true, force: true, maxRetries: 5 })))
  }).pipe(Effect.catch((error) => Effect.logWarning(error.message)))

/**
 * initdb, into a sibling that becomes `data` by one rename at the end: a start
 * that was killed half way leaves only a draft, which the next one removes.
 */
const create = Effect.fnUntraced(function*(place: Place) {
  const { account, binaries, data, home } = place
  const draft = join(home, `${DRAFT}${randomBytes(4).toString("hex")}`)
  const password = `${draft}.password`
  yield* removeDrafts(home)
  yield* attempt(`make ${draft}`, async () => {
    await mkdir(draft, { mode: 0o700 })
    await writeFile(password, randomBytes(24).toString("base64url"), { mode: 0o600, flag: "wx" })
    if (account !== undefined) { for (const path of [draft, password]) await chown(path, account.uid, account.gid) }
  })
  yield* OsProcess.runOrFail("make its database (initdb)", program(binaries, "initdb"), [
    `--pgdata=${draft}`,
    `--username=${ROLE}`,
    `--pwfile=${password}`,
    "--auth=scram-sha-256",
    // The same order and case rules on every machine: none of its locales is asked.
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C"
  ], { account })
  yield* OsProcess.runOrFail(
    "make its database",
    program(binaries, "postgres"),
    ["--single", "-D", draft, "postgres"],
    { account, stdin: `CREATE DATABASE ${DATABASE};\n` }
  )
  yield* attempt(`put ${data} in place`, async () => {
    await rename(password, join(draft, PASSWORD_FILE))
    await syncDirectory(draft)
    await rename(draft, data)
    await syncDirectory(home)
  })
})

/** Makes the cluster if there is none (true), and refuses one of another major version. The caller holds the lock. */
export const ensure = Effect.fnUntraced(function*(place: Place) {
  const text = yield* Effect.option(Effect.tryPromise(() => readFile(join(place.data, "PG_VERSION"), "utf8")))
  if (Option.isNone(text)) {
    const entries = yield* Effect.option(Effect.tryPromise(() => readdir(place.data)))
    if (Option.isSome(entries)) {
      return yield* new EmbeddedPostgresError({
        message: `SLUICE_DATA_DIR: ${place.data} is no PostgreSQL data directory (no readable PG_VERSION). `
          + "Restore it from a backup, or move it away to start with an empty database"
      })
    }
    yield* create(place)
    return true
  }
  const found = text.value.trim()
  const shipped = place.version.split(".")[0] ?? ""
  if (found !== shipped) return yield* new VersionMismatch({ directory: place.data, found, shipped })
  return false
})

/** The password generated with the cluster; readable by those who may read its files. */
export const password = (place: Place) =>
  Effect.tryPromise({
    try: () => readFile(join(place.data, PASSWORD_FILE), "utf8"),
    catch: (cause) =>
      new EmbeddedPostgresError({
        message: `SLUICE_DATA_DIR: ${join(place.data, PASSWORD_FILE)}, made with the database, cannot be read: `
          + "restore it from a backup, with the owner of the files beside it",
        cause
      })
  }).pipe(Effect.map((text) => Redacted.make(text.trim(), { label: "embedded PostgreSQL password" })))
