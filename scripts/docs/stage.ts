/**
 * Counterparts that pages need beside the common server and its partners, each a program of its own:
 *
 * - `stage certificates <name>` writes an authority `<name>.pem`, and a client's `<name>-client.pem` and `.key`.
 * - `stage partner <port> <name>` serves HTTPS with that authority to clients that show a certificate of it.
 * - `stage proxy <port> [status]` is an egress proxy, or one that answers every CONNECT with the status.
 * - `stage relay <port> <database>` carries connections to the database until it is killed: then the database is away.
 * - `stage sql <database> <statement>` runs a statement.
 */
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { createServer as createSecureServer } from "node:https"
import { connect, createServer, type Socket } from "node:net"
import process from "node:process"
import { authority } from "../../packages/http-client/src/testing/Certificates.ts"
import { execute } from "../../packages/persistence/src/testing/DatabaseServer.ts"

const listening = (): void => void process.stdout.write("listening\n")

const certificates = (name: string): void => {
  const { certificate, issue } = authority(name)
  const files = { "": { certificate }, "-client": issue({ hosts: ["sluice.example"] }), "-server": issue() }
  for (const [suffix, { certificate: pem, ...rest }] of Object.entries(files)) {
    writeFileSync(`${name}${suffix}.pem`, pem)
    if ("key" in rest) writeFileSync(`${name}${suffix}.key`, rest.key)
  }
}

const partner = (port: number, name: string): void => {
  const read = (file: string) => readFileSync(`${name}${file}`, "utf8")
  const identity = { cert: read("-server.pem"), key: read("-server.key") }
  createSecureServer({ ...identity, ca: read(".pem"), requestCert: true }, (request, response) => {
    request.resume().once("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"))
  }).listen(port, "127.0.0.1", listening)
}

/** Joins two connections: what one says the other hears, and they end together. */
const joined = (near: Socket, far: Socket): void => {
  near.pipe(far).pipe(near)
  for (const [one, other] of [[near, far], [far, near]] as const) {
    one.on("error", () => other.destroy()).on("close", () => other.destroy())
  }
}

const proxy = (port: number, status: string | undefined): void => {
  createServer((socket) =>
    socket.on("error", () => socket.destroy()).once("data", (head) => {
      const [, host = "", to = ""] = /^CONNECT \[?([^\]\s]+?)\]?:(\d+) /.exec(head.toString("latin1")) ?? []
      if (status !== undefined) {
        socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
        return
      }
      const far = connect(Number(to), host, () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
        joined(socket, far)
      })
      far.on("error", () => socket.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"))
    })
  ).listen(port, "127.0.0.1", listening)
}

const relay = (port: number, database: string): void => {
  const { hostname, port: to, searchParams } = new URL(database)
  const folder = searchParams.get("host")
  const place = folder?.startsWith("/") === true
    ? { path: `${folder}/.s.PGSQL.${searchParams.get("port") ?? (to === "" ? "5432" : to)}` }
    : { host: hostname, port: Number(to) }
  createServer((socket) => joined(socket, connect(place))).listen(port, "127.0.0.1", listening)
}

const [what, first = "", second] = process.argv.slice(2)
switch (what) {
  case "certificates":
    certificates(first)
    break
  case "partner":
    partner(Number(first), second ?? "")
    break
  case "proxy":
    proxy(Number(first), second)
    break
  case "relay":
    relay(Number(first), second ?? "")
    break
  case "sql":
    await Effect.runPromise(execute(first, second ?? ""))
    break
  default:
    throw new Error(`stage does not know ${what}`)
}
