/**
 * Lays out rows in columns. On a terminal they fit its width: all columns but one are as wide as their content, and that
 * one takes the rest. In a pipe or a file nothing is cut, so that an id can be taken from a line.
 */
import { type Colour, cut, fit, type Style } from "@sluice/terminal/Style"

export interface Column<Row> {
  readonly title: string
  readonly of: (row: Row) => string
  readonly colour?: (row: Row) => Colour
  /** True for the one column that is narrowed when there is little room. */
  readonly flexible?: boolean
}

const gap = 2

const none: ReadonlyArray<string> = ["none"]

export const table = <Row>(
  rows: ReadonlyArray<Row>,
  columns: ReadonlyArray<Column<Row>>,
  style: Style
): ReadonlyArray<string> => {
  if (rows.length === 0) return none
  const widths = columns.map(({ of, title }) => Math.max(title.length, ...rows.map((row) => of(row).length)))
  const whole = widths.reduce((sum, width) => sum + width, gap * (columns.length - 1))
  const flexible = columns.findIndex((column) => column.flexible === true)
  if (flexible >= 0 && style.bounded && whole > style.width) {
    widths[flexible] = Math.max((widths[flexible] ?? 0) - (whole - style.width), 8)
  }
  const line = (cell: (column: Column<Row>) => string, paint: (column: Column<Row>, text: string) => string) =>
    columns.map((column, index) => {
      const text = cell(column)
      const width = widths[index] ?? 0
      return paint(column, index === columns.length - 1 ? cut(text, width) : fit(text, width))
    }).join(" ".repeat(gap)).trimEnd()
  return [
    line(({ title }) => title, (_, text) => style.paint("dim", text)),
    ...rows.map((row) =>
      line((column) => column.of(row), (column, text) => {
        const colour = column.colour?.(row)
        return colour === undefined ? text : style.paint(colour, text)
      })
    )
  ]
}
