/**
 * Serves requests that other processes forward, as if they had come here. A connection that proves no key of this
 * process is closed before anything of it is read.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Fiber, Option, Schema, Scope } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer, type Server } from "node:https"
import { Server as NetServer } from "node:net"
import type { Address } from "./Address.ts"
import { addressHeader, callerHeader, cellHeader, type Member, notOwner, proofOf, tls } from "./PeerKeys.ts"

type Handler = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** The process cannot listen on the address. */
export class PeerListenFailed extends Schema.TaggedError<PeerListenFailed>()("PeerListenFailed", {
  host: Schema.String,
  port: Schema.Int,
  /** The message of the operating system. */
  message: Schema.String
}) {}

/**
 * The handler of a cell that this process owns, for a caller encoded as by `Rules.caller`; `undefined` for other cells.
 */
export type OwnedHere = (cell: number, caller: string | undefined) => Handler | undefined

/** The time in which others notice that the process owns no cell, and send it nothing more: some of their looks. */
const leaveGrace = "1500 millis"

/** The time of requests in flight to be answered when the process ends. */
const closeGrace = "2 seconds"

interface Forwarded {
  /** The number of the cell; -1 if the request names none. */
  readonly cell: number
  readonly caller: string | undefined
}

/** The cell that a request is for, and its caller, encoded as by `Rules.caller`. */
export const forwardedOf = (
  { headers }: { readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>> }
): Forwarded => {
  const caller = headers[callerHeader]
  return {
    cell: Number(headers[cellHeader] ?? -1),
    caller: typeof caller === "string" ? decodeURIComponent(caller) : undefined
  }
}

/** A handler that is asked before `OwnedHere`; true if it answers the request itself. */
export type Front = (request: IncomingMessage, response: ServerResponse) => boolean

const noFront = Effect.succeed<Front>(() => false)

/** The request as it came to the process that forwarded it. */
const original = (request: HttpServerRequest.HttpServerRequest): HttpServerRequest.HttpServerRequest =>
  request.modify({ remoteAddress: Option.fromNullishOr(request.headers[addressHeader]) })

const listening = (server: Server, { host, port }: Address) =>
  Effect.callback<void, PeerListenFailed>((resume) => {
    server.once("error", ({ message }) => resume(Effect.fail(new PeerListenFailed({ host, port, message }))))
    server.listen(port, host, () => resume(Effect.void))
  })

/**
 * Closes the server when nothing is sent to it any more. To a request on a kept connection that is closed at that moment
 * the sender would have to say that it may have been stored: so each answer ends its connection first, and the idle ones
 * are not closed with the server, as `https.Server` would.
 */
const closed = (server: Server) =>
  Effect.callback<void>((resume) => {
    NetServer.prototype.close.call(server, () => resume(Effect.void))
  }).pipe(
    Effect.timeoutOption(closeGrace),
    Effect.andThen(Effect.sync(() => {
      server.closeAllConnections()
      server.close()
    })),
    Effect.delay(leaveGrace),
    (closing) =>
      Effect.andThen(
        Effect.sync(() => server.prependListener("request", (_, response) => void (response.shouldKeepAlive = false))),
        closing
      ),
    // The finalizer's own fiber may be interrupted already, and cannot be here: its waits would end at once, or never.
    Effect.forkDetach,
    Effect.flatMap(Fiber.await)
  )

/** Serves what other processes forward, while the scope is open. */
export const serve = Effect.fnUntraced(function*(
  { address, keys }: Member,
  ownedHere: OwnedHere,
  makeFront: Effect.Effect<Front, never, Scope.Scope> = noFront
) {
  const proofs = new Map(keys.map(proofOf).map((proof) => [proof.identity, proof.psk]))
  const server = createServer({ ...tls, pskCallback: (_socket, identity) => proofs.get(identity) ?? null })
  // Closed unheard: what it has sent is no proof.
  server.on("tlsClientError", (_error, socket) => void socket.destroy())
  // Of its own: requests are answered until the server is closed.
  const scope = yield* Scope.make()
  const handle = Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const { caller, cell } = forwardedOf(request)
    const handler = ownedHere(cell, caller)
    return handler === undefined
      ? Effect.succeed(HttpServerResponse.empty({ status: notOwner }))
      // The server calls it where nothing can be interrupted.
      : Effect.interruptible(Effect.provideService(handler, HttpServerRequest.HttpServerRequest, original(request)))
  })
  const handler = yield* NodeHttpServer.makeHandler(handle, { scope })
  const front = yield* Effect.provideService(makeFront, Scope.Scope, scope)
  server.on("request", (request, response) => void (front(request, response) || handler(request, response)))
  yield* Effect.acquireRelease(
    listening(server, address),
    (_, exit) => Effect.andThen(closed(server), Scope.close(scope, exit))
  )
})
