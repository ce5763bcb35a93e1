/**
 * Serves what other processes pass on to this one, as if it had come here. A connection that proves no key of this
 * process is closed before anything of it is read.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Option, Schema, type Scope } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { createServer, type Server } from "node:https"
import type { Address } from "./Address.ts"
import { addressHeader, callerHeader, cellHeader, type Member, notOwner, proofOf, tls } from "./PeerKeys.ts"

type Handler = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** The address cannot be listened on. */
export class PeerListenFailed extends Schema.TaggedError<PeerListenFailed>()("PeerListenFailed", {
  host: Schema.String,
  port: Schema.Int,
  /** The system's words. */
  message: Schema.String
}) {}

/** The handler of a cell that is owned here, for a caller as `Rules.caller` has it; `undefined` for other cells. */
export type OwnedHere = (cell: number, caller: string | undefined) => Handler | undefined

/** The time of requests in flight to be answered when the process ends. */
const closeGrace = "2 seconds"

const callerOf = ({ headers }: HttpServerRequest.HttpServerRequest): string | undefined => {
  const caller = headers[callerHeader]
  return caller === undefined ? undefined : decodeURIComponent(caller)
}

/** The request as it came to the process that forwarded it. */
const original = (request: HttpServerRequest.HttpServerRequest): HttpServerRequest.HttpServerRequest =>
  request.modify({ remoteAddress: Option.fromNullishOr(request.headers[addressHeader]) })

const listening = (server: Server, { host, port }: Address) =>
  Effect.callback<void, PeerListenFailed>((resume) => {
    server.once("error", ({ message }) => resume(Effect.fail(new PeerListenFailed({ host, port, message }))))
    server.listen(port, host, () => resume(Effect.void))
  })

const closed = (server: Server) =>
  Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    server.closeIdleConnections()
  }).pipe(
    // A finalizer is not interruptible, and what cannot be interrupted has no time limit.
    Effect.interruptible,
    Effect.timeoutOption(closeGrace),
    Effect.andThen(Effect.sync(() => server.closeAllConnections()))
  )

/** Serves what other processes forward, while the scope is open. */
export const serve = Effect.fnUntraced(function*({ address, keys }: Member, ownedHere: OwnedHere) {
  const proofs = new Map(keys.map(proofOf).map((proof) => [proof.identity, proof.psk]))
  const server = createServer({ ...tls, pskCallback: (_socket, identity) => proofs.get(identity) ?? null })
  // Closed unheard: what it has sent is no proof.
  server.on("tlsClientError", (_error, socket) => void socket.destroy())
  const scope = yield* Effect.scope
  const handle = Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const handler = ownedHere(Number(request.headers[cellHeader] ?? -1), callerOf(request))
    return handler === undefined
      ? Effect.succeed(HttpServerResponse.empty({ status: notOwner }))
      // The server calls it where nothing can be interrupted.
      : Effect.interruptible(Effect.provideService(handler, HttpServerRequest.HttpServerRequest, original(request)))
  })
  server.on("request", yield* NodeHttpServer.makeHandler(handle, { scope }))
  yield* Effect.acquireRelease(listening(server, address), () => closed(server))
})
