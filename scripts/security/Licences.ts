/** Judges the licences of dependencies by `licences.json`. Pure. */
import type { Component } from "./Components.ts"

export interface Licences {
  /** SPDX identifiers. */
  readonly allowed: ReadonlyArray<string>
  readonly exceptions: ReadonlyArray<{
    /** A pattern of names. */
    readonly package: string
    readonly licence: string
    readonly reason: string
  }>
}

/** True if the expression can be satisfied: all of an AND, one of an OR. */
const satisfies = (expression: string, allowed: ReadonlyArray<string>): boolean => {
  const bare = expression.trim().replace(/^\((.*)\)$/, "$1")
  if (/ OR /.test(bare)) return bare.split(/ OR /).some((part) => satisfies(part, allowed))
  return bare.split(/ AND /).every((part) => allowed.includes(part.trim()))
}

/** One sentence for each package whose licence is not allowed. */
export const faults = (
  components: ReadonlyArray<Component>,
  { allowed, exceptions }: Licences
): ReadonlyArray<string> =>
  components.flatMap(({ licences, name, version }) => {
    const excepted = exceptions.filter((one) => new RegExp(one.package).test(name)).map(({ licence }) => licence)
    if (licences.length > 0 && licences.every((one) => satisfies(one, [...allowed, ...excepted]))) return []
    const named = licences.length === 0 ? "names no licence" : `has the licence ${licences.join(", ")}`
    return [`${name}@${version} ${named}: replace it, or allow it in scripts/security/licences.json`]
  })
