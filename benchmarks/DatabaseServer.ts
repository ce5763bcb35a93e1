/**
 * The PostgreSQL that both sides write to, each in a database of its own, and what its work costs. `DATABASE_URL` names
 * one (its role must be allowed to create databases); without it an embedded one is started, fsync on, and removed again.
 */
import * as TemporaryPostgres from "@sluice/persistence/internal/embedded/TemporaryPostgres"
import * as Database from "@sluice/persistence/schema/Database"
import { Effect, Logger, Redacted } from "effect"
import pg from "pg"
import { cpuMsOf, sharedMiBOf } from "./ProcessCpu.ts"

export interface DatabaseServer {
  readonly version: string
  /** An empty database, with Sluice's tables unless told otherwise. */
  readonly create: (name: string, isMigrated?: boolean) => Promise<string>
  readonly drop: (name: string) => Promise<void>
  /** A connection for what the runner asks. */
  readonly connect: (url: string) => Promise<pg.Client>
  /** Processor time of all of its processes since they began, in milliseconds; `undefined` where it cannot be read. */
  readonly cpuMs: () => number | undefined
  /** The memory of all its processes now, shared pages counted once, in MiB; `undefined` if it cannot be read. */
  readonly memoryMiB: () => number | undefined
}

const withDatabase = (url: string, name: string): string => {
  const it = new URL(url)
  it.pathname = name
  return it.href
}

const connect = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url })
  // The server may be stopped before its clients are: that is no fault of anybody.
  client.on("error", () => {})
  await client.connect()
  return client
}

/** The extension counts statements exactly; without it transactions are counted, which are the same for autocommits. */
const settings = {
  shared_preload_libraries: "pg_stat_statements",
  checkpoint_timeout: "1h",
  max_wal_size: "8GB",
  // Sixteen processes, idle ones among them.
  max_connections: "300"
}

const embedded = Effect.gen(function*() {
  const { pid, url } = yield* TemporaryPostgres.make({ prefix: "sluice-bench-", settings })
  return { url: Redacted.value(url), postmaster: yield* pid }
})

/** Ctrl-C ends the database too. */
const ended = new AbortController()
process.once("SIGINT", () => ended.abort()).once("SIGTERM", () => ended.abort())

/** Runs `use` with a server that is there for as long as it takes. */
export const using = <A>(use: (server: DatabaseServer) => Promise<A>): Promise<A> =>
  Effect.gen(function*() {
    const given = process.env["DATABASE_URL"]
    const { postmaster, url } = given === undefined ? yield* embedded : { postmaster: undefined, url: given }
    const admin = yield* Effect.acquireRelease(
      Effect.promise(() => connect(url)),
      (client) => Effect.promise(() => client.end())
    )
    const { rows } = yield* Effect.promise(() => admin.query("show server_version"))
    const created: Array<string> = []
    if (given !== undefined) {
      yield* Effect.addFinalizer(() =>
        Effect.promise(async () => {
          for (const name of created) await admin.query(`drop database if exists ${name} with (force)`)
        })
      )
    }
    return yield* Effect.promise(() =>
      use({
        version: String(rows[0].server_version),
        create: async (name, isMigrated = true) => {
          await admin.query(`drop database if exists ${name} with (force)`)
          await admin.query(`create database ${name}`)
          created.push(name)
          const own = withDatabase(url, name)
          if (!isMigrated) return own
          await Effect.runPromise(Effect.void.pipe(Effect.provide(Database.layer({ url: Redacted.make(own) }))))
          return own
        },
        drop: async (name) => {
          await admin.query(`drop database if exists ${name} with (force)`)
        },
        connect,
        cpuMs: () => postmaster === undefined ? undefined : cpuMsOf(postmaster, true),
        memoryMiB: () => postmaster === undefined ? undefined : sharedMiBOf(postmaster)
      })
    )
  }).pipe(Effect.scoped, Effect.provide(Logger.layer([])), (effect) =>
    Effect.runPromise(effect, { signal: ended.signal }))
