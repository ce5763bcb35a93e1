/**
 * The socket: Node's HTTP server with bounds, which answers even malformed requests with a problem, and closes idle
 * connections when it stops. Contract: sections 2 and 10.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Problems from "@sluice/api/wire/Problems"
import { Effect, Layer, Schedule, Schema, type Scope } from "effect"
import { HttpServer } from "effect/http"
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { Stopping } from "../process/Stopping.ts"
import * as Answer from "../wire/Answer.ts"

/** The server cannot listen. The message is one line that names the variable and how to mend it. */
export class ListenFailed extends Schema.TaggedError<ListenFailed>()("ListenFailed", { message: Schema.String }) {}

export interface Address {
  readonly host: string
  readonly port: number
}

/** The grace of open requests after the process was asked to stop; their runs have their own. */
const grace = "5 seconds"

/** Longer than the usual proxy keeps a connection, so that it is the proxy that closes it. */
const keepAliveMs = 65_000

/** Requests of one connection that may wait for their answers; a client that sends more without reading is cut off. */
const maxPipelined = 64

/** A client that has taken nothing of its answer for so long is cut off. */
const unreadMs = 30_000

const mends: Readonly<Record<string, (address: Address) => string>> = {
  EADDRINUSE: ({ host, port }) =>
    `PORT ${port} on ${host} is in use: stop the process that listens there, or set PORT to another`,
  EACCES: ({ port }) => `PORT ${port} is not allowed to this user: set PORT to one above 1023`,
  EADDRNOTAVAIL: ({ host }) => `HOST ${host} is not an address of this machine: set HOST to 127.0.0.1 or 0.0.0.0`,
  ENOTFOUND: ({ host }) => `HOST ${host} cannot be resolved: set HOST to an address of this machine`
}

const failed = (address: Address, cause: unknown): ListenFailed => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  const words = cause instanceof Error ? cause.message : String(cause)
  return new ListenFailed({
    message: mends[code]?.(address) ?? `HOST ${address.host}, PORT ${address.port}: ${words}: set others`
  })
}

const rejection = (code: string | undefined): readonly [status: string, detail: string] => {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return ["431 Request Header Fields Too Large", "The headers are over 16 KiB: send fewer"]
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return ["408 Request Timeout", "The request took too long to arrive: send it again"]
    default:
      return [
        "400 Bad Request",
        "What came is not an HTTP/1.1 request: check the request line, the headers and the framing"
      ]
  }
}

/** Answers with a problem where Node would write an empty 400. */
const rejectUnreadable = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === "ECONNRESET" || !socket.writable) return
  const [status, detail] = rejection(error.code)
  const response = Answer.problemResponse(
    new Problems.InvalidRequest({ detail, errors: [{ path: "", message: detail }] })
  )
  const text = Answer.textOf(response).replace("\"status\":400", `"status":${status.slice(0, 3)}`)
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n`
      + "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
      + `Connection: close\r\n\r\n${text}`
  )
}

const make = (): Server => {
  // A missing Host is the gate's business, which says why it refuses.
  const server = createServer({ keepAliveTimeout: keepAliveMs, requireHostHeader: false })
  server.on("clientError", rejectUnreadable)
  return server
}

/** The requests of each connection that are not answered yet. */
type OpenRequests = WeakMap<Socket, number>

/**
 * Counts a request until its answer has been taken; false for one that is not to be answered. Node hands on all requests
 * of what it has read at once: some thousand in 64 KiB, each of which would run.
 */
const admits = (open: OpenRequests, { socket }: IncomingMessage, response: ServerResponse): boolean => {
  if (socket.destroyed) return false
  const count = (open.get(socket) ?? 0) + 1
  if (count > maxPipelined) {
    socket.destroy()
    return false
  }
  open.set(socket, count)
  response.once("close", () => open.set(socket, (open.get(socket) ?? 1) - 1))
  return true
}

/** Ends connections that are idle, or whose answers are not being read; with a listener, Node itself ends none. */
const endUnread = (server: Server, open: OpenRequests): void => {
  server.setTimeout(unreadMs, (socket: Socket) => {
    if (socket.writableLength > 0 || (open.get(socket) ?? 0) === 0) socket.destroy()
  })
}

/** A connection that has become idle since the listener closed would hold it open for as long as it is kept alive. */
const releaseIdle = Effect.fn("Listener.releaseIdle")(function*(server: Server) {
  const stopping = yield* Stopping
  yield* stopping.begun.pipe(
    Effect.andThen(Effect.repeat(Effect.sync(() => server.closeIdleConnections()), Schedule.spaced("50 millis"))),
    Effect.forkScoped
  )
  yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
})

/** A handler in front of the routes; it returns true if it answers the request itself. */
export type Front = (request: IncomingMessage, response: ServerResponse) => boolean

/** Asks `front` first, and hands what it leaves to the routes. */
const placeInFront = (server: Server, front: Front): void => {
  const routes = server.listeners("request") as ReadonlyArray<RequestListener>
  const open: OpenRequests = new WeakMap()
  endUnread(server, open)
  server.removeAllListeners("request")
  server.on("request", (request, response) => {
    if (!admits(open, request, response)) return
    if (front(request, response)) return
    for (const route of routes) route(request, response)
  })
}

/** The front's scope is closed after the routes have ended, which is after the listener waited for open requests. */
const withFront =
  (server: Server, makeFront: Effect.Effect<Front, never, Scope.Scope>) => (inner: HttpServer.HttpServer["Service"]) =>
    HttpServer.make({
      address: inner.address,
      serve: (httpEffect, middleware) =>
        Effect.flatMap(makeFront, (front) =>
          Effect.andThen(
            middleware === undefined ? inner.serve(httpEffect) : inner.serve(httpEffect, middleware),
            Effect.sync(() => placeInFront(server, front))
          ))
    })

export const layer = (
  address: Address,
  makeFront: Effect.Effect<Front, never, Scope.Scope>
): Layer.Layer<
  HttpServer.HttpServer | Layer.Success<typeof NodeHttpServer.layerHttpServices>,
  ListenFailed,
  Stopping
> =>
  Layer.unwrap(Effect.sync(() => {
    const server = make()
    return Layer.effectDiscard(releaseIdle(server)).pipe(
      Layer.provideMerge(
        Layer.effect(HttpServer.HttpServer, Effect.map(HttpServer.HttpServer, withFront(server, makeFront)))
      ),
      Layer.provideMerge(NodeHttpServer.layer(() => server, { ...address, gracefulShutdownTimeout: grace })),
      Layer.catch((error) => Layer.effectDiscard(Effect.fail(failed(address, error.cause))))
    )
  })) as never
