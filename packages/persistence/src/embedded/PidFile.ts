/**
 * `postmaster.pid`, by which PostgreSQL says that it runs in a data directory,
 * as whom and where it listens. It stays behind when PostgreSQL is killed.
 */
import { Effect, Option } from "effect"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import * as OsProcess from "./OsProcess.ts"

/**
 * The listening endpoint: a socket among its own files, or a port of 127.0.0.1 where the socket's path would be too
 * long.
 */
export type Endpoint = { readonly _tag: "Socket" } | { readonly _tag: "Loopback"; readonly port: number }

export interface PidFile {
  readonly pid: number
  readonly endpoint: Endpoint
  /** True once it accepts connections. */
  readonly ready: boolean
}

/** Its lines: pid, data directory, start time, port, socket directory, TCP address, shared memory, status. */
const parse = (text: string): Option.Option<PidFile> => {
  const lines = text.split("\n").map((line) => line.trim())
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return Option.none()
  const endpoint: Endpoint = lines[4] ? { _tag: "Socket" } : { _tag: "Loopback", port: Number(lines[3]) }
  return Option.some({ pid, endpoint, ready: lines[7] === "ready" })
}

/** The content of the data directory's pid file, unverified. */
export const read = (data: string) =>
  Effect.option(Effect.tryPromise(() => readFile(join(data, "postmaster.pid"), "utf8"))).pipe(
    Effect.map(Option.flatMap(parse))
  )

/**
 * The signals that stop a server: a fast shutdown, which ends sessions and writes everything, then harder ones if it
 * does not end.
 */
export const FAST_THEN_HARD = [["SIGINT", "15 seconds"], ["SIGQUIT", "5 seconds"], ["SIGKILL", "2 seconds"]] as const

/** Stops the PostgreSQL that runs in the data directory, if one does. */
export const stop = Effect.fnUntraced(function*(data: string) {
  const file = yield* read(data)
  if (Option.isNone(file) || !(yield* OsProcess.isPostmasterOf(file.value.pid, data))) return
  yield* OsProcess.stop(file.value.pid, FAST_THEN_HARD)
})
