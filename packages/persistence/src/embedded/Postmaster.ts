/**
 * The running PostgreSQL of a place: started or adopted. It runs in a
 * session of its own, because Ctrl-C goes to the whole group of a terminal and
 * means fast shutdown to PostgreSQL, while Sluice still drains.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Effect, Option, Redacted } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { constants, open, readFile, rename, rm, stat } from "node:fs/promises"
import { createServer } from "node:net"
import { join } from "node:path"
import { spawnOptions } from "./Account.ts"
import { program } from "./Binaries.ts"
import * as Cluster from "./Cluster.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"
import * as OsProcess from "./OsProcess.ts"
import * as PidFile from "./PidFile.ts"
import type { Place } from "./Place.ts"

export interface Postmaster {
  readonly pid: number
  readonly endpoint: PidFile.Endpoint
  readonly origin: "started" | "adopted"
}

/** Names the socket; nothing listens there. */
const SOCKET_PORT = 5432
/** macOS allows 103 bytes, Linux 107. */
const LONGEST_SOCKET_PATH = 103
/** Over this the log of the last run is put aside at the start, bytes. */
const LOG_LIMIT = 5_000_000

const { attempt } = EmbeddedPostgresError
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants

/** The connection URL. */
export const url = (place: Place, endpoint: PidFile.Endpoint, password: Redacted.Redacted) => {
  const at = new URL("postgres://localhost")
  at.username = Cluster.ROLE
  at.password = Redacted.value(password)
  at.pathname = Cluster.DATABASE
  at.port = String(endpoint._tag === "Socket" ? SOCKET_PORT : endpoint.port)
  if (endpoint._tag === "Socket") at.searchParams.set("host", place.data)
  else at.hostname = "127.0.0.1"
  return Redacted.make(at.href, { label: "embedded PostgreSQL" })
}

const chooseEndpoint = (place: Place): Effect.Effect<PidFile.Endpoint, EmbeddedPostgresError> =>
  Buffer.byteLength(join(place.data, `.s.PGSQL.${SOCKET_PORT}`)) <= LONGEST_SOCKET_PATH
    ? Effect.succeed({ _tag: "Socket" })
    : attempt("find a free port", async () => {
      const server = createServer().listen(0, "127.0.0.1")
      await once(server, "listening")
      const address = server.address()
      await new Promise((done) => server.close(done))
      if (address === null || typeof address === "string") throw new Error("no port")
      return { _tag: "Loopback", port: address.port }
    })

const answers = Effect.fn("Postmaster.answers")(
  function*(place: Place, endpoint: PidFile.Endpoint) {
    const password = yield* Cluster.password(place)
    const connection = yield* PgConnection.make({ url: url(place, endpoint, password), connectTimeout: "2 seconds" })
    const rows = yield* connection.queryValues("SHOW server_version")
    return rows[0]?.[0] === place.version
  },
  Effect.scoped,
  Effect.timeout("3 seconds"),
  Effect.orElseSucceed(() => false)
)

/**
 * The files by whose process ids PostgreSQL detects a running server; it mistakes a zombie, or another process with
 * that id, for one.
 */
const LOCK_FILES = ["postmaster.pid", `.s.PGSQL.${SOCKET_PORT}`, `.s.PGSQL.${SOCKET_PORT}.lock`]

/**
 * Adopts the postmaster of an earlier start if it is healthy and of this version. Any other is stopped, as are the
 * children of a killed one, which would keep a new one from starting.
 */
const inherit = Effect.fnUntraced(function*(place: Place) {
  const file = yield* PidFile.read(place.data)
  if (Option.isNone(file)) return Option.none<Postmaster>()
  const { endpoint, pid, ready } = file.value
  const ours = yield* OsProcess.isPostmasterOf(pid, place.data)
  if (ours) {
    const reachable = endpoint._tag === "Loopback" || (yield* chooseEndpoint(place))._tag === "Socket"
    if (ready && reachable && (yield* answers(place, endpoint))) {
      return Option.some<Postmaster>({ pid, endpoint, origin: "adopted" })
    }
    yield* OsProcess.stop(pid, PidFile.FAST_THEN_HARD)
  }
  const children = yield* OsProcess.workingIn(place.data)
  if (Option.isSome(children)) {
    yield* Effect.forEach(children.value, (pid) => OsProcess.stop(pid, [["SIGKILL", "2 seconds"]]), {
      concurrency: "unbounded",
      discard: true
    })
  }
  // Where children cannot be seen, PostgreSQL must look for them itself, and needs its files for it.
  if (Option.isSome(children) || (!ours && (yield* OsProcess.isAlive(pid)))) {
    yield* attempt(
      "remove its old lock files",
      () => Promise.all(LOCK_FILES.map((name) => rm(join(place.data, name), { force: true })))
    )
  }
  return Option.none<Postmaster>()
})

const flags = (endpoint: PidFile.Endpoint, settings: Readonly<Record<string, string>>) =>
  Object.entries({
    // "." is the data directory itself: private to its account, and good wherever it is moved.
    unix_socket_directories: endpoint._tag === "Socket" ? "." : "",
    unix_socket_permissions: "0700",
    listen_addresses: endpoint._tag === "Socket" ? "" : "127.0.0.1",
    port: String(endpoint._tag === "Socket" ? SOCKET_PORT : endpoint.port),
    cluster_name: "sluice",
    max_connections: "100",
    shared_buffers: "128MB",
    jit: "off",
    log_checkpoints: "off",
    ...settings
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`])

const openLog = (place: Place) =>
  attempt("open its log", async () => {
    const path = join(place.home, "postgres.log")
    const size = await stat(path).then((it) => it.size, () => 0)
    if (size > LOG_LIMIT) await rename(path, `${path}.1`)
    // Root writes here into a directory that may be another user's: no link is followed, and the file is theirs.
    const handle = await open(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600)
    if (place.account !== undefined) await handle.chown(place.account.uid, place.account.gid)
    return { path, from: size > LOG_LIMIT ? 0 : size, handle }
  })

/** Why it did not come up, in its own words. */
const complaint = async (log: { readonly path: string; readonly from: number }) => {
  const text = (await readFile(log.path)).subarray(log.from).toString("utf8")
  const lines = text.split("\n").filter((line) => /FATAL|PANIC|ERROR|HINT|could not/.test(line))
  return lines.map((line) => line.replace(/^.*?(?=FATAL|PANIC|ERROR|HINT)/, "")).join(" ") || text.trim().slice(-300)
}

/** Starts one and waits until it takes connections; recovery after a crash may take its time. */
const launch = Effect.fnUntraced(
  function*(place: Place, endpoint: PidFile.Endpoint, settings: Readonly<Record<string, string>>) {
    const log = yield* openLog(place)
    const child = spawn(program(place.binaries, "postgres"), ["-D", place.data, ...flags(endpoint, settings)], {
      ...spawnOptions(place.account),
      stdio: ["ignore", log.handle.fd, log.handle.fd]
    })
    const failed = Effect.callback<never, EmbeddedPostgresError>((resume) => {
      const fail = (why: string) =>
        resume(Effect.fail(new EmbeddedPostgresError({ message: `embedded PostgreSQL: it did not start: ${why}` })))
      child.on("error", (error) => fail(error.message))
      child.on("exit", (code) => void complaint(log).then(fail, () => fail(`it ended with ${code}; see ${log.path}`)))
    })
    child.unref()
    const ready = Effect.gen(function*() {
      while (true) {
        const file = yield* PidFile.read(place.data)
        if (Option.isSome(file) && file.value.ready && file.value.pid === child.pid) return file.value.pid
        yield* Effect.sleep("20 millis")
      }
    })
    const slow = Effect.logInfo(`embedded PostgreSQL: not ready yet, perhaps it recovers; see ${log.path}`).pipe(
      Effect.delay("10 seconds"),
      Effect.andThen(Effect.never)
    )
    const pid = yield* Effect.raceAllFirst([failed, ready, slow]).pipe(
      Effect.onInterrupt(() =>
        child.pid === undefined ? Effect.void : OsProcess.stop(child.pid, PidFile.FAST_THEN_HARD)
      ),
      Effect.ensuring(Effect.promise(() => log.handle.close()))
    )
    return { pid, endpoint, origin: "started" } satisfies Postmaster
  }
)

/**
 * A running PostgreSQL for this place, at `endpoint` if one is given: after its
 * death it must come back where its clients look for it.
 */
export const ensure = Effect.fnUntraced(
  function*(place: Place, settings: Readonly<Record<string, string>>, endpoint?: PidFile.Endpoint) {
    const inherited = yield* inherit(place)
    if (Option.isSome(inherited)) return inherited.value
    return yield* launch(place, endpoint ?? (yield* chooseEndpoint(place)), settings)
  }
)
