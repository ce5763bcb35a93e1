/** Formats a request as a `curl` command for a shell. The key is in a variable, never in the text. */
import { headersOf, type Parts, target } from "./Api.ts"
import type { Route } from "./Routes.ts"

export interface Request {
  readonly route: Route
  readonly parts?: Parts
}

/** Quotes any text as one shell word. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** The curl command of a request. `signedIn`: the server asks for keys, and `$SLUICE_KEY` is to hold one. */
export const curl = (origin: string, { route, parts = {} }: Request, signedIn: boolean): string => {
  const [method] = route
  const words = ["curl"]
  if (method !== "GET" && !(method === "POST" && parts.payload !== undefined)) words.push(`-X ${method}`)
  words.push(shellWord(`${origin}${target(route, parts)}`))
  if (signedIn) words.push(`-H "authorization: Bearer $SLUICE_KEY"`)
  for (const [name, value] of Object.entries(headersOf(parts))) words.push(`-H ${shellWord(`${name}: ${value}`)}`)
  if (parts.payload !== undefined) words.push(`-d ${shellWord(JSON.stringify(parts.payload))}`)
  return words.join(" \\\n  ")
}
