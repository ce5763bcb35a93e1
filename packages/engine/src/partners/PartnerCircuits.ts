/**
 * Assigns each host a circuit of the breaker. A circuit that tripped has served its purpose: the host is counted anew
 * in a circuit that was never used. Pure but for its state.
 */

/**
 * The number of hosts whose circuits are kept. Above it, which only hosts from expressions can reach, all are
 * forgotten.
 */
export const keptHosts = 10_000

export interface PartnerCircuits {
  readonly keyOf: (host: string) => string
  readonly tripped: (host: string) => void
  /** Hosts that are remembered. */
  readonly size: () => number
}

export const make = (most = keptHosts): PartnerCircuits => {
  const circuits = new Map<string, number>()
  let last = 0
  /** The circuit of every host that is not listed. */
  let common = 0
  return {
    keyOf: (host) => `${circuits.get(host) ?? common} ${host}`,
    tripped: (host) => {
      if (circuits.size >= most) {
        circuits.clear()
        common = ++last
      }
      circuits.set(host, ++last)
    },
    size: () => circuits.size
  }
}
