/** Serves one partner on a port of its own and writes every request into the log before the partner answers. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect } from "effect"
import { Base64 } from "effect/encoding"
import { HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { createServer, ServerResponse } from "node:http"
import { orderSeen } from "./OrderSeen.ts"
import { type Reply, summary } from "./Reply.ts"
import { RequestLog } from "./RequestLog.ts"
import type { ScriptedPartner } from "./Scriptable.ts"

/** A partner that is being served; a reset replaces it by a fresh one. */
export interface RunningPartner {
  partner: ScriptedPartner
}

/** The address to listen on; port 0 chooses a free one. */
export interface ListenOptions {
  readonly host: string
  readonly port: number
}

const resetConnection = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.sync(() => NodeHttpServerRequest.toIncomingMessage(request).socket.resetAndDestroy())

const cutConnection = (request: HttpServerRequest.HttpServerRequest, body: string) =>
  Effect.sync(() => {
    const bytes = new TextEncoder().encode(body)
    const response = NodeHttpServerRequest.toServerResponse(request)
    // The listener speaks HTTP/1.1 only; the check is for the type, which allows HTTP/2 too.
    if (!(response instanceof ServerResponse)) return
    response.writeHead(200, { "content-type": "application/json", "content-length": String(bytes.length) })
    response.write(bytes.slice(0, bytes.length >> 1), () => response.socket?.destroy())
  })

/** Does what the reply says. What is no answer ends with the connection, which interrupts the request's fiber. */
const perform = (
  request: HttpServerRequest.HttpServerRequest,
  reply: Reply
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  switch (reply._tag) {
    case "Answer":
      return Effect.succeed(
        reply.body === ""
          ? HttpServerResponse.empty({ status: reply.status, headers: reply.headers })
          : HttpServerResponse.text(reply.body, {
            status: reply.status,
            contentType: reply.contentType,
            headers: reply.headers
          })
      )
    case "Reset":
      return Effect.andThen(resetConnection(request), Effect.never)
    case "Cut":
      return Effect.andThen(cutConnection(request, reply.body), Effect.never)
    case "Hang":
      return Effect.never
  }
}

const app = Effect.fn("PartnerServer.app")(function*(running: RunningPartner) {
  const log = yield* RequestLog
  const request = yield* HttpServerRequest.HttpServerRequest
  const bytes = new Uint8Array(yield* request.arrayBuffer)
  const body = new TextDecoder().decode(bytes)
  const url = new URL(request.url, "http://partner")
  const { partner } = running
  const order = orderSeen(body)
  const orderId = partner.orderId?.(body) ?? order.id
  const asked = {
    method: request.method,
    path: url.pathname,
    headers: { ...request.headers },
    body,
    order: { ...order, id: orderId }
  }
  // Requests about the script are not logged: they are not calls to the partner.
  const aboutScript = partner.script.reply(asked)
  if (aboutScript !== undefined) return yield* perform(request, aboutScript)
  const entry = yield* log.received({
    partner: partner.name,
    ...(orderId === undefined ? {} : { order: orderId }),
    method: request.method,
    path: url.pathname,
    query: url.search,
    headers: asked.headers,
    body,
    bodyBytes: Base64.encode(bytes)
  })
  const reply = partner.reply({ ...asked, receivedAt: entry.receivedAt, number: entry.number })
  // A server's handlers are uninterruptible unless they say otherwise, and a caller who hangs up must end the wait.
  return yield* Effect.interruptible(Effect.gen(function*() {
    if (reply._tag === "Hang") return yield* Effect.never
    if (reply.afterMs > 0) yield* Effect.sleep(reply.afterMs)
    yield* log.answered(entry.id, summary(reply), reply._tag === "Answer" ? reply.finding : undefined)
    return yield* perform(request, reply)
  })).pipe(Effect.onInterrupt(() => log.answered(entry.id, "abandoned")))
})

/** Serves the app until the scope closes; returns its origin, `http://host:port`. */
export const listen = Effect.fnUntraced(function*<E, R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  options: ListenOptions
) {
  const server = yield* NodeHttpServer.make(createServer, { ...options, gracefulShutdownTimeout: "100 millis" })
  yield* server.serve(app)
  return HttpServer.formatAddress(server.address)
})

/** Starts one partner; returns its origin. */
export const start = (running: RunningPartner, options: ListenOptions) => listen(app(running), options)
