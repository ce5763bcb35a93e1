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

const digits = (source: string): string => source.replace(/[eE].*$/, "").replace(/\D/g, "").replace(/^0+|0+$/g, "")

const keepDigits = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
  if (typeof value !== "number" || context?.source === undefined || raw.rawJSON === undefined) return value
  const exact = Number.isFinite(value) && digits(String(value)) === digits(context.source)
  return exact ? value : raw.rawJSON(context.source)
}

export const parse = (text: string): unknown => suspicious.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)

/** The digits of a number that a double cannot hold. */
export const rawNumber = (value: unknown): string | undefined =>
  raw.isRawJSON?.(value) === true ? value.rawJSON : undefined
