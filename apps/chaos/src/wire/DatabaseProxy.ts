/**
 * A proxy between one process and its database: statements can be seen, held, refused and rewritten (`Conversation`),
 * and the connection can be cut, frozen, slowed, or made to lose the second half of an answer.
 */
import { Effect, Redacted } from "effect"
import { connect, createServer, type Socket } from "node:net"
import * as Conversation from "./Conversation.ts"
import { later } from "./Later.ts"
import * as Loopback from "./Loopback.ts"

/** The condition of a connection. */
export type Weather =
  | "fair"
  /** Nothing passes, and new connections are refused. */
  | "cut"
  /** Connections stay open and carry nothing. */
  | "frozen"
  /** Each piece of data is delayed by so many milliseconds. */
  | { readonly lateMs: number }
  /** Only the first half of the next answer passes, and the connection ends. */
  | "truncates"

export interface DatabaseProxy {
  /** The value of `DATABASE_URL`. */
  readonly url: Redacted.Redacted
  readonly weather: (weather: Weather) => void
  /** The worker under which the process last registered; empty before. */
  readonly worker: () => string
  /** Replaces the listener, for open connections too. */
  readonly listen: (listener: Conversation.Listener) => void
}

const target = (url: URL) => {
  const directory = url.searchParams.get("host")
  const port = Number(url.port === "" ? 5432 : url.port)
  return directory?.startsWith("/") === true
    ? { path: `${directory}/.s.PGSQL.${url.searchParams.get("port") ?? port}` }
    : { host: url.hostname, port }
}

export const make = Effect.fnUntraced(function*(database: Redacted.Redacted) {
  const real = new URL(Redacted.value(database))
  const wires = new Set<Socket>()
  let weather: Weather = "fair"
  let listener: Conversation.Listener = {}
  let worker = ""
  const current: Conversation.Listener = {
    rewrite: (text) => listener.rewrite?.(text) ?? text,
    asked: (text) => listener.asked?.(text) ?? "pass",
    answered: (text) => listener.answered?.(text) ?? "pass",
    entered: (id) => {
      worker = id
    },
    uncommitted: (text) => listener.uncommitted?.(text) ?? false
  }

  const server = createServer((client) => {
    if (weather === "cut") return client.destroy()
    const far = connect(target(real) as never)
    const end = () => {
      for (const socket of [client, far]) {
        wires.delete(socket)
        socket.destroy()
      }
    }
    const talk = Conversation.make(client, far, current)
    /** Calls `work` after the delay; the socket is paused meanwhile, so that nothing overtakes. */
    const late = (socket: Socket, work: () => void) => {
      if (typeof weather !== "object") return work()
      socket.pause()
      later(weather.lateMs, () => {
        work()
        if (weather !== "frozen") socket.resume()
      })
    }
    client.on("data", (chunk: Buffer) => late(client, () => talk.heardFromClient(chunk)))
    far.on("data", (chunk: Buffer) => {
      if (weather === "truncates" && chunk.length > 64) {
        weather = "fair"
        client.write(chunk.subarray(0, chunk.length >> 1), end)
        return
      }
      late(far, () => talk.heardFromServer(chunk))
    })
    for (const socket of [client, far]) {
      wires.add(socket)
      if (weather === "frozen") socket.pause()
      socket.on("error", end).on("close", end)
    }
  })
  const port = yield* Loopback.listen(server, () => {
    for (const socket of wires) socket.destroy()
  })
  const url = new URL(real)
  url.hostname = "127.0.0.1"
  url.port = String(port)
  url.search = ""
  const proxy: DatabaseProxy = {
    url: Redacted.make(url.href),
    weather: (next) => {
      weather = next
      for (const socket of wires) {
        if (next === "cut") socket.destroy()
        else if (next === "frozen") socket.pause()
        else socket.resume()
      }
    },
    worker: () => worker,
    listen: (next) => {
      listener = next
    }
  }
  return proxy
})
