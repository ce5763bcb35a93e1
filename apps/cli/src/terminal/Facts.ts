/** Lays out what is known of one thing: a name and a value a line, without those that are absent. */
import type { Style } from "@sluice/terminal/Style"

export type Fact = readonly [name: string, value: string | number | undefined]

export const facts = (all: ReadonlyArray<Fact>, style: Style): ReadonlyArray<string> => {
  const known = all.filter(([, value]) => value !== undefined && value !== "")
  const width = Math.max(0, ...known.map(([name]) => name.length))
  return known.map(([name, value]) => `${style.paint("dim", name.padEnd(width))}  ${value}`)
}
