/** Suggests the known name that a misspelt one most likely stands for. Pure. */

/** Characters of a name that are compared. */
const longest = 64

/** Insertions, deletions, replacements and swaps of neighbours; case counts for little, so `accountid` is near. */
const distance = (from: string, to: string): number => {
  let beforeLast: ReadonlyArray<number> = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const [a, b] = [from[row - 1], to[column - 1]]
      const cost = a === b ? 0 : a?.toLowerCase() === b?.toLowerCase() ? 0.1 : 1
      let least = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + cost)
      if (row > 1 && column > 1 && a === to[column - 2] && from[row - 2] === b) {
        least = Math.min(least, beforeLast[column - 2]! + 1)
      }
      current.push(least)
    }
    beforeLast = last
    last = current
  }
  return last[to.length]!
}

const closest = (
  name: string,
  among: ReadonlyArray<string>,
  isNear: (one: string, away: number) => boolean
): string | undefined => {
  let found: { readonly name: string; readonly away: number } | undefined
  for (const one of among) {
    const away = distance(name.slice(0, longest), one.slice(0, longest))
    if (isNear(one, away) && (found === undefined || away < found.away)) found = { name: one, away }
  }
  return found?.name
}

/** The nearest name, if it differs in at most a third of its letters; of equally near ones the first. */
export const nearest = (name: string, among: ReadonlyArray<string>): string | undefined =>
  name.length > longest
    ? undefined
    : closest(name, among, (one, away) => one.length <= longest && away <= Math.max(1, Math.floor(one.length / 3)))

/** The name with the smallest edit distance, however far it is; `undefined` only where there are no names. */
export const nearestOf = (name: string, among: ReadonlyArray<string>): string | undefined =>
  closest(name, among, () => true)

/** The largest number of names that a message lists. */
const mostListed = 8

/** The end of a message about an unknown name: `: did you mean accountId?`, or the list of known names. */
export const suggestion = (name: string, among: ReadonlyArray<string>): string => {
  const meant = nearest(name, among)
  if (meant !== undefined) return `: did you mean ${meant}?`
  if (among.length === 0) return ": it has no members"
  const listed = among.slice(0, mostListed).map((one) => one.length > longest ? `${one.slice(0, longest)}…` : one)
  return `: it has ${listed.join(", ")}${among.length > mostListed ? " …" : ""}`
}
