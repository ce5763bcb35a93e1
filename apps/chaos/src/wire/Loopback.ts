/** Listens on a free port of loopback. */
import { Effect, type Scope } from "effect"
import type { AddressInfo, Server } from "node:net"

/** Listens until the scope closes, which stops listening and ends the connections by `end`; returns the port. */
export const listen = (server: Server, end: () => void): Effect.Effect<number, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.sync(() => {
        server.close()
        end()
      })
  )
