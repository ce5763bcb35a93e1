/**
 * Keep-alive connections, one request at a time on each, shared by origin.
 *
 * undici's own pool cannot withdraw a request that still waits for its connection; here a ticket is withdrawn at
 * once, wherever it is: in the queue, while the connection is opened (that attempt is given up, so that a partner that
 * comes back is met by a fresh one), or on the wire. A connection that ever failed is not used again.
 */
import type { TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import { Socket } from "node:net"
import { Client, type Dispatcher } from "undici"
import { identityName } from "./ClientTls.ts"
import { Dialling, type DiallingOptions } from "./Dialling.ts"
import { ResponseHead } from "./ResponseHead.ts"

export interface ConnectionLimits {
  /** Open connections to one origin; further requests wait, and their time runs. Default 256. */
  readonly connectionsPerOrigin?: number | undefined
  /**
   * The time that an idle connection is kept, in milliseconds. Default 4 000, less than the 5 000 of common servers.
   */
  readonly keepAliveMs?: number | undefined
  /** The longest head of an answer, in bytes. Default 32 KiB. */
  readonly maxHeadBytes?: number | undefined
}

/** One request's claim to a connection, from `acquire` to `release` or `withdraw`. */
export interface Ticket {
  readonly origin: Origin
  readonly options: Dispatcher.DispatchOptions
  readonly handler: Dispatcher.DispatchHandler
  lane: PooledConnection | undefined
}

interface PooledConnection {
  readonly client: Client
  /** The socket, from the first attempt to connect it. */
  socket: Socket | undefined
  readonly head: ResponseHead
  ticket: Ticket | undefined
  isConnected: boolean
  /** True if it has carried an answer: the partner may have closed it since, see `#reuse`. */
  used: boolean
}

/** Connections that may stand for each other: to one origin, with one TLS identity. */
interface Origin {
  readonly key: string
  readonly url: string
  readonly identity: TlsIdentity | undefined
  readonly lanes: Set<PooledConnection>
  readonly idle: Array<PooledConnection>
  readonly waiting: Set<Ticket>
}

export class ConnectionPool {
  readonly #origins = new Map<string, Origin>()
  /** The tickets whose requests wait to be sent on a used connection. */
  #reusing: Array<Ticket> = []
  readonly #limits: Required<{ [K in keyof ConnectionLimits]: number }>
  readonly #dialling: Dialling

  constructor(limits: ConnectionLimits, dialling: DiallingOptions) {
    this.#limits = {
      connectionsPerOrigin: limits.connectionsPerOrigin ?? 256,
      keepAliveMs: limits.keepAliveMs ?? 4000,
      maxHeadBytes: limits.maxHeadBytes ?? 32 * 1024
    }
    this.#dialling = new Dialling(dialling)
  }

  /** True if requests to this origin are open, which means that its literal address was checked. */
  knows(origin: string, identity?: TlsIdentity): boolean {
    return this.#origins.has(keyOf(origin, identity))
  }

  /** Sends the request as soon as a connection is free. The handler may be called before this returns. */
  acquire(
    url: string,
    identity: TlsIdentity | undefined,
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler
  ): Ticket {
    const key = keyOf(url, identity)
    let origin = this.#origins.get(key)
    if (origin === undefined) {
      origin = { key, url, identity, lanes: new Set(), idle: [], waiting: new Set() }
      this.#origins.set(key, origin)
    }
    const ticket: Ticket = { origin, options, handler, lane: undefined }
    const lane = origin.idle.pop() ?? this.#open(origin)
    if (lane === undefined) origin.waiting.add(ticket)
    else this.#assign(lane, ticket)
    return ticket
  }

  /** Returns the connection of an exchange that ended well, for the next one. */
  release(ticket: Ticket): void {
    const { lane, origin } = ticket
    if (lane === undefined || lane.ticket !== ticket) return
    lane.ticket = undefined
    // Closed while the last of a compressed answer was still being unpacked: no event would tell of it again.
    if (!lane.isConnected) return this.#close(origin, lane)
    lane.used = true
    const next = takeFirst(origin.waiting)
    if (next === undefined) origin.idle.push(lane)
    else this.#assign(lane, next)
  }

  /**
   * Removes a request that failed or is no longer wanted: its place in the queue or its connection is given up at once.
   */
  withdraw(ticket: Ticket): void {
    const { lane, origin } = ticket
    if (lane !== undefined && lane.ticket === ticket) {
      lane.ticket = undefined
      this.#close(origin, lane)
    } else if (origin.waiting.delete(ticket)) {
      this.#forgetIfUnused(origin)
    }
  }

  /** Closes every connection; exchanges under way fail. */
  async shutdown(): Promise<void> {
    const lanes = [...this.#origins.values()].flatMap((origin) => [...origin.lanes])
    await Promise.all(lanes.map((lane) => {
      lane.socket?.destroy()
      return lane.client.destroy()
    }))
  }

  /** Notes that the head of the request is about to be written: from now on received bytes belong to its answer. */
  begin({ lane }: Ticket): void {
    lane?.head.begin()
  }

  /**
   * Sends the request on a new connection, because its used one was lost before anything was written. Returns `false`
   * if its connection was new already: the partner cannot be reached then.
   */
  replace(ticket: Ticket): boolean {
    const { lane, origin } = ticket
    if (lane === undefined || lane.ticket !== ticket || !lane.used) return false
    lane.ticket = undefined
    // First in the queue for what becomes free.
    origin.waiting.delete(ticket)
    const waiting = [...origin.waiting]
    origin.waiting.clear()
    for (const one of [ticket, ...waiting]) origin.waiting.add(one)
    this.#close(origin, lane)
    return true
  }

  #assign(lane: PooledConnection, ticket: Ticket): void {
    lane.ticket = ticket
    ticket.lane = lane
    if (lane.used) this.#reuse(ticket)
    else lane.client.dispatch(ticket.options, ticket.handler)
  }

  /**
   * Sends on a used connection, but not before the event loop has polled once more: a partner's end of the connection
   * may be here, unread, and a request written before it is read would be lost, and count as one that may have been
   * taken. undici validates a used connection with an immediate, which polls only where it is set in the check phase;
   * so that is where it is asked to send. One immediate for all: two for each were 1 % of an order.
   */
  #reuse(ticket: Ticket): void {
    if (this.#reusing.push(ticket) > 1) return
    setImmediate(() => {
      const tickets = this.#reusing
      this.#reusing = []
      for (const ticket of tickets) {
        const { handler, lane, options } = ticket
        if (lane?.ticket === ticket) lane.client.dispatch(options, handler)
      }
    })
  }

  #open(origin: Origin): PooledConnection | undefined {
    if (origin.lanes.size >= this.#limits.connectionsPerOrigin) return undefined
    const client = new Client(origin.url, {
      pipelining: 1,
      maxHeaderSize: this.#limits.maxHeadBytes,
      keepAliveTimeout: this.#limits.keepAliveMs,
      keepAliveMaxTimeout: 60_000,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => {
        this.#dialling.dial(
          origin.identity,
          options,
          (...[error, socket]: Parameters<typeof callback>) => {
            if (socket instanceof Socket) filterHeads(socket, lane.head)
            callback(...[error, socket] as Parameters<typeof callback>)
          },
          (socket) => {
            lane.socket = socket
            return origin.lanes.has(lane)
          }
        )
      }
    })
    const head = new ResponseHead(this.#limits.maxHeadBytes)
    const lane: PooledConnection = {
      client,
      socket: undefined,
      head,
      ticket: undefined,
      isConnected: false,
      used: false
    }
    client.on("connect", () => {
      lane.isConnected = true
    })
    client.on("disconnect", () => {
      lane.isConnected = false
      if (lane.ticket === undefined) this.#close(origin, lane)
    })
    origin.lanes.add(lane)
    return lane
  }

  #close(origin: Origin, lane: PooledConnection): void {
    if (!origin.lanes.delete(lane)) return
    const index = origin.idle.indexOf(lane)
    if (index >= 0) origin.idle.splice(index, 1)
    lane.client.destroy(null, () => {})
    lane.socket?.destroy()
    const next = takeFirst(origin.waiting)
    if (next === undefined) return this.#forgetIfUnused(origin)
    const replacement = this.#open(origin)
    if (replacement !== undefined) this.#assign(replacement, next)
  }

  #forgetIfUnused(origin: Origin): void {
    if (origin.lanes.size === 0 && origin.waiting.size === 0) this.#origins.delete(origin.key)
  }
}

const keyOf = (origin: string, identity: TlsIdentity | undefined): string =>
  identity === undefined ? origin : `${origin} ${identityName(identity)}`

const takeFirst = (tickets: Set<Ticket>): Ticket | undefined => {
  for (const ticket of tickets) {
    tickets.delete(ticket)
    return ticket
  }
  return undefined
}

/** Puts the heads of answers between the socket and undici's parser, which takes what `read` gives it. */
const filterHeads = (socket: Socket, head: ResponseHead): void => {
  const read = socket.read.bind(socket)
  socket.read = (size) => {
    for (;;) {
      const chunk: unknown = read(size)
      if (!(chunk instanceof Buffer)) return chunk
      const shown = head.next(chunk)
      if (shown !== undefined) return shown
    }
  }
}
