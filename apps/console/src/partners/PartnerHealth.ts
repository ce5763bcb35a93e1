/** The health of partners, and the names under which operators know them. */
import type { Partner, StoredSettings } from "../api/Documents.ts"

export interface Health {
  readonly tone: "ok" | "bad" | "warn" | "wait" | "idle"
  readonly word: string
}

/** The shares of failed calls from which a partner counts as failing, and as unsteady. */
const failing = 0.5
const unsteady = 0.05

/**
 * The health of a partner: an operator's pause first, then its circuit, then the calls of the last ten minutes. A partner
 * that fails all its calls is failing even with a closed circuit, because rejections do not open a circuit.
 */
export const healthOf = ({ last10m, paused, state }: Pick<Partner, "last10m" | "paused" | "state">): Health => {
  if (paused) return { tone: "wait", word: "paused" }
  if (state === "open") return { tone: "bad", word: "down" }
  const { calls, failures } = last10m
  const share = calls === 0 ? 0 : failures / calls
  if (share >= failing) return { tone: "bad", word: "failing" }
  if (state === "half-open") return { tone: "wait", word: "being tried" }
  if (share >= unsteady) return { tone: "warn", word: "unsteady" }
  return calls === 0 ? { tone: "idle", word: "quiet" } : { tone: "ok", word: "healthy" }
}

/** Partners in the order in which an operator looks at them: the worst first, then by host. */
const ranks: Readonly<Record<Health["tone"], number>> = { bad: 0, wait: 1, warn: 2, ok: 3, idle: 4 }

export const worstFirst = (partners: ReadonlyArray<Partner>): ReadonlyArray<Partner> =>
  partners.toSorted((one, other) => ranks[healthOf(one).tone] - ranks[healthOf(other).tone])

/** The names of connectors by the host that they call. */
export const namesByHost = (connectors: ReadonlyArray<StoredSettings>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const found = new Map<string, Array<string>>()
  for (const connector of connectors) {
    const host = URL.parse(String(connector["host"] ?? ""))?.host
    if (host === undefined) continue
    const name = String(connector["displayName"] ?? connector["connectorId"] ?? connector["id"] ?? "")
    found.set(host, [...found.get(host) ?? [], name])
  }
  return found
}

/** The host that a waiting run names in its reason: `waits until partner billing.example answers again`. */
export const heldFor = (reason: string | undefined): string | undefined =>
  /\bpartner (\S+?)[,:;]?(?:\s|$)/.exec(reason ?? "")?.[1]
