/**
 * Forwards requests to the owners of the cells that they concern, over TLS with a pre-shared key (`PeerKeys.ts`). The
 * owner serves a request as if it had come there (`PeerServer.ts`).
 *
 * | what happens to a request | answer |
 * | --- | --- |
 * | the owner cannot be reached, or owns the cell no more | it is served here |
 * | the connection is lost, or the owner falls silent, after the request was sent | that of `lost` |
 * | the owner answers | its answer |
 */
import * as NodeStream from "@effect/platform-node/NodeStream"
import { ByteSize, Effect, Metric, Option, Redacted, type Scope } from "effect"
import { HttpIncomingMessage, HttpServerRequest, HttpServerResponse } from "effect/http"
import type { IncomingMessage } from "node:http"
import { Agent, request as httpsRequest } from "node:https"
import { nameOf, parseName } from "./Address.ts"
import { addressHeader, callerHeader, cellHeader, type Member, notOwner, proofOf, tls } from "./PeerKeys.ts"
import { Reachability, type Reached } from "./Reachability.ts"

type Response = HttpServerResponse.HttpServerResponse

type Handler = Effect.Effect<Response, never, HttpServerRequest.HttpServerRequest | Scope.Scope>

/** The rules by which requests are forwarded. */
export interface Rules {
  /** True if the cell's owner has to serve it. */
  readonly isForwarded: (method: string, url: string) => boolean
  /** The largest body to forward, in bytes; a request with a larger one is served here, and refused. */
  readonly maxBody: number
  /** The authenticated caller, encoded for the owner. */
  readonly caller: Effect.Effect<string | undefined>
  /** The answer where the owner was lost after the request was sent, so that it may have been served. */
  readonly lost: (cell: number) => Response
}

export type { Member }

/** A request whose body was read. */
export interface Passed {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** The caller, encoded as by `Rules.caller`. */
  readonly caller: string | undefined
  readonly remoteAddress?: string | undefined
}

export interface Peers {
  /** Has `owner` serve a request that is known to be for it, and `here` if the owner cannot be reached. */
  readonly pass: (cell: number, owner: string, passed: Passed, here: Effect.Effect<Response>) => Effect.Effect<Response>
  /** Serves the request at `owner`, and `here` where that is this process or cannot be reached. */
  readonly forward: (cell: number, owner: string | undefined, here: Handler) => Handler
  /** Tests by a new connection whether the process of that name can be reached. */
  readonly reach: (name: string) => Effect.Effect<Reached>
}

/** The time to reach an owner; one that is gone refuses at once. */
const connectMs = 1000

/** Between two looks at whether an owner that has not answered can still be reached. */
const lookMs = 1000

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

interface Forwarded extends Passed {
  readonly cell: number
  readonly owner: string
}

interface Connections {
  readonly agent: Agent
  readonly reachability: Reachability
}

/**
 * Closes the idle connections to an owner that cannot be reached. A request that is sent over one of them gets no answer,
 * and may have been served; a new connection fails before anything is sent.
 */
const forget = (agent: Agent, owner: string) => {
  for (const [name, sockets = []] of Object.entries(agent.freeSockets)) {
    if (name.startsWith(`${owner}:`)) { for (const socket of sockets) socket.destroy() }
  }
}

/** `undefined`: the request was certainly not taken. */
const exchange = (
  { agent, reachability }: Connections,
  { body, caller, cell, headers, method, owner, remoteAddress, url }: Forwarded
) =>
  Effect.callback<IncomingMessage | "lost" | undefined>((resume) => {
    const address = parseName(owner)
    let isConnected = false
    const sent = httpsRequest({
      agent,
      ...address,
      method,
      path: url,
      timeout: connectMs,
      headers: {
        ...passedOn(headers),
        "content-length": String(body.length),
        [cellHeader]: String(cell),
        ...(caller !== undefined && { [callerHeader]: encodeURIComponent(caller) }),
        ...(remoteAddress !== undefined && { [addressHeader]: remoteAddress })
      }
    })
    const looking = setInterval(async () => {
      if (!isConnected || (await reachability.check(owner)) === "reached") return
      forget(agent, owner)
      sent.destroy()
    }, lookMs)
    sent.on("close", () => clearInterval(looking))
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

/** `undefined`: the connection was lost within the answer. */
const answered = Effect.fnUntraced(function*(response: IncomingMessage) {
  const headers = passedOn(response.headers as Record<string, string>)
  const status = response.statusCode ?? 502
  if (headers["content-type"]?.startsWith("text/event-stream") === true) {
    return HttpServerResponse.stream(NodeStream.fromReadable({ evaluate: () => response }), { status, headers })
  }
  const body = yield* collected(response)
  return body && HttpServerResponse.uint8Array(body, { status, headers })
})

const lostAt = Effect.fnUntraced(function*({ lost }: Rules, cell: number) {
  yield* Metric.update(counted.lost, 1)
  return lost(cell)
})

interface Route<R> extends Connections {
  readonly rules: Rules
  readonly cell: number
  readonly owner: string
  readonly here: Effect.Effect<Response, never, R>
}

const pass = Effect.fnUntraced(
  function*<R>({ agent, cell, here, owner, reachability, rules }: Route<R>, passed: Passed) {
    const response = yield* exchange({ agent, reachability }, { ...passed, cell, owner })
    if (response === "lost") return yield* lostAt(rules, cell)
    if (response === undefined || response.statusCode === notOwner) {
      response?.resume()
      yield* Metric.update(counted.here, 1)
      return yield* here
    }
    const answer = yield* answered(response)
    if (answer === undefined) return yield* lostAt(rules, cell)
    yield* Metric.update(counted.answered, 1)
    return answer
  }
)

const atOwner = Effect.fnUntraced(function*(
  route: Route<HttpServerRequest.HttpServerRequest | Scope.Scope>,
  request: HttpServerRequest.HttpServerRequest
) {
  const { here, rules: { caller, maxBody } } = route
  const { headers, method, remoteAddress, url } = request
  if (Number(headers["content-length"] ?? 0) > maxBody) return yield* here
  // A body that is too large or breaks off is refused by this process.
  const body = yield* Effect.option(
    Effect.provideService(request.arrayBuffer, HttpIncomingMessage.MaxBodySize, ByteSize.bytes(maxBody))
  )
  if (Option.isNone(body)) return yield* here
  return yield* pass(route, {
    method,
    url,
    headers,
    body: new Uint8Array(body.value),
    caller: yield* caller,
    remoteAddress: Option.getOrUndefined(remoteAddress)
  })
})

/** Forwards to owners over connections that are kept while the scope is open. */
export const make = Effect.fnUntraced(function*({ address, keys }: Member, rules: Rules) {
  const [key] = keys
  const self = nameOf(address)
  const proof = key === undefined ? undefined : Redacted.make(proofOf(key))
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() =>
      new Agent({
        ...tls,
        keepAlive: true,
        checkServerIdentity: () => undefined,
        pskCallback: () => proof === undefined ? null : Redacted.value(proof)
      })
    ),
    (agent) => Effect.sync(() => agent.destroy())
  )
  const reachability = new Reachability(proof)
  const peers: Peers = {
    pass: (cell, owner, passed, here) => pass({ agent, reachability, rules, cell, owner, here }, passed),
    forward: (cell, owner, here) =>
      Effect.flatMap(
        HttpServerRequest.HttpServerRequest,
        (request) =>
          owner === undefined || owner === self || !rules.isForwarded(request.method, request.url)
            ? here
            : atOwner({ agent, reachability, rules, cell, owner, here }, request)
      ),
    reach: (name) => Effect.promise(() => reachability.check(name))
  }
  return peers
})
