/** A Markdown table whose columns are as wide as they must be; the first is words, the others are numbers. */
export const markdownTable = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? []
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, n) => n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)).join(" | ")} |`
  const rule = `| ${widths.map((width, n) => n === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`).join(" | ")} |`
  return rows.map(line).toSpliced(1, 0, rule).join("\n")
}
