import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Logger, Redacted, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { promisify } from "node:util"
import { afterAll, beforeAll } from "vitest"
import { EmbeddedPostgres } from "../../src/embedded/EmbeddedPostgres.ts"
import * as Database from "../../src/schema/Database.ts"

const remove = async (directory: string) => {
  // Started by root in a private directory, its files lie elsewhere.
  const home = await realpath(join(directory, "postgres")).catch(() => directory)
  await Promise.all([home, directory].map((path) => rm(path, { recursive: true, force: true })))
}

const temporary = async () => {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "sluice-embedded-")))
  await chmod(directory, 0o711)
  return directory
}

const open = (dataDirectory: string) =>
  EmbeddedPostgres.make({ dataDirectory, settings: { fsync: "off" } }).pipe(Effect.provide(Logger.layer([])))

const query = (url: Redacted.Redacted, statement: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe<Record<string, unknown>>(statement)).pipe(
    Effect.provide(Database.layerPool({ url, maxConnections: 1 }))
  )

let pristine = ""
beforeAll(async () => {
  pristine = await temporary()
  await Effect.runPromise(Effect.scoped(
    Effect.flatMap(open(pristine), ({ origin, url }) => {
      assert.strictEqual(origin, "created")
      return query(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    })
  ))
})
afterAll(() => remove(pristine))

/** A data directory with a database in it, stopped, without the cost of making one. */
const directory = Effect.acquireRelease(
  Effect.promise(async () => {
    const copy = await temporary()
    await promisify(execFile)("cp", ["-a", await realpath(join(pristine, "postgres")), join(copy, "postgres")])
    return copy
  }),
  (copy) => Effect.promise(() => remove(copy))
)

const answer = (url: Redacted.Redacted) => query(url, "SELECT answer FROM kept")
const lines = async (path: string) => (await readFile(path, "utf8")).split("\n")

/** Another process that holds the directory; killed with the scope. */
const holder = Effect.fnUntraced(function*(data: string) {
  const child: ChildProcess = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [
        "--conditions=@sluice/source",
        join(import.meta.dirname, "EmbeddedHolder.ts"),
        data
      ], { stdio: ["ignore", "pipe", "pipe"] })
    ),
    (child) => Effect.sync(() => void child.kill("SIGKILL"))
  )
  return yield* Effect.promise(async () => {
    const said: Array<string> = []
    child.stderr?.on("data", (text) => said.push(String(text)))
    for await (const line of createInterface({ input: child.stdout! })) {
      return { child, ...JSON.parse(line) as { readonly url: string; readonly pid: number } }
    }
    throw new Error(`the holder ended: ${said.join("")}`)
  })
})

const kill = (child: ChildProcess, signal: NodeJS.Signals) =>
  Effect.promise(async () => {
    child.kill(signal)
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
  })

describe("EmbeddedPostgres", () => {
  it.live("a later start finds the data of the earlier one, and each leaves no process running", () =>
    Effect.gen(function*() {
      const data = yield* directory
      const scope = yield* Scope.make()
      const { home, origin, pid, url } = yield* Scope.provide(open(data), scope)
      assert.strictEqual(origin, "started")
      assert.deepStrictEqual(yield* answer(url), [{ answer: 42 }])
      const running = yield* pid
      yield* Scope.close(scope, Exit.void)
      assert.throws(() => process.kill(running, 0))
      assert.notInclude(yield* Effect.promise(() => readdir(join(home, "data"))), "postmaster.pid")
    }))

  it.live("a second start on a directory in use names the process that has it", () =>
    Effect.gen(function*() {
      const data = yield* directory
      yield* open(data)
      const error = yield* Effect.flip(open(data))
      assert.strictEqual(error._tag, "DirectoryInUse")
      assert.include(error.message, `${data} is in use by process ${process.pid}`)
    }))

  it.live("after a kill -9 of the server its PostgreSQL is adopted", () =>
    Effect.gen(function*() {
      const data = yield* directory
      const first = yield* holder(data)
      yield* kill(first.child, "SIGKILL")
      const { origin, pid, url } = yield* open(data)
      assert.deepStrictEqual([origin, yield* pid], ["adopted", first.pid])
      assert.deepStrictEqual(yield* answer(url), [{ answer: 42 }])
    }))

  it.live("after a kill -9 of both during statements, it starts again", () =>
    Effect.gen(function*() {
      const data = yield* directory
      const first = yield* holder(data)
      const busy = yield* Effect.forkScoped(Effect.exit(query(Redacted.make(first.url), "SELECT pg_sleep(60)")))
      yield* query(Redacted.make(first.url), "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'pg_sleep'")
      yield* kill(first.child, "SIGKILL")
      process.kill(first.pid, "SIGKILL")
      const { origin, url } = yield* open(data)
      assert.strictEqual(origin, "started")
      assert.deepStrictEqual(yield* answer(url), [{ answer: 42 }])
      busy.interruptUnsafe()
    }))

  it.live("SIGTERM stops the server and then its PostgreSQL, which no signal to the server's group reaches", () =>
    Effect.gen(function*() {
      const data = yield* directory
      const first = yield* holder(data)
      const session = Number(
        (yield* Effect.promise(() => lines(`/proc/${first.pid}/stat`).catch(() => [""])))[0]
          ?.split(") ")[1]?.split(" ")[3]
      )
      // Its own session: no signal to the server's group reaches it.
      if (!Number.isNaN(session)) assert.strictEqual(session, first.pid)
      yield* kill(first.child, "SIGTERM")
      assert.throws(() => process.kill(first.pid, 0))
    }))

  it.live("a PostgreSQL that dies is restarted, and the pool reconnects", () =>
    Effect.gen(function*() {
      const { pid, url } = yield* open(yield* directory)
      const first = yield* pid
      yield* Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const kept = sql`SELECT answer FROM kept`
        yield* kept
        process.kill(first, "SIGKILL")
        while ((yield* pid) === first) yield* Effect.sleep("20 millis")
        // The pool may still hand out a connection of the dead one, once.
        assert.deepStrictEqual(yield* Effect.retry(kept, { times: 1 }), [{ answer: 42 }])
      }).pipe(Effect.provide(Database.layerPool({ url, maxConnections: 1 })))
    }))

  it.live("the data of another PostgreSQL version are refused, with both versions and the remedy", () =>
    Effect.gen(function*() {
      const data = yield* directory
      const file = join(data, "postgres/data/PG_VERSION")
      yield* Effect.promise(() => writeFile(file, "17\n"))
      const error = yield* Effect.flip(open(data))
      assert.strictEqual(error._tag, "VersionMismatch")
      assert.match(error.message, /written by PostgreSQL 17, and this release brings PostgreSQL 18\. Dump it/)
      assert.deepStrictEqual(yield* Effect.promise(() => lines(file)), ["17", ""])
    }))

  it.live("a directory that cannot be used ends the start at once, with the remedy", () =>
    Effect.gen(function*() {
      const data = yield* Effect.acquireRelease(Effect.promise(temporary), (it) => Effect.promise(() => remove(it)))
      yield* Effect.promise(() => writeFile(join(data, "file"), ""))
      yield* Effect.promise(() => mkdir(join(data, "postgres.lock")))
      // Node's recursive mkdir never ends under /proc.
      for (const place of ["/proc/x/y", join(data, "file"), join(data, "file/x"), data]) {
        const error = yield* Effect.flip(open(place))
        assert.match(error.message, /could not (make|read the lock) .*let SLUICE_DATA_DIR name a directory/)
      }
    }))

  it.live("a dangling link is refused instead of starting with an empty database", () =>
    Effect.gen(function*() {
      const data = yield* Effect.acquireRelease(Effect.promise(temporary), (it) => Effect.promise(() => remove(it)))
      yield* Effect.promise(() => symlink(join(data, "gone"), join(data, "postgres")))
      const error = yield* Effect.flip(open(data))
      assert.match(error.message, /links to .*gone.* nothing is there\. Bring that directory back/)
    }))

  it.live(
    "a start that was killed while it created the database leaves a usable directory",
    () =>
      Effect.gen(function*() {
        const data = yield* Effect.acquireRelease(Effect.promise(temporary), (it) => Effect.promise(() => remove(it)))
        yield* Effect.promise(async () => {
          await mkdir(join(data, "postgres/data.draft-1/base"), { recursive: true, mode: 0o711 })
          await writeFile(join(data, "postgres/data.draft-1/PG_VERSION"), "18\n")
          await writeFile(join(data, "postgres/data.draft-1.password"), "x")
        })
        const { home, origin, url } = yield* open(data)
        assert.strictEqual(origin, "created")
        assert.deepStrictEqual(yield* query(url, "SELECT current_database() AS name"), [{ name: "sluice" }])
        assert.deepStrictEqual((yield* Effect.promise(() => readdir(home))).toSorted(), [
          "data",
          "lock",
          "postgres.log"
        ])
      })
  )

  it.live("where the path is too long for a socket, it listens on 127.0.0.1 and asks for the password", () =>
    Effect.gen(function*() {
      const copy = yield* directory
      const data = join(copy, "x".repeat(100))
      yield* Effect.addFinalizer(() => Effect.promise(() => remove(data)))
      yield* Effect.promise(async () => {
        await mkdir(data, { mode: 0o711 })
        await promisify(execFile)("mv", [await realpath(join(copy, "postgres")), join(data, "postgres")])
      })
      const { url } = yield* open(data)
      if (!Redacted.value(url).includes("host=")) assert.include(Redacted.value(url), "@127.0.0.1:")
      assert.deepStrictEqual(yield* answer(url), [{ answer: 42 }])
      const wrong = new URL(Redacted.value(url))
      wrong.password = "wrong"
      const error = yield* Effect.flip(answer(Redacted.make(wrong.href)))
      assert.strictEqual(error.reason._tag, "AuthenticationError")
    }))
})
