/**
 * The account PostgreSQL runs as. It refuses to run as root, and initdb wants
 * one that has a name, so root lends it one that every system has.
 */
import { Effect, Option } from "effect"
import { execFile } from "node:child_process"
import { stat } from "node:fs/promises"
import { promisify } from "node:util"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

export interface Account {
  readonly uid: number
  readonly gid: number
}

const CANDIDATES = ["postgres", "nobody", "daemon"]

/**
 * The options for spawning a child: under the account if there is one, in its own session, in a directory that everyone
 * can reach, and without inherited `PG…` variables.
 */
export const spawnOptions = (account: Account | undefined) => ({
  cwd: "/",
  detached: true,
  env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
  ...account
})

const idsOf = (name: string) =>
  Effect.option(Effect.tryPromise(async (): Promise<Account> => {
    const [uid, gid] = await Promise.all(["-u", "-g"].map((flag) => promisify(execFile)("id", [flag, name])))
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) }
  }))

/**
 * The account that PostgreSQL runs under; `undefined` for this process's own. For root it is the owner of the existing
 * cluster, so that it stays the same, else the first of {@link CANDIDATES}.
 */
export const choose = Effect.fnUntraced(function*(data: string) {
  if (process.getuid?.() !== 0) return undefined
  const owner = yield* Effect.option(Effect.tryPromise(() => stat(data)))
  if (Option.isSome(owner) && owner.value.uid !== 0) return { uid: owner.value.uid, gid: owner.value.gid }
  for (const name of CANDIDATES) {
    const ids = yield* idsOf(name)
    if (Option.isSome(ids) && ids.value.uid !== 0) return ids.value
  }
  return yield* new EmbeddedPostgresError({
    message: "embedded PostgreSQL: it does not run as root, and there is no account "
      + `${CANDIDATES.join(", ")} to run it as. Start Sluice as another user, or set DATABASE_URL`
  })
})
