/** The metrics that a key with a tenant may read: those of its cell. Contract: section 11, "Tenants". Pure. */

/** The family that a line of comment describes. */
const family = /^# (?:HELP|TYPE) (\S+)/

/** Escaped quotes in other labels' values do not match: `\"` is not `="`. */
const labelOf = (cell: number): RegExp => new RegExp(`[{,]cell="${cell}"[,}]`)

/**
 * The series of one cell in Prometheus' text format, with the comments of their families. Series of other cells, and those
 * of the whole process, which carry no cell, are left out.
 */
export const seriesOf = (text: string, cell: number): string => {
  const isOwn = labelOf(cell)
  const lines: Array<string> = []
  let comments: Array<string> = []
  let described: string | undefined
  for (const line of text.split("\n")) {
    const name = family.exec(line)?.[1]
    if (name !== undefined) {
      if (name !== described) comments = []
      described = name
      comments.push(line)
    } else if (isOwn.test(line)) {
      lines.push(...comments, line)
      comments = []
    }
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`
}
