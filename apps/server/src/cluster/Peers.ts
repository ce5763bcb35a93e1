/**
 * Forwards requests between processes: a process passes on what a cell's owner must do (orders taken in, cancels, retries,
 * callbacks, streams) to the owner, which serves it as if it had come there. Contract: section 11, "Owners".
 *
 * Connections are TLS with a pre-shared key derived from `SLUICE_ENCRYPTION_KEY`: a process proves its first key, and
 * accepts each of its own, so that keys can be rotated. A connection without one ends with the handshake.
 *
 * | what happens to a forwarded request | answer |
 * | --- | --- |
 * | the owner cannot be reached, or owns the cell no more | it is served here: what is taken in is queued for the owner |
 * | the connection is lost after the request was sent | 503: it may have been stored |
 * | the owner answers | its answer |
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Problems from "@sluice/api/wire/Problems"
import { ByteSize, Effect, Metric, Option, Redacted, Schema, type Scope } from "effect"
import { HttpIncomingMessage, HttpServerRequest, HttpServerResponse } from "effect/http"
import { createHash, createHmac } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { Agent, createServer, request as httpsRequest, type ServerOptions } from "node:https"
import { Caller, type CallerIdentity } from "../access/Caller.ts"
import type { ClusterAddress } from "../config/ServerConfig.ts"
import { problemResponse } from "../wire/Answer.ts"
import { maxBody } from "../wire/Body.ts"

type Response = HttpServerResponse.HttpServerResponse

type Handler = Effect.Effect<Response, never, HttpServerRequest.HttpServerRequest | Scope.Scope>

export interface Cluster {
  readonly address: ClusterAddress
  readonly keys: ReadonlyArray<Redacted.Redacted<Uint8Array>>
}

/** The address cannot be listened on. One line that names the variable. */
export class ClusterListenFailed extends Schema.TaggedError<ClusterListenFailed>()("ClusterListenFailed", {
  message: Schema.String
}) {}

interface Proof {
  readonly identity: string
  readonly psk: Buffer
}

/** The key itself never leaves the process: the other side proves what is derived from it. */
const proofOf = (key: Redacted.Redacted<Uint8Array>): Proof => {
  const psk = createHmac("sha256", Redacted.value(key)).update("sluice cluster").digest()
  return { psk, identity: createHash("sha256").update(psk).digest("hex").slice(0, 32) }
}

const tls = {
  ciphers: "ECDHE-PSK-CHACHA20-POLY1305",
  minVersion: "TLSv1.2",
  maxVersion: "TLSv1.2"
} as const

/** Of the processes' own, which no client's request has. */
const cellHeader = "sluice-cell"
const callerHeader = "sluice-caller"
const addressHeader = "sluice-remote-address"

/** The process owns the cell no more, or not yet. */
const notOwner = 421

/** The time of requests in flight to be answered when the process ends. */
const closeGrace = "2 seconds"

/** The time to reach an owner; one that is gone refuses at once. */
const connectMs = 1000

const forwarded = /^\/v1\/(?:orders|events|callbacks\/|process-events\/[^/?]+\/(?:cancel|retry|stream|steps\/))/

/** True if the cell's owner has to do it: reads are served from the database wherever they come. */
export const isForwarded = (method: string, url: string): boolean =>
  forwarded.test(url) && (method !== "GET" ? method !== "HEAD" : /\/stream(?:\?|$)/.test(url))

const lost = (cell: number): Response =>
  problemResponse(
    new Problems.Unavailable({
      detail:
        `The owner of cell ${cell} was lost before it answered: it may have been stored, repeat it with the same key`,
      retryAfterSeconds: 1
    })
  )

/** The counter of requests that are an owner's to serve, by their outcome. */
const count = (outcome: "answered" | "here" | "lost") =>
  Metric.counter("sluice_cluster_forwarded_total", {
    description:
      "Requests for cells of other processes: answered by the owner, served here without it, or lost with it.",
    attributes: { outcome },
    incremental: true
  })

const counted = { answered: count("answered"), here: count("here"), lost: count("lost") }

/** Headers of one connection, and the key, which the other side does not need. */
const ownHeaders: ReadonlySet<string> = new Set([
  "authorization",
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "transfer-encoding",
  "upgrade"
])

const passedOn = (headers: Readonly<Record<string, string | undefined>>): Record<string, string> => {
  const passed: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !ownHeaders.has(name) && !name.startsWith("sluice-")) passed[name] = value
  }
  return passed
}

interface Forwarded {
  readonly cell: number
  readonly owner: string
  readonly request: HttpServerRequest.HttpServerRequest
  readonly caller: CallerIdentity | undefined
  readonly body: Uint8Array
}

/** `undefined`: the request was certainly not taken. */
const exchange = (agent: Agent, { body, caller, cell, owner, request }: Forwarded) =>
  Effect.callback<IncomingMessage | "lost" | undefined>((resume) => {
    const [, host, port] = /^(.*):(\d+)$/.exec(owner) ?? []
    let isConnected = false
    const sent = httpsRequest({
      agent,
      host,
      port,
      method: request.method,
      path: request.url,
      timeout: connectMs,
      headers: {
        ...passedOn(request.headers),
        "content-length": String(body.length),
        [cellHeader]: String(cell),
        ...(caller !== undefined && { [callerHeader]: encodeURIComponent(JSON.stringify(caller)) }),
        ...(Option.isSome(request.remoteAddress) && { [addressHeader]: request.remoteAddress.value })
      }
    })
    sent.on("socket", (socket) => {
      // One that is kept alive is connected already.
      if (!socket.connecting && sent.reusedSocket) isConnected = true
      else socket.once("secureConnect", () => void (isConnected = true))
    })
    // Before the socket is connected, the owner cannot be reached; afterwards, its answer only takes long.
    sent.on("timeout", () => void (isConnected || sent.destroy()))
    sent.on("error", () => resume(Effect.succeed(isConnected ? "lost" : undefined)))
    sent.on("response", (response) => resume(Effect.succeed(response)))
    sent.end(body)
    return Effect.sync(() => void sent.destroy())
  })

const collected = (response: IncomingMessage): Effect.Effect<Buffer | undefined> =>
  Effect.promise(async () => {
    const chunks: Array<Buffer> = []
    try {
      for await (const chunk of response) chunks.push(chunk as Buffer)
    } catch {
      return undefined
    }
    return Buffer.concat(chunks)
  })

const answered = Effect.fnUntraced(function*(response: IncomingMessage, cell: number) {
  const headers = passedOn(response.headers as Record<string, string>)
  const status = response.statusCode ?? 502
  if (headers["content-type"]?.startsWith("text/event-stream") === true) {
    return HttpServerResponse.stream(NodeStream.fromReadable({ evaluate: () => response }), { status, headers })
  }
  const body = yield* collected(response)
  return body === undefined ? lost(cell) : HttpServerResponse.uint8Array(body, { status, headers })
})

/** Forwards to owners over connections that are kept. */
export const make = Effect.fnUntraced(function*({ address, keys }: Cluster) {
  const [key] = keys
  const self = `${address.host}:${address.port}`
  const proof = key === undefined ? undefined : proofOf(key)
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() =>
      new Agent({
        ...tls,
        keepAlive: true,
        checkServerIdentity: () => undefined,
        pskCallback: () => proof ?? null
      })
    ),
    (agent) => Effect.sync(() => agent.destroy())
  )

  /** Serves the request at `owner`, and `here` where that is this process or cannot be reached. */
  const forward = (cell: number, owner: string | undefined, here: Handler): Handler =>
    Effect.flatMap(
      HttpServerRequest.HttpServerRequest,
      (request) =>
        owner === undefined || owner === self || !isForwarded(request.method, request.url)
          ? here
          : atOwner(cell, owner, request, here)
    )

  const atOwner = Effect.fnUntraced(
    function*(cell: number, owner: string, request: HttpServerRequest.HttpServerRequest, here: Handler) {
      if (Number(request.headers["content-length"] ?? 0) > maxBody) return yield* here
      // What is too large, or breaks off, is refused here.
      const body = yield* Effect.option(
        Effect.provideService(request.arrayBuffer, HttpIncomingMessage.MaxBodySize, ByteSize.mebibytes(1))
      )
      if (Option.isNone(body)) return yield* here
      const caller = yield* Caller
      const response = yield* exchange(agent, { cell, owner, request, caller, body: new Uint8Array(body.value) })
      if (response === "lost") {
        yield* Metric.update(counted.lost, 1)
        return lost(cell)
      }
      if (response === undefined || response.statusCode === notOwner) {
        response?.resume()
        yield* Metric.update(counted.here, 1)
        return yield* here
      }
      yield* Metric.update(counted.answered, 1)
      return yield* answered(response, cell)
    }
  )

  return { forward }
})

const told = (request: HttpServerRequest.HttpServerRequest): CallerIdentity | undefined => {
  const caller = request.headers[callerHeader]
  return caller === undefined ? undefined : JSON.parse(decodeURIComponent(caller)) as CallerIdentity
}

/** The request as it came to the process that forwarded it. */
const original = (request: HttpServerRequest.HttpServerRequest): HttpServerRequest.HttpServerRequest =>
  request.modify({ remoteAddress: Option.fromNullishOr(request.headers[addressHeader]) })

/** Serves what other processes forward, while the scope is open. `ownedBy`: the handler of a cell that is owned here. */
export const serve = Effect.fnUntraced(function*(
  { address, keys }: Cluster,
  ownedHere: (cell: number) => Handler | undefined
) {
  const proofs = new Map(keys.map(proofOf).map((proof) => [proof.identity, proof.psk]))
  const options: ServerOptions = { ...tls, pskCallback: (_socket, identity) => proofs.get(identity) ?? null }
  const server = createServer(options)
  // Closed unheard: what it has sent is no proof.
  server.on("tlsClientError", (_error, socket) => void socket.destroy())
  const scope = yield* Effect.scope
  const handle = Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const handler = ownedHere(Number(request.headers[cellHeader] ?? -1))
    return handler === undefined
      ? Effect.succeed(HttpServerResponse.empty({ status: notOwner }))
      : handler.pipe(
        Effect.provideService(Caller, told(request)),
        Effect.provideService(HttpServerRequest.HttpServerRequest, original(request))
      )
  })
  server.on("request", yield* NodeHttpServer.makeHandler(handle, { scope }))
  yield* Effect.acquireRelease(
    Effect.callback<void, ClusterListenFailed>((resume) => {
      server.once("error", ({ message }) =>
        resume(Effect.fail(
          new ClusterListenFailed({
            message:
              `SLUICE_CLUSTER_PORT ${address.port} on ${address.host} cannot be listened on: ${message}: set another`
          })
        )))
      server.listen(address.port, address.host, () => resume(Effect.void))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeIdleConnections()
      }).pipe(
        Effect.timeoutOption(closeGrace),
        Effect.andThen(Effect.sync(() => server.closeAllConnections()))
      )
  )
})
