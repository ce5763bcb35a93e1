/** The databases, servers and partner of a cluster under test, each on a host of its own. */
import * as Database from "@sluice/persistence/schema/Database"
import { Effect, Redacted, Schedule, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { account, programs } from "../failover/StandbyPair.ts"
import type { Host, Network } from "./Network.ts"

const run = promisify(execFile)

const server = fileURLToPath(new URL("../../../server/src/main.ts", import.meta.url))

export const adminKey = "ops-0123456789abcdef"

/** The API key of a cell's tenant. */
export const keyOf = (cell: number): string => `cell${cell}-0123456789abcdef`

const directory = Effect.acquireRelease(
  Effect.promise(async () => {
    const made = await mkdtemp(join(tmpdir(), "sluice-cluster-"))
    await chmod(made, 0o711)
    return made
  }),
  (made) => Effect.promise(() => rm(made, { recursive: true, force: true }))
)

const ended = (child: ChildProcess) =>
  Effect.callback<void>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
  })

export const query = <A extends object>(url: string, statement: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe<A>(statement)).pipe(
    Effect.provide(Database.layerPool({ url: Redacted.make(url), maxConnections: 1 }), { local: true })
  )

/** A PostgreSQL server on a host; gives the URL of a database in it. */
const postgres = Effect.fnUntraced(function*(home: string, host: Host, names: ReadonlyArray<string>) {
  const bin = programs()
  const { gid, uid } = yield* Effect.promise(account)
  const data = join(home, `postgres-${host.address}`)
  const who = uid === undefined ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"]
  yield* Effect.promise(async () => {
    await run("mkdir", [data])
    if (uid !== undefined) await chown(data, uid, gid)
    const [command = "", ...words] = [...who, join(bin, "initdb"), "-D", data, "-A", "trust", "-U", "postgres"]
    await run(command, words, { cwd: "/" })
    await writeFile(join(data, "pg_hba.conf"), "host all all 0.0.0.0/0 trust\n")
  })
  const settings = ["listen_addresses=*", "max_connections=200", "fsync=on", "log_min_messages=panic"]
  const words = ["-D", data, "-k", data, ...settings.flatMap((setting) => ["-c", setting])]
  const [command = "", ...rest] = [...host.within, ...who, join(bin, "postgres"), ...words]
  yield* Effect.acquireRelease(
    Effect.sync(() => spawn(command, rest, { cwd: "/", stdio: ["ignore", "ignore", "inherit"] })),
    (child) => Effect.andThen(Effect.sync(() => void child.kill("SIGQUIT")), ended(child))
  )
  const urlOf = (name: string) => `postgres://postgres@${host.address}:5432/${name}`
  for (const name of names) {
    yield* Effect.retry(query(urlOf("postgres"), `create database ${name}`), {
      schedule: Schedule.spaced("200 millis"),
      times: 100
    }).pipe(Effect.orDie)
  }
  return names.map(urlOf)
})

/** A request that the partner received. */
export interface Call {
  readonly key: string
  readonly cell: number
  readonly at: number
}

/** A partner that answers everything with `{}`, and remembers what it was sent. */
const partner = Effect.fnUntraced(function*(host: string) {
  const calls: Array<Call> = []
  const listener = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk: Buffer) => void (body += chunk.toString()))
    request.on("end", () => {
      const cell = Number(/"externalId":"c(\d+)-/.exec(body)?.[1] ?? -1)
      calls.push({ key: String(request.headers["idempotency-key"]), cell, at: performance.now() })
      response.setHeader("content-type", "application/json").end("{}")
    })
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void listener.listen(18_099, host, () => resume(Effect.void))),
    () =>
      Effect.sync(() => {
        listener.close()
        listener.closeAllConnections()
      })
  )
  return { url: `http://${host}:18099/`, calls }
})

export interface Member {
  readonly host: Host
  readonly url: string
  /** The address of the process in the cluster. */
  readonly name: string
  readonly signal: (signal: NodeJS.Signals) => void
  readonly ended: Effect.Effect<void>
  /** The processor time used so far, in seconds. */
  readonly cpu: Effect.Effect<number>
  readonly log: () => string
  /** The times at which it began to execute each cell, in milliseconds of this process's clock. */
  readonly took: ReadonlyArray<{ readonly cell: number; readonly at: number }>
}

export interface Fleet {
  readonly network: Network
  /** The database hosts: that of cell 0, and that of all other cells. */
  readonly databases: readonly [Host, Host]
  /** The database URLs by the cell's number. */
  readonly urls: ReadonlyArray<string>
  readonly partner: { readonly url: string; readonly calls: ReadonlyArray<Call> }
  readonly member: (host: Host, roles: string) => Effect.Effect<Member>
}

const environmentOf = (path: string, host: Host, roles: string, range: string, cells: number) => ({
  PATH: process.env["PATH"],
  NO_COLOR: "1",
  HOST: "0.0.0.0",
  PORT: "8080",
  SLUICE_CELLS: path,
  SLUICE_ROLES: roles,
  SLUICE_CLUSTER_HOST: host.address,
  SLUICE_CLUSTER_PORT: "8090",
  SLUICE_DRAIN: "500ms",
  SLUICE_ALLOW_NETWORKS: range,
  SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
  SLUICE_API_KEYS: [
    `ops:admin=${adminKey}`,
    ...Array.from({ length: cells }, (_, cell) => `cell${cell}@t${cell}:submit+read=${keyOf(cell)}`)
  ].join(",")
})

const secondsOf = (stat: string): number => {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Starts a server and waits until it is ready; it is killed with the scope. */
const start = Effect.fnUntraced(function*(path: string, host: Host, roles: string, range: string, cells: number) {
  const [command = "", ...words] = [...host.within, process.execPath, "--conditions=@sluice/source", server]
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(command, words, {
        env: environmentOf(path, host, roles, range, cells),
        stdio: ["ignore", "pipe", "pipe"]
      })
    ),
    (child) =>
      Effect.sync(() => {
        child.kill("SIGCONT")
        child.kill("SIGKILL")
      })
  )
  let log = ""
  const took: Array<{ readonly cell: number; readonly at: number }> = []
  yield* Effect.callback<void>((resume) => {
    const hear = (data: Buffer) => {
      const text = data.toString()
      log += text
      for (const [, cell] of text.matchAll(/cell (\d+) is owned by this process/g)) {
        took.push({ cell: Number(cell), at: performance.now() })
      }
      if (log.includes("ready at")) resume(Effect.void)
    }
    child.stdout.on("data", hear)
    child.stderr.on("data", hear)
    child.once("exit", (code) => resume(Effect.die(new Error(`a server ended with ${code}: ${log}`))))
  })
  const member: Member = {
    host,
    url: `http://${host.address}:8080`,
    name: `${host.address}:8090`,
    signal: (signal) => void child.kill(signal),
    ended: ended(child),
    cpu: Effect.promise(async () => secondsOf(await readFile(`/proc/${child.pid}/stat`, "utf8"))),
    log: () => log,
    took
  }
  return member
})

/** Starts the databases of `cells` cells, and the partner. `member` starts a server, which ends with the scope. */
export const make = Effect.fnUntraced(function*(network: Network, cells: number) {
  const home = yield* directory
  const databases = [yield* network.host("db0"), yield* network.host("db1")] as const
  const names = Array.from({ length: cells }, (_, cell) => `cell${cell}`)
  const urls = [
    ...(yield* postgres(home, databases[0], names.slice(0, 1))),
    ...(yield* postgres(home, databases[1], names.slice(1)))
  ]
  const path = join(home, "cells.json")
  const tenants = Object.fromEntries(names.map((_, cell) => [`t${cell}`, cell]))
  yield* Effect.promise(() =>
    writeFile(path, JSON.stringify({ cells: urls.map((databaseUrl, id) => ({ id, databaseUrl })), tenants }))
  )
  const asked = yield* partner(network.address)
  const scope = yield* Effect.scope
  const fleet: Fleet = {
    network,
    databases,
    urls,
    partner: asked,
    member: (host, roles) => Effect.provideService(start(path, host, roles, network.range, cells), Scope.Scope, scope)
  }
  return fleet
})
