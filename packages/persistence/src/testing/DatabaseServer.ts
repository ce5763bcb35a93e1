/**
 * Vitest's `globalSetup`: one PostgreSQL for all test files of a run. It is
 * started when the first test asks for it, and removed with the run.
 * `SLUICE_TEST_DATABASE_URL` names another server to use instead.
 */
import { Effect, Exit, Logger, Option, Redacted, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { readdir, rm, stat, statfs } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { ROLE } from "../embedded/Cluster.ts"
import * as DirectoryLock from "../embedded/DirectoryLock.ts"
import { EmbeddedPostgres } from "../embedded/EmbeddedPostgres.ts"
import * as TemporaryPostgres from "../embedded/TemporaryPostgres.ts"
import * as Database from "../schema/Database.ts"

/** The name of the variable with the port at which a test gets the {@link Offer} as JSON, or `{ error }`. */
export const PORT_VARIABLE = "SLUICE_TEST_DATABASE_PORT"

/** A role that may create databases, and a migrated one to copy. */
export interface Offer {
  readonly url: string
  readonly template: string
}

/** The address of another database on the same server. */
export const withDatabase = (url: string, database: string) => {
  const it = new URL(url)
  it.pathname = database
  return it.href
}

/** Runs one statement on its own connection. */
export const execute = Effect.fnUntraced(
  function*(_: string, statement: string) {
    const sql = yield* SqlClient.SqlClient
    yield* sql.unsafe(statement)
  },
  (result, url) => Effect.provide(result, Database.layerPool({ url: Redacted.make(url), maxConnections: 1 }))
)

const PREFIX = "sluice-test-"

/** Linux's file system in memory. */
const MEMORY = "/dev/shm"
/** Free memory, and free space in {@link MEMORY}, at which the files lie there, bytes: `pnpm test` takes 0.1 GB of it. */
const ENOUGH = 4 * 1024 ** 3

/** The directory for the files of a run: in memory where there is room, since each test's database is some 500 files. */
const base = Effect.promise(async () => {
  const free = await statfs(MEMORY).then((it) => it.bavail * it.bsize, () => 0)
  return process.platform === "linux" && Math.min(free, process.availableMemory()) >= ENOUGH ? MEMORY : tmpdir()
})

const inDirectory = (directory: string) =>
  readdir(directory).then((names) => names.map((name) => join(directory, name)), () => [])

/** Ends and removes what runs that were killed have left: their lock is there, and its owner is dead. */
const sweep = Effect.gen(function*() {
  const places = yield* Effect.promise(() => Promise.all([MEMORY, tmpdir()].map(inDirectory)))
  for (const directory of places.flat().filter((path) => basename(path).startsWith(PREFIX))) {
    const lock = join(directory, "postgres.lock")
    const left = yield* Effect.isSuccess(Effect.tryPromise(() => stat(lock)))
    if (!left || Option.isSome(yield* DirectoryLock.holder(lock))) continue
    const { home } = yield* Effect.scoped(EmbeddedPostgres.make({ dataDirectory: directory }))
    yield* Effect.promise(() => Promise.all([home, directory].map((it) => rm(it, { recursive: true, force: true }))))
  }
}).pipe(Effect.ignore)

const embedded = Effect.gen(function*() {
  yield* sweep
  const postgres = yield* TemporaryPostgres.make({
    prefix: PREFIX,
    parent: yield* base,
    settings: {
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
      max_connections: "200",
      scram_iterations: "1"
    }
  })
  const url = Redacted.value(postgres.url)
  // Stored anew by the setting above: thousands of logins need not derive a key in 4,096 rounds each.
  yield* execute(url, `ALTER ROLE ${ROLE} PASSWORD '${new URL(url).password}'`)
  return url
})

const offer = Effect.gen(function*() {
  const url = process.env["SLUICE_TEST_DATABASE_URL"] ?? (yield* embedded)
  const template = `sluice_template_${randomBytes(6).toString("hex")}`
  yield* Effect.acquireRelease(
    execute(url, `CREATE DATABASE ${template}`),
    () => Effect.ignore(execute(url, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`))
  )
  yield* Effect.void.pipe(Effect.provide(Database.layer({ url: Redacted.make(withDatabase(url, template)) })))
  return { url, template } satisfies Offer
})

/**
 * Starts the database server for all tests: called by vitest before the first one. The function that it returns is
 * called after the last.
 */
export default async function setup() {
  const scope = Effect.runSync(Scope.make())
  let asked: Promise<string> | undefined
  const answer = () =>
    asked ??= Effect.runPromise(offer.pipe(
      Effect.map((it) => JSON.stringify(it)),
      Effect.catch((error) => Effect.succeed(JSON.stringify({ error: error.message }))),
      Effect.provide(Logger.layer([])),
      Scope.provide(scope)
    ))
  const server = createServer((socket) => {
    socket.on("error", () => {})
    void answer().then((text) => socket.end(text))
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  process.env[PORT_VARIABLE] = String(typeof address === "object" ? address?.port : undefined)
  return async () => {
    server.close()
    await asked
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
