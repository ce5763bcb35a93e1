/**
 * A network of hosts on one machine: each host is a network namespace with an address of its own, all on one bridge, on
 * which this process has an address, too. Two hosts can be cut off from each other: packets between them are then
 * dropped silently, as if a cable was pulled. Needs Linux, root and `ip`.
 */
import { Effect, Scope } from "effect"
import { execFile } from "node:child_process"
import process from "node:process"
import { promisify } from "node:util"

const run = promisify(execFile)

const tried = (...words: ReadonlyArray<string>) => Effect.tryPromise(() => run("ip", words))

const ip = (...words: ReadonlyArray<string>) => Effect.orDie(tried(...words))

/** The first bytes of all addresses, of a private network. */
const prefix = "10.89.113"

/** An address on the link that no host has. */
const nowhere = "02:00:00:00:00:99"

export interface Host {
  readonly name: string
  readonly address: string
  /** The words of a command that runs another command on the host. */
  readonly within: ReadonlyArray<string>
}

export interface Network {
  /** This process's own address. */
  readonly address: string
  /** The addresses of all hosts, as a prefix. */
  readonly range: string
  readonly host: (name: string) => Effect.Effect<Host>
  readonly cut: (a: Host, b: Host) => Effect.Effect<void>
  readonly heal: (a: Host, b: Host) => Effect.Effect<void>
}

/** Creates the network in the scope, and removes it with the scope. */
export const make = Effect.gen(function*() {
  const bridge = `slu${process.pid % 100_000}`
  yield* Effect.acquireRelease(
    ip("link", "add", bridge, "type", "bridge"),
    () => Effect.ignore(tried("link", "del", bridge))
  )
  yield* ip("addr", "add", `${prefix}.1/24`, "dev", bridge)
  yield* ip("link", "set", bridge, "up")
  const scope = yield* Effect.scope
  let last = 1
  const host = Effect.fnUntraced(function*(name: string) {
    const number = ++last
    const space = `${bridge}-${name}`
    const address = `${prefix}.${number}`
    const near = `${bridge}v${number}`
    yield* Effect.acquireRelease(ip("netns", "add", space), () => Effect.ignore(tried("netns", "del", space)))
    yield* ip("link", "add", near, "type", "veth", "peer", "name", "eth0", "netns", space)
    yield* ip("link", "set", near, "master", bridge, "up")
    for (
      const words of [["addr", "add", `${address}/24`, "dev", "eth0"], ["link", "set", "eth0", "up"], [
        "link",
        "set",
        "lo",
        "up"
      ]]
    ) {
      yield* ip("-n", space, ...words)
    }
    const made: Host = { name: space, address, within: ["ip", "netns", "exec", space] }
    return made
  })
  const neighbour = (verb: ReadonlyArray<string>, a: Host, b: Host) =>
    ip("-n", a.name, "neigh", ...verb.slice(0, 1), b.address, ...verb.slice(1), "dev", "eth0")
  const both = (verb: ReadonlyArray<string>) => (a: Host, b: Host) =>
    Effect.asVoid(Effect.all([neighbour(verb, a, b), neighbour(verb, b, a)]))
  const network: Network = {
    address: `${prefix}.1`,
    range: `${prefix}.0/24`,
    host: (name) => Effect.provideService(host(name), Scope.Scope, scope),
    cut: both(["replace", "lladdr", nowhere, "nud", "permanent"]),
    heal: both(["del"])
  }
  return network
})
