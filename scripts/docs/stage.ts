/**
 * Counterparts that pages need beside the common server and its partners, each a program of its own:
 *
 * - `stage certificates <name>` writes an authority `<name>.pem`, and a client's `<name>-client.pem` and `.key`.
 * - `stage partner <port> <name>` serves HTTPS with that authority to clients that show a certificate of it.
 * - `stage proxy <port> [status]` is an egress proxy, or one that answers every CONNECT with the status.
 * - `stage relay <address> <database>` carries connections to the database until it is killed: then the database is away.
 * - `stage relayed <address> <database>` prints the database's URL at such an address, `stage as <user:password> <database>`
 *   as another user, `stage pooled <mode> <address> <database>` the configuration of a PgBouncer in front of it.
 * - `stage sql <database> <statement>` runs a statement.
 */
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { createServer as createSecureServer } from "node:https"
import { connect, createServer, type Socket } from "node:net"
import { resolve } from "node:path"
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

/** The place where a database listens: the folder of its socket, or a host; and the port. */
const placeOf = (database: string) => {
  const { hostname, port, searchParams } = new URL(database)
  return { host: searchParams.get("host") ?? hostname, port: port === "" ? 5432 : Number(port) }
}

const portOf = (address: string): number => Number(address.split(":").at(-1))

const relay = (address: string, database: string): void => {
  const { host, port } = placeOf(database)
  const place = host.startsWith("/") ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }
  createServer((socket) => joined(socket, connect(place))).listen(portOf(address), "127.0.0.1", listening)
}

const relayed = (address: string, database: string): string => {
  const url = new URL(database)
  url.searchParams.delete("host")
  return url.href.replace(/@[^/]*\//, `@${address}/`)
}

const as = (user: string, database: string): string => database.replace(/\/\/[^@]*@/, `//${user}@`)

/** PgBouncer starts as the user who may open the database's socket. It knows the user `sluice` with the password `pooled`. */
const pooled = (mode: string, address: string, database: string): string => {
  const { host, port } = placeOf(database)
  const { password, pathname, username } = new URL(database)
  writeFileSync("pgbouncer.users", `"sluice" "pooled"\n`)
  return [
    "[databases]",
    `sluice = host=${host} port=${port} dbname=${pathname.slice(1)} user=${username} password=${password}`,
    "[pgbouncer]",
    `listen_addr = 127.0.0.1`,
    `listen_port = ${portOf(address)}`,
    "unix_socket_dir =",
    "auth_type = plain",
    `auth_file = ${resolve("pgbouncer.users")}`,
    `pool_mode = ${mode}`
  ].join("\n")
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const [what, first = "", second, third = ""] = process.argv.slice(2)
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
    relay(first, second ?? "")
    break
  case "relayed":
    say(relayed(first, second ?? ""))
    break
  case "as":
    say(as(first, second ?? ""))
    break
  case "pooled":
    say(pooled(first, second ?? "", third))
    break
  case "sql":
    await Effect.runPromise(execute(first, second ?? ""))
    break
  default:
    throw new Error(`stage does not know ${what}`)
}
