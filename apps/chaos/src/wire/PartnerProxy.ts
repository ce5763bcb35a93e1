/** A wire between the servers and their partners that now and then cuts, delays or truncates what it carries. */
import { Effect } from "effect"
import { connect, createServer, type Socket } from "node:net"
import { later } from "./Later.ts"
import * as Loopback from "./Loopback.ts"

/** The disturbance of one piece of an answer on its way: nearly always none. */
export type Mishap = "none" | "cut" | "truncate" | { readonly lateMs: number }

/** Listens on a free port of loopback and carries to `port`; `mishap` is asked for every piece of an answer. */
export const make = Effect.fnUntraced(function*(port: number, mishap: () => Mishap) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1")
    const end = () => {
      for (const socket of [near, far]) {
        sockets.delete(socket)
        socket.destroy()
      }
    }
    near.on("data", (chunk: Buffer) => void far.write(chunk))
    far.on("data", (chunk: Buffer) => {
      const fate = mishap()
      if (fate === "cut") end()
      else if (fate === "truncate") near.write(chunk.subarray(0, chunk.length >> 1), end)
      else if (typeof fate === "object") {
        far.pause()
        later(fate.lateMs, () => {
          near.write(chunk)
          far.resume()
        })
      } else if (!near.write(chunk)) {
        // A partner that sends a gigabyte must not send it into our memory.
        far.pause()
        near.once("drain", () => far.resume())
      }
    })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on("error", end).on("close", end)
    }
  })
  return yield* Loopback.listen(server, () => {
    for (const socket of sockets) socket.destroy()
  })
})
