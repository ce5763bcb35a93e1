/** Servers of tests on a free port of 127.0.0.1. */
import { Effect, type Scope } from "effect"
import type { Server } from "node:http"
import type { Server as TlsServer } from "node:https"
import type { AddressInfo } from "node:net"

/** Listens until the scope closes, which ends every connection; returns the port. */
export const listen = (server: Server | TlsServer): Effect.Effect<number, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )
