/** A PostgreSQL server with every durability setting on, which can be killed and restarts by itself. */
import { EmbeddedPostgres } from "@sluice/persistence/embedded/EmbeddedPostgres"
import { Effect } from "effect"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

/** A PostgreSQL server that is started with the scope and removed with it. */
export const make = Effect.gen(function*() {
  const directory = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const made = await mkdtemp(join(tmpdir(), "sluice-chaos-"))
      // Run by root, PostgreSQL runs as another account and must get in.
      await chmod(made, 0o711)
      return made
    }),
    (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
  )
  const home = { path: directory }
  yield* Effect.addFinalizer(() => Effect.promise(() => rm(home.path, { recursive: true, force: true })))
  const postgres = yield* EmbeddedPostgres.make({ dataDirectory: directory, settings: { max_connections: "300" } })
  home.path = postgres.home
  return {
    url: postgres.url,
    /**
     * Kills the server. `SIGKILL`: as a power failure of it alone; `SIGQUIT`: its own immediate stop, without a
     * checkpoint.
     */
    kill: (signal: "SIGKILL" | "SIGQUIT") => Effect.map(postgres.pid, (pid) => void process.kill(pid, signal))
  }
})
