/** The headers of a request as they may leave. Contract: section 5. */

type Headers = Readonly<Record<string, string>>

/**
 * The headers as they are sent: without `Host`, which the URL decides, and with one entry for names that differ only
 * in case (the later one). The same reference if nothing has to change, which is nearly always.
 */
export const sendable = (headers: Headers): Headers => {
  const names = Object.keys(headers)
  if (names.every((name) => name !== "host" && name === name.toLowerCase())) return headers
  const distinct = new Map<string, string>()
  for (const name of names) {
    const lower = name.toLowerCase()
    if (lower !== "host") distinct.set(lower, name)
  }
  return distinct.size === names.length
    ? headers
    : Object.fromEntries(Array.from(distinct.values(), (name) => [name, headers[name] ?? ""]))
}
