/** A wire between a client and PostgreSQL that can be cut, held and robbed of its answers. */
import { Effect, Redacted } from "effect"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

interface Wire {
  readonly client: Socket
  readonly server: Socket
  /** The bytes that the client sent while requests were held. */
  readonly held: Array<Buffer>
  /** The bytes that the server answered while answers were held. */
  readonly answers: Array<Buffer>
}

export interface Proxy {
  readonly url: Redacted.Redacted
  /** Cuts all connections, and refuses new ones. */
  readonly cut: () => void
  readonly mend: () => void
  /** The next answer does not arrive: its connection ends instead. The statement was executed. */
  readonly loseNextAnswer: () => void
  /** Answers wait, on connections old and new. */
  readonly holdAnswers: () => void
  readonly releaseAnswers: () => void
  /** Requests on the connections of now wait, though these look open to the server. */
  readonly holdRequests: () => void
  /** Ends the clients' side of what was held, and answers of how many; the server learns nothing yet. */
  readonly hangUpHeld: () => number
  /** Delivers the held bytes to the server. */
  readonly deliverHeld: () => void
  /** The number of answers of the server to bytes that were delivered late. */
  readonly lateAnswers: () => number
}

const target = (url: URL) => {
  const directory = url.searchParams.get("host")
  const port = Number(url.port === "" ? 5432 : url.port)
  return directory?.startsWith("/") === true
    ? { path: `${directory}/.s.PGSQL.${url.searchParams.get("port") ?? port}` }
    : { host: url.hostname, port }
}

export const make = (database: Redacted.Redacted) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const url = new URL(Redacted.value(database))
      const to = target(url)
      const wires = new Set<Wire>()
      const holding = new Set<Wire>()
      const late = new Set<Wire>()
      let isCut = false
      let losing = false
      let answersHeld = false
      let lateAnswers = 0

      const server = createServer((client) => {
        if (isCut) return client.destroy()
        const wire: Wire = { client, server: connect(to as never), held: [], answers: [] }
        wires.add(wire)
        const end = () => {
          if (holding.has(wire) || late.has(wire)) return
          wires.delete(wire)
          client.destroy()
          wire.server.destroy()
        }
        client.on("data", (data: Buffer) => holding.has(wire) ? wire.held.push(data) : wire.server.write(data))
        wire.server.on("data", (data: Buffer) => {
          if (late.has(wire)) lateAnswers++
          else if (losing) {
            losing = false
            end()
          } else if (answersHeld) wire.answers.push(data)
          else if (!client.destroyed) client.write(data)
        })
        for (const socket of [client, wire.server]) socket.on("error", end).on("close", end)
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const { port } = server.address() as AddressInfo
      const proxied = new URL(url)
      proxied.hostname = "127.0.0.1"
      proxied.port = String(port)
      proxied.search = ""
      const proxy: Proxy = {
        url: Redacted.make(proxied.href),
        cut: () => {
          isCut = true
          for (const { client, server } of wires) {
            client.destroy()
            server.destroy()
          }
        },
        mend: () => {
          isCut = false
        },
        loseNextAnswer: () => {
          losing = true
        },
        holdAnswers: () => {
          answersHeld = true
        },
        releaseAnswers: () => {
          answersHeld = false
          for (const { answers, client } of wires) {
            for (const data of answers.splice(0)) if (!client.destroyed) client.write(data)
          }
        },
        holdRequests: () => {
          for (const wire of wires) holding.add(wire)
        },
        hangUpHeld: () => {
          const sent = [...holding].filter(({ held }) => held.length > 0)
          if (sent.length === 0) return 0
          for (const wire of sent) {
            late.add(wire)
            wire.client.destroy()
          }
          holding.clear()
          return sent.length
        },
        deliverHeld: () => {
          for (const { held, server } of late) for (const data of held.splice(0)) server.write(data)
        },
        lateAnswers: () => lateAnswers
      }
      return { proxy, server, wires }
    }),
    ({ server, wires }) =>
      Effect.sync(() => {
        server.close()
        for (const wire of wires) {
          wire.client.destroy()
          wire.server.destroy()
        }
      })
  ).pipe(Effect.map(({ proxy }) => proxy))
