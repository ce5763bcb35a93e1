/** A cable between a server and its database, which can be pulled and put back, and made to lose answers. */
import { Effect } from "effect"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import { makeDialogue } from "./Dialogue.ts"

export interface Cable {
  /** The database behind the cable. */
  readonly url: string
  readonly pull: Effect.Effect<void>
  readonly put: Effect.Effect<void>
  /** Leaves connections open and carries nothing, until it is put back: a database that hangs. */
  readonly freeze: Effect.Effect<void>
  /** Ends each connection at its next request, which does not arrive. */
  readonly cutRequests: Effect.Effect<void>
  /** Carries every request, and ends the connection instead of answering one that commits. */
  readonly loseCommits: Effect.Effect<void>
}

const listen = (server: Server, port: number) =>
  Effect.callback<void>((resume) => void server.listen(port, "127.0.0.1", () => resume(Effect.void)))

export const make = Effect.fnUntraced(function*(database: string) {
  const target = new URL(database)
  const directory = target.searchParams.get("host")
  const port = Number(target.port || 5432)
  const sockets = new Set<Socket>()
  let frozen = false
  let cutting = false
  let losing = false
  const server = createServer((near) => {
    const far = directory === null
      ? connect(port, target.hostname)
      : connect(`${directory}/.s.PGSQL.${target.searchParams.get("port") ?? port}`)
    const dialogue = makeDialogue()
    near.on("data", (data: Buffer) => {
      if (cutting) return near.destroy()
      if (dialogue.request(data) && losing) dialogue.loseAnswer()
      far.write(data)
    })
    far.on("data", (data: Buffer) => {
      if (dialogue.answer(data)) near.write(data)
      else if (dialogue.lost()) near.destroy()
    })
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from)
      if (frozen) from.pause()
      from.on("close", () => {
        sockets.delete(from)
        to.destroy()
      })
      from.on("error", () => from.destroy())
    }
  })
  const cut = Effect.sync(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  yield* Effect.acquireRelease(listen(server, 0), () => cut)
  const own = (server.address() as AddressInfo).port
  const url = new URL(database)
  url.hostname = "127.0.0.1"
  url.port = String(own)
  url.searchParams.delete("host")
  url.searchParams.delete("port")
  const cable: Cable = {
    url: url.href,
    pull: cut,
    put: Effect.suspend(() => {
      frozen = false
      cutting = false
      losing = false
      for (const socket of sockets) socket.resume()
      return server.listening ? Effect.void : listen(server, own)
    }),
    freeze: Effect.sync(() => {
      frozen = true
      for (const socket of sockets) socket.pause()
    }),
    cutRequests: Effect.sync(() => {
      cutting = true
    }),
    loseCommits: Effect.sync(() => {
      losing = true
    })
  }
  return cable
})
