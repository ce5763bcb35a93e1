/** An egress proxy for tests: it records its requests, and misbehaves as instructed. */
import { Context, Effect, Layer } from "effect"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import { createServer as createTlsServer } from "node:tls"
import type { Certificate } from "./Certificates.ts"

/** The behaviour at a `CONNECT`: joins the connections, or does anything with the socket. */
export type ProxyBehaviour = "join" | ((socket: Socket, target: string) => void)

export class ConnectProxy extends Context.Service<ConnectProxy, {
  /** `http://127.0.0.1:<port>`, or `https:`. */
  readonly url: string
  /** The head of each request, in their order. */
  readonly asked: ReadonlyArray<string>
  readonly behave: (behaviour: ProxyBehaviour) => void
}>()("@sluice/http-client/testing/ConnectProxy") {
  static readonly layer = (certificate?: Certificate) =>
    Layer.effect(
      ConnectProxy,
      Effect.map(Effect.acquireRelease(start(certificate), ({ stop }) => stop), ({ service }) => service)
    )
}

interface Running {
  readonly service: ConnectProxy["Service"]
  readonly stop: Effect.Effect<void>
}

const joined = (socket: Socket, target: string) => {
  const [, host = "", port = ""] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(target) ?? []
  const far = connect(Number(port), host)
  far.on("connect", () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
    socket.pipe(far).pipe(socket)
  })
  far.on("error", () => socket.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"))
  socket.on("close", () => far.destroy())
}

const start = (certificate: Certificate | undefined): Effect.Effect<Running> =>
  Effect.callback((resume) => {
    const asked: Array<string> = []
    const sockets = new Set<Socket>()
    let behaviour: ProxyBehaviour = "join"
    const serve = (socket: Socket) => {
      sockets.add(socket)
      socket.on("error", () => {}).on("close", () => sockets.delete(socket))
      let head = ""
      const read = (chunk: Buffer) => {
        head += chunk.toString("latin1")
        if (!head.includes("\r\n\r\n")) return
        socket.off("data", read)
        asked.push(head)
        const target = /^CONNECT (\S+)/.exec(head)?.[1] ?? ""
        if (behaviour === "join") joined(socket, target)
        else behaviour(socket, target)
      }
      socket.on("data", read)
    }
    const server: Server = certificate === undefined
      ? createServer(serve)
      : createTlsServer({ cert: certificate.certificate, key: certificate.key }, serve)
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      resume(Effect.succeed({
        service: {
          url: `${certificate === undefined ? "http" : "https"}://127.0.0.1:${port}`,
          asked,
          behave: (next) => {
            behaviour = next
          }
        },
        stop: Effect.sync(() => {
          server.close()
          for (const socket of sockets) socket.destroy()
        })
      }))
    })
  })
