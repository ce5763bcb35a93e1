/** A PostgreSQL server with every durability setting on, which can be killed and restarts by itself. */
import * as TemporaryPostgres from "@sluice/persistence/internal/embedded/TemporaryPostgres"
import { Effect } from "effect"
import process from "node:process"

/** A PostgreSQL server that is started with the scope and removed with it. */
export const make = Effect.gen(function*() {
  const postgres = yield* TemporaryPostgres.make({ prefix: "sluice-chaos-", settings: { max_connections: "300" } })
  return {
    url: postgres.url,
    /**
     * Kills the server. `SIGKILL`: as a power failure of it alone; `SIGQUIT`: its own immediate stop, without a
     * checkpoint.
     */
    kill: (signal: "SIGKILL" | "SIGQUIT") => Effect.map(postgres.pid, (pid) => void process.kill(pid, signal))
  }
})
