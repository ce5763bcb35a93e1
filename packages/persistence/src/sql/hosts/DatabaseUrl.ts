/**
 * `DATABASE_URL`, read as libpq reads it: several hosts in the authority (`postgres://u:p@h1:5432,h2:5432/db`) or in the
 * parameters (`?host=h1,h2&port=5432,5433`), with `target_session_attrs`. Contract: section 2.
 */
import { Redacted, Result } from "effect"

export interface Host {
  /** A name, an address, or the directory of a socket, which begins with `/`. */
  readonly name: string
  readonly port: number
}

/** The kind of host that is wanted; `read-write` is one that accepts writes. */
export type Target = "any" | "read-write"

export interface DatabaseUrl {
  readonly hosts: readonly [Host, ...ReadonlyArray<Host>]
  readonly target: Target
  /** Empty where the user's name is the database's. */
  readonly database: string
  /**
   * The URL with one host and without the parameters that choose among hosts, for a driver that knows one host only.
   */
  readonly url: Redacted.Redacted
}

const defaultPort = 5432

const notUrl = "is not a PostgreSQL URL: write postgres://user:password@host:5432/database"

/** `host`, `host:port`, `[address]:port`; without a name `localhost`. */
const hostOf = (text: string): Host | undefined => {
  const [, address, name = "", port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? []
  if (address === undefined && name === "" && port === undefined && text !== "") return undefined
  const decoded = address ?? decode(name)
  return decoded === undefined
    ? undefined
    : { name: decoded === "" ? "localhost" : decoded, port: Number(port ?? defaultPort) }
}

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** The text of a host: `h1:5432`, `[::1]:5432`, `/run/postgresql`. */
export const formatHost = ({ name, port }: Host): string => {
  if (name.startsWith("/")) return port === defaultPort ? name : `${name}:${port}`
  return `${name.includes(":") ? `[${name}]` : name}:${port}`
}

/** One port for all hosts, or one for each. */
const withPorts = (hosts: ReadonlyArray<Host>, ports: string | null): ReadonlyArray<Host> | undefined => {
  if (ports === null) return hosts
  const all = ports.split(",").map((port) => port === "" ? defaultPort : Number(port))
  if (all.length !== 1 && all.length !== hosts.length) return undefined
  return hosts.map(({ name }, index) => ({ name, port: all[all.length === 1 ? 0 : index] ?? defaultPort }))
}

/** The parts of a URL, of which only the hosts may be ones that a URL parser refuses. */
const shape = /^(postgres(?:ql)?:)\/\/(?:([^/?#]*)@)?([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/

/**
 * Parses `DATABASE_URL`. A fault says what is wrong and how to mend it, and repeats nothing that may be a password.
 */
export const parse = (text: string): Result.Result<DatabaseUrl, string> => {
  const [, scheme, user, authority = "", path = "", query = ""] = shape.exec(text) ?? []
  if (scheme === undefined) return Result.fail(notUrl)
  const parameters = new URLSearchParams(query)
  const named = parameters.get("host")?.split(",").map((name): Host => ({ name, port: defaultPort }))
  const listed = (named ?? authority.split(",").map(hostOf)).filter((host) => host !== undefined)
  if (listed.length !== (named ?? authority.split(",")).length) return Result.fail(notUrl)
  const hosts = withPorts(listed, parameters.get("port"))
  if (hosts === undefined) return Result.fail("names other ports than hosts: write one port, or one for each host")
  const wrong = hosts.find(({ port }) => !Number.isInteger(port) || port < 1 || port > 65_535)
  if (wrong !== undefined) return Result.fail("names a port that is none: write a number from 1 to 65535")
  const [first] = hosts
  if (first === undefined) return Result.fail(notUrl)

  const target = parameters.get("target_session_attrs") ?? (hosts.length > 1 ? "read-write" : "any")
  if (target !== "any" && target !== "read-write") {
    return Result.fail(`has target_session_attrs ${JSON.stringify(target)}: write read-write or any`)
  }
  for (const name of ["host", "port", "target_session_attrs"]) parameters.delete(name)
  const isSocket = first.name.startsWith("/")
  if (isSocket) {
    parameters.set("host", first.name)
    parameters.set("port", String(first.port))
  }
  const rest = parameters.size === 0 ? "" : `?${parameters}`
  const url = URL.parse(
    `${scheme}//${user === undefined ? "" : `${user}@`}${isSocket ? "localhost" : formatHost(first)}${path}${rest}`
  )
  if (url === null) return Result.fail(notUrl)
  return Result.succeed({
    hosts: [first, ...hosts.slice(1)],
    target,
    database: decode(url.pathname.slice(1)) ?? "",
    url: Redacted.make(url.href)
  })
}
