/**
 * Tests by a new connection whether a process can be reached: an existing connection tells nothing if the other process
 * is frozen or the network between them is down. All requests that wait for the process share one test, and there is at
 * most one a second.
 */
import { Redacted } from "effect"
import { connect } from "node:tls"
import { parseName } from "./Address.ts"
import { type Proof, tls } from "./PeerKeys.ts"

/** The time to shake hands: a process that is busy takes long, one that is frozen never does. */
const patienceMs = 3000

/** An answer is good for so long. */
const freshMs = 1000

/** The result of a test. `refused`: the host answers and nothing listens there, as after the process has ended. */
export type Reached = "reached" | "refused" | "silent"

interface Probe {
  readonly begun: number
  readonly result: Promise<Reached>
}

const handshake = (name: string, proof: Redacted.Redacted<Proof> | undefined): Promise<Reached> =>
  new Promise((resolve) => {
    const address = parseName(name)
    if (address === undefined || proof === undefined) return resolve("silent")
    const socket = connect({
      ...tls,
      host: address.host,
      port: address.port,
      timeout: patienceMs,
      checkServerIdentity: () => undefined,
      pskCallback: () => Redacted.value(proof)
    })
    const settle = (reached: Reached) => {
      socket.destroy()
      resolve(reached)
    }
    socket.once("secureConnect", () => settle("reached"))
    socket.once("timeout", () => settle("silent"))
    socket.once("error", ({ code }: NodeJS.ErrnoException) => settle(code === "ECONNREFUSED" ? "refused" : "silent"))
    socket.once("close", () => settle("silent"))
  })

export class Reachability {
  private readonly probes = new Map<string, Probe>()
  private readonly proof: Redacted.Redacted<Proof> | undefined

  constructor(proof: Redacted.Redacted<Proof> | undefined) {
    this.proof = proof
  }

  /** Tests the process of that name; `reached` without a test if a handshake was completed within the last second. */
  check(name: string): Promise<Reached> {
    const now = performance.now()
    const known = this.probes.get(name)
    if (known !== undefined && now - known.begun < freshMs) return known.result
    const probe = { begun: now, result: handshake(name, this.proof) }
    this.probes.set(name, probe)
    return probe.result
  }
}
