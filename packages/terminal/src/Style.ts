/** The width and the colours of the output on a terminal. */

export type Colour = "bold" | "dim" | "red" | "green" | "yellow" | "cyan"

export interface Style {
  /** Columns. */
  readonly width: number
  /** True on a terminal, where a longer line would break. Elsewhere tables are as wide as their content. */
  readonly bounded: boolean
  readonly paint: (colour: Colour, text: string) => string
}

const codes: Readonly<Record<Colour, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39]
}

/** Narrower terminals break lines by themselves. */
const narrowest = 72
const widest = 120

/**
 * Makes a style. `columns` 0 means no terminal: 100 columns are used. Output is `bounded` unless `bounded` is false.
 */
export const style = (
  options: { readonly columns: number; readonly colours: boolean; readonly bounded?: boolean }
): Style => ({
  bounded: options.bounded ?? true,
  width: Math.min(Math.max(options.columns === 0 ? 100 : options.columns, narrowest), widest),
  paint: (colour, text) => {
    const [on, off] = codes[colour]
    return options.colours && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text
  }
})

/** The text in exactly `width` columns: padded, or cut with an ellipsis. One character is taken to be one column. */
export const fit = (text: string, width: number): string =>
  text.length <= width ? text.padEnd(width) : `${text.slice(0, Math.max(width - 1, 0))}…`

/** The text in at most `width` columns: cut with an ellipsis, and not padded. */
export const cut = (text: string, width: number): string => fit(text, width).trimEnd()

/** The text in lines of at most `width` columns, broken at spaces; a longer word is a line of its own. */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === "" ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/** The text of a duration: `8 ms`, `1.02 s`, `21.1 s`. */
export const duration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
}
