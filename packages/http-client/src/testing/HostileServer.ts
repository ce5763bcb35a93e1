/**
 * A partner system that misbehaves by path, on a port of its own on 127.0.0.1. Speaks raw sockets, because an HTTP
 * library would refuse to be this rude. For the tests of adapters.
 */
import { Context, Effect, Layer } from "effect"
import { type AddressInfo, createServer, type Socket } from "node:net"
import * as zlib from "node:zlib"

export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** The lines of the head after the first, as they came. */
  readonly lines: ReadonlyArray<string>
  readonly body: string
}

export class HostileServer extends Context.Service<HostileServer, {
  /** `http://127.0.0.1:<port>`, without a path. */
  readonly url: string
  /** Waits until the request at `path` has come in, even if it came before. Each test asks for a path of its own. */
  readonly received: (path: string) => Effect.Effect<ReceivedRequest>
  /** Waits until the connection that carried `path` is gone. */
  readonly disconnected: (path: string) => Effect.Effect<void>
  /** The number of requests for `path`. */
  readonly count: (path: string) => number
}>()("@sluice/http-client/testing/HostileServer") {
  static readonly layer = Layer.effect(
    HostileServer,
    Effect.acquireRelease(
      Effect.callback<Running>((resume) => start((running) => resume(Effect.succeed(running)))),
      ({ stop }) => Effect.sync(stop)
    ).pipe(Effect.map(({ service }) => service))
  )
}

interface Running {
  readonly service: HostileServer["Service"]
  readonly stop: () => void
}

const start = (ready: (running: Running) => void): void => {
  const log = new EventLog()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const paths: Array<string> = []
    socket.on("error", () => {})
    socket.on("close", () => {
      sockets.delete(socket)
      for (const path of paths) log.note(`disconnected ${path}`, undefined)
    })
    onRequests(socket, (request) => {
      paths.push(request.path)
      log.note(`received ${request.path}`, request)
      answer(socket, request)
    })
  })
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    ready({
      stop: () => {
        server.close()
        for (const socket of sockets) socket.destroy()
      },
      service: {
        url: `http://127.0.0.1:${port}`,
        received: (path) => log.wait<ReceivedRequest>(`received ${path}`),
        disconnected: (path) => log.wait<void>(`disconnected ${path}`),
        count: (path) => log.count(`received ${path}`)
      }
    })
  })
}

class EventLog {
  readonly #seen = new Map<string, Array<unknown>>()
  readonly #waiting = new Map<string, Array<(value: unknown) => void>>()

  note(event: string, value: unknown): void {
    this.#seen.set(event, [...this.#seen.get(event) ?? [], value])
    for (const wake of this.#waiting.get(event) ?? []) wake(value)
    this.#waiting.delete(event)
  }

  count(event: string): number {
    return this.#seen.get(event)?.length ?? 0
  }

  wait<A>(event: string): Effect.Effect<A> {
    return Effect.callback((resume) => {
      const wake = (value: unknown) => resume(Effect.succeed(value as A))
      const seen = this.#seen.get(event)
      if (seen !== undefined) wake(seen[0])
      else this.#waiting.set(event, [...this.#waiting.get(event) ?? [], wake])
    })
  }
}

/** Just enough of HTTP/1.1 to know where one request ends: a head, and a body of `content-length` bytes. */
const onRequests = (socket: Socket, handle: (request: ReceivedRequest) => void): void => {
  let buffered = ""
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    buffered += chunk
    // A TLS client says hello with this byte; it gets the answer of a server that speaks none.
    if (buffered.startsWith("\x16")) return void socket.end(head(400))
    for (let end = buffered.indexOf("\r\n\r\n"); end >= 0; end = buffered.indexOf("\r\n\r\n")) {
      const [first = "", ...lines] = buffered.slice(0, end).split("\r\n")
      const headers = Object.fromEntries(lines.map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 1).trim()
      ]))
      const next = end + 4 + Number(headers["content-length"] ?? 0)
      if (buffered.length < next) return
      const [method = "", path = ""] = first.split(" ")
      const body = Buffer.from(buffered.slice(end + 4, next), "latin1").toString("utf8")
      buffered = buffered.slice(next)
      handle({ method, path, headers, lines, body })
    }
  })
}

const proceed = "HTTP/1.1 100 Continue\r\n\r\n"
const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
const folded = "HTTP/1.1 200 OK\r\nx-folded: one\r\n two\r\n\tthree\r\ncontent-length:\r\n 2\r\n\r\nok"

/** Each piece in a packet of its own. */
const inTurn = (socket: Socket, [piece, ...rest]: ReadonlyArray<string>): void => {
  if (piece !== undefined) socket.write(piece, () => setImmediate(() => inTurn(socket, rest)))
}

type Behaviour = (socket: Socket, request: ReceivedRequest) => void

const head = (status: number, headers: Record<string, string | number> = {}) =>
  `HTTP/1.1 ${status} X\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`

const reply = (
  socket: Socket,
  status: number,
  body: string | Uint8Array = "",
  headers: Record<string, string> = {}
) => {
  const bytes = Buffer.from(body)
  socket.write(Buffer.concat([Buffer.from(head(status, { ...headers, "content-length": bytes.length })), bytes]))
}

const coded = (coding: string, bytes: Uint8Array): Behaviour => (socket) =>
  reply(socket, 200, bytes, { "content-encoding": coding })

/** Writes `chunk` for as long as the other side takes it. */
const pour = (socket: Socket, chunk: string) => {
  const more = () => {
    while (!socket.destroyed && socket.write(chunk)) { /* until the buffer is full */ }
  }
  socket.on("drain", more)
  more()
}

/** The plain text of every honest content coding below. */
export const plainText = "order accepted, ".repeat(64)

const mebibyteOfZeros = zlib.gzipSync(new Uint8Array(1024 * 1024))

/** 256 MiB of zeros in some hundred bytes; made when it is asked for first. */
const brotliBomb = (() => {
  let made: Buffer | undefined
  return () =>
    made ??= zlib.brotliCompressSync(new Uint8Array(256 * 1024 * 1024), {
      params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 }
    })
})()

const behaviours: Record<string, Behaviour> = {
  echo: (socket, request) => reply(socket, 200, JSON.stringify(request), { "Content-Type": "application/json" }),
  /** The port of the caller, which tells connections apart. */
  port: (socket) => reply(socket, 200, String(socket.remotePort)),
  teapot: (socket) => reply(socket, 418, "short and stout"),
  empty: (socket) => socket.write(head(204)),
  redirect: (socket) => reply(socket, 302, "", { location: "/redirected" }),
  never: () => {},
  drip: (socket) => {
    socket.write(head(200, { "content-length": 1000 }) + "x")
    const timer = setInterval(() => socket.write("x"), 5)
    socket.on("close", () => clearInterval(timer))
  },
  headers: (socket) =>
    socket.write(head(200, { "X-Upper": "1", "Set-Cookie": "a=1\r\nSet-Cookie: b=2", "content-length": 0 })),
  early: (socket) =>
    socket.write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + head(200, { "content-length": 2 }) + "ok"),
  continue: (socket) => inTurn(socket, [proceed, proceed + ok]),
  "continue-pieces": (socket) => inTurn(socket, [...proceed, ...proceed, ok]),
  "continue-and-early": (socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${proceed}${ok}`),
  "interim-and-close": (socket) => socket.end(proceed),
  "interim-half": (socket) => inTurn(socket, [proceed + "HTTP/1.1 1", "02 Processing\r\n", `\r\n${ok}`]),
  switching: (socket) =>
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n${ok}`),
  folded: (socket) => socket.write(folded),
  "folded-pieces": (socket) => inTurn(socket, folded.split(/(?<=[\r\n])/)),
  // A body that looks like one, in a packet of its own.
  "continue-body": (socket) =>
    socket.write(
      head(200, { "content-length": 25 }),
      () => setImmediate(() => socket.write("HTTP/1.1 100 Continue\r\n\r\n"))
    ),
  gzip: coded("gzip", zlib.gzipSync(plainText)),
  deflate: coded("deflate", zlib.deflateSync(plainText)),
  "raw-deflate": coded("deflate", zlib.deflateRawSync(plainText)),
  br: coded("br", zlib.brotliCompressSync(plainText)),
  zstd: coded("zstd", zlib.zstdCompressSync(plainText)),
  "br-gzip": coded("br, gzip", zlib.gzipSync(zlib.brotliCompressSync(plainText))),
  "unknown-coding": coded("utf-8", Buffer.from(plainText)),
  "not-gzip": coded("gzip", Buffer.from(plainText)),
  "half-gzip": coded("gzip", zlib.gzipSync(plainText).subarray(0, 30)),
  "many-codings": coded("gzip, gzip, gzip, gzip", zlib.gzipSync(plainText)),
  "empty-gzip": coded("gzip", new Uint8Array(0)),
  bomb: (socket) => {
    socket.write(head(200, { "content-encoding": "gzip", connection: "close" }))
    for (let index = 0; index < 1024; index++) socket.write(mebibyteOfZeros)
    socket.end()
  },
  "brotli-bomb": (socket) =>
    socket.end(
      Buffer.concat([Buffer.from(head(200, { "content-encoding": "br", connection: "close" })), brotliBomb()])
    ),
  "two-lengths": (socket) =>
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 40\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n"),
  "length-and-chunks": (socket) =>
    socket.write(
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    ),
  "reset-mid-body": (socket) =>
    socket.write(head(200, { "content-length": 100 }) + "x", () => socket.resetAndDestroy()),
  "close-mid-body": (socket) => socket.end(head(200, { "content-length": 100 }) + "x"),
  "close-mid-chunk": (socket) => socket.end(head(200, { "transfer-encoding": "chunked" }) + "5\r\nhel"),
  "reset-at-once": (socket) => socket.resetAndDestroy(),
  "close-at-once": (socket) => socket.end(),
  endless: (socket) => {
    socket.write(head(200, { "transfer-encoding": "chunked" }))
    pour(socket, `${(16384).toString(16)}\r\n${"x".repeat(16384)}\r\n`)
  },
  "ten-gigabytes": (socket) => {
    socket.write(head(200, { "content-length": 10_000_000_000 }))
    pour(socket, "x".repeat(65_536))
  },
  "endless-head": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n")
    pour(socket, `x-filler: ${"x".repeat(1000)}\r\n`)
  },
  "nul-head": (socket) => socket.write("HTTP/1.1 200 OK\r\nx-nul: a\0b\r\ncontent-length: 0\r\n\r\n"),
  "nul-body": (socket) => reply(socket, 200, "a\0b"),
  garbage: (socket) => socket.write("220 smtp.example.com ESMTP\r\n\r\n"),
  "ten-bytes": (socket) => reply(socket, 200, "0123456789"),
  "ten-of-many": (socket) => socket.write(head(200, { "content-length": 1_000_000 }) + "0123456789"),
  "close-quietly": (socket) => socket.end(head(200, { "content-length": 2, "keep-alive": "timeout=60" }) + "ok")
}

/** The path's first part names the behaviour; the rest tells tests apart. */
const answer = (socket: Socket, request: ReceivedRequest): void => {
  const behaviour = behaviours[request.path.split(/[/?]/)[1] ?? ""]
  if (behaviour === undefined) reply(socket, 404, "no such behaviour")
  else behaviour(socket, request)
}
