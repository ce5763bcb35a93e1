/**
 * Warns of environment variables that look like Sluice's own and are not: most likely misspelt names, whose values
 * would be ignored silently. Contract: section 2. Pure.
 */
import { nearestOf } from "@sluice/domain/internal/decode/DidYouMean"
import type { Environment } from "./ServerConfig.ts"

const prefix = "SLUICE_"

/** Those of the server, of cells, and of the command line. */
const known: ReadonlyArray<string> = [
  "DATA_DIR",
  "CONFIG",
  "API_KEYS",
  "ENCRYPTION_KEY",
  "ALLOW_NETWORKS",
  "ROLES",
  "RETENTION",
  "EGRESS_PROXY",
  "CA_CERTS",
  "PUBLIC_URL",
  "DRAIN",
  "CELLS",
  "CLUSTER_HOST",
  "CLUSTER_PORT",
  "URL",
  "API_KEY"
]

/** One warning for each, in the order of their names; an empty variable counts as unset. */
export const unknownVariables = (environment: Environment): ReadonlyArray<string> =>
  Object.keys(environment).filter((name) => name.startsWith(prefix) && (environment[name] ?? "").trim() !== "")
    .map((name) => name.slice(prefix.length)).filter((name) => !known.includes(name)).toSorted()
    .map((name) => `${prefix}${name} is not known: did you mean ${prefix}${nearestOf(name, known)}?`)
