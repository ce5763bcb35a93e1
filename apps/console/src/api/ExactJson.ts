/**
 * JSON without losing a digit: a number that a double cannot hold is kept as it was written (`JSON.rawJSON`), where the
 * browser can. Everywhere else it is the number that the browser makes of it.
 */

interface RawJson {
  readonly rawJSON?: (source: string) => unknown
  readonly isRawJSON?: (value: unknown) => value is { readonly rawJSON: string }
}
const raw = JSON as typeof JSON & RawJson

/** Only these texts can hold a number that needs care. */
const suspicious = /\d[\d.]{15,}|\d[eE][+-]?\d{2,}/

/** The digits without zeros around them. */
const digits = (source: string): string => {
  const all = source.replace(/[eE].*$/, "").replace(/\D/g, "")
  let from = 0
  let to = all.length
  while (all[from] === "0") from++
  while (to > from && all[to - 1] === "0") to--
  return all.slice(from, to)
}

const isExact = (source: string): boolean => {
  const value = Number(source)
  return Number.isFinite(value) && digits(String(value)) === digits(source)
}

const isNumeric = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e || (code | 0x20) === 0x65

/** The text with every number that a double cannot hold written as `{ [mark]: "…" }`. */
const marked = (text: string, mark: string): string => {
  let out = ""
  let written = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      const from = at
      while (isNumeric(text.charCodeAt(at + 1))) at++
      const source = text.slice(from, at + 1)
      if (source.length <= 15 && !/[eE]/.test(source)) continue
      if (isExact(source)) continue
      out += `${text.slice(written, from)}{"${mark}":"${source}"}`
      written = at + 1
    }
  }
  return out + text.slice(written)
}

/** Puts raw numbers in the place of what was marked. */
const unmarked = (value: unknown, mark: string, rawJSON: (source: string) => unknown): unknown => {
  if (typeof value !== "object" || value === null) return value
  const holder = value as Record<string, unknown>
  const source = holder[mark]
  if (typeof source === "string") return rawJSON(source)
  for (const name of Object.keys(holder)) {
    const before = holder[name]
    if (typeof before !== "object" || before === null) continue
    const after = unmarked(before, mark, rawJSON)
    if (after !== before) {
      Object.defineProperty(holder, name, { value: after, enumerable: true, writable: true, configurable: true })
    }
  }
  return value
}

/**
 * Parses JSON and keeps the exact text of its numbers. Without a reviver, which would be called for every value of a
 * document of a mebibyte.
 */
export const parse = (text: string): unknown => {
  if (raw.rawJSON === undefined || !suspicious.test(text)) return JSON.parse(text)
  const mark = `raw ${Math.random()}`
  const document = marked(text, mark)
  return document === text ? JSON.parse(text) : unmarked(JSON.parse(document), mark, raw.rawJSON)
}

/** The digits of a number that a double cannot hold. */
export const rawNumber = (value: unknown): string | undefined =>
  raw.isRawJSON?.(value) === true ? value.rawJSON : undefined
