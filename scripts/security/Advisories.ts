/**
 * Known vulnerabilities by version, for when the registry's audit does not answer: `advisories.json`, which says when it
 * was last revised. Pure.
 */

export interface Advisory {
  readonly id: string
  readonly package: string
  readonly severity: "low" | "moderate" | "high" | "critical"
  /** Ranges of vulnerable versions, each as `>=1.2.0 <1.2.9`; a version in any of them is vulnerable. */
  readonly vulnerable: ReadonlyArray<string>
  readonly title: string
}

const parts = (version: string): ReadonlyArray<number> => (version.split(/[-+]/, 1)[0] ?? "").split(".").map(Number)

const compare = (a: string, b: string): number => {
  const [left, right] = [parts(a), parts(b)]
  const at = [0, 1, 2].find((index) => (left[index] ?? 0) !== (right[index] ?? 0))
  return at === undefined ? 0 : (left[at] ?? 0) - (right[at] ?? 0)
}

/** True if every comparator of the range holds. A version before its release counts as the release. */
export const isIn = (version: string, range: string): boolean =>
  range.trim().split(/\s+/).every((comparator) => {
    const [, operator, bound = ""] = /^(<=|<|>=|>|=)(\d+\.\d+\.\d+)$/.exec(comparator) ?? []
    const order = compare(version, bound)
    switch (operator) {
      case "<":
        return order < 0
      case "<=":
        return order <= 0
      case ">":
        return order > 0
      case ">=":
        return order >= 0
      case "=":
        return order === 0
      default:
        throw new Error(`${range} is no range: write comparators such as >=1.2.0 <1.2.9`)
    }
  })

export const found = (
  components: ReadonlyArray<{ readonly name: string; readonly version: string }>,
  advisories: ReadonlyArray<Advisory>
): ReadonlyArray<string> =>
  components.flatMap(({ name, version }) =>
    advisories.filter((one) => one.package === name && one.vulnerable.some((range) => isIn(version, range)))
      .map(({ id, severity, title }) => `${name}@${version}: ${severity}, ${id}: ${title}`)
  )
