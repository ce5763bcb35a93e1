/**
 * Secrets in the query of a URL: the values of members whose name says so, as in `?api_key=…`. They are sent as they are
 * written, and read `[redacted]`. Contract: section 4.
 */
import { redacted } from "./Redaction.ts"

/** Names of headers and query members that hold secrets. */
export const secretName = /auth|key|token|secret|signature|password|cookie/i

/** One query member that holds a secret, `index` counting all members of the query from 0. */
export interface QuerySecret {
  readonly name: string
  readonly index: number
  /** As it is written, with its percent signs. */
  readonly value: string
}

const decoded = (text: string): string => {
  if (!text.includes("%") && !text.includes("+")) return text
  try {
    return decodeURIComponent(text.replaceAll("+", " "))
  } catch {
    return text
  }
}

interface Parts {
  readonly before: string
  readonly members: ReadonlyArray<string>
  readonly after: string
}

/** The text before the query's members, they, and the fragment; `undefined` where the text is no such URL. */
const partsOf = (text: string): Parts | undefined => {
  const match = /^(\s*https?:\/\/[^?#]*\?)([^#]*)(#[\s\S]*)?$/i.exec(text)
  return match === null
    ? undefined
    : { before: match[1] ?? "", members: (match[2] ?? "").split("&"), after: match[3] ?? "" }
}

const split = (member: string): readonly [name: string, value: string] | undefined => {
  const at = member.indexOf("=")
  return at < 0 ? undefined : [member.slice(0, at), member.slice(at + 1)]
}

/** True if the text may be a URL with a query; false for most texts, quickly. */
export const mayHoldQuery = (text: string): boolean => text.includes("?") && text.includes("=")

/** The secrets in a text that is an `http:` or `https:` URL; none in any other text. */
export const querySecrets = (text: string): ReadonlyArray<QuerySecret> => {
  const secrets: Array<QuerySecret> = []
  for (const [index, member] of (partsOf(text)?.members ?? []).entries()) {
    const at = member.indexOf("=")
    if (at < 0 || at === member.length - 1) continue
    const name = decoded(member.slice(0, at))
    if (!secretName.test(name)) continue
    const value = member.slice(at + 1)
    secrets.push({ name, index, value: decoded(value) === redacted ? redacted : value })
  }
  return secrets
}

/** The URL with other values, as they are to be written, of some query members, by their `index`. */
export const withQueryValues = (text: string, values: ReadonlyMap<number, string>): string => {
  const parts = values.size === 0 ? undefined : partsOf(text)
  if (parts === undefined) return text
  const members = parts.members.map((member, index) => {
    const value = values.get(index)
    const name = split(member)?.[0]
    return value === undefined || name === undefined ? member : `${name}=${value}`
  })
  return parts.before + members.join("&") + parts.after
}

/** The texts by which a query value may turn up again: as it is written, and as the receiver reads it. */
export const valueTexts = (value: string): ReadonlyArray<string> => [...new Set([value, decoded(value)])]

/** `user:password@`, as the URL parser takes it: up to the last `@` before the path. */
const userInfo = /^(\s*https?:[\\/]*)([^\\/?#]*)@/i

/** The user and password in a URL, as they are written. */
export const userOf = (text: string): { readonly user?: string; readonly password: string } => {
  const user = userInfo.exec(text)?.[2]
  return user === undefined ? { password: "" } : { user, password: user.slice(user.indexOf(":") + 1) }
}

/** The URL as it may be shown, without user, password and keys. A text without them comes back as it is. */
export const redactUrl = (text: string): string =>
  // Neither a query nor a user: most URLs of callouts.
  !text.includes("?") && !text.includes("@") ?
    text :
    withQueryValues(text, new Map(querySecrets(text).map(({ index }) => [index, redacted])))
      .replace(userInfo, `$1${redacted}@`)
