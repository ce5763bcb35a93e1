/** The keys of `SLUICE_API_KEYS` and the question whose key a request carries. Contract: section 2. */
import { Redacted, Result } from "effect"
import { createHash, timingSafeEqual } from "node:crypto"

export interface ApiKey {
  /** Who calls; recorded as `requestedBy`. */
  readonly name: string
  readonly key: Redacted.Redacted
}

/** Reads `name=key,name=key`. The fault never repeats a key. */
export const readKeys = (value: string): Result.Result<ReadonlyArray<ApiKey>, string> => {
  const keys: Array<ApiKey> = []
  for (const [index, entry] of value.split(",").map((entry) => entry.trim()).entries()) {
    const separator = entry.indexOf("=")
    const name = entry.slice(0, separator).trim()
    const key = entry.slice(separator + 1).trim()
    const where = `entry ${index + 1}`
    if (separator < 1 || name === "" || key === "") return Result.fail(`${where} is not name=key: write ops=<key>`)
    // Anything else could not be sent in a header as it stands.
    if (!/^[\x21-\x7e]+$/.test(key)) {
      return Result.fail(`${where} has a key that is not printable ASCII: choose another`)
    }
    if (keys.some((other) => other.name === name)) {
      return Result.fail(`names "${name}" twice: give each key its own name`)
    }
    if (keys.some((other) => Redacted.value(other.key) === key)) {
      return Result.fail(`${where} repeats a key: give each name its own`)
    }
    keys.push({ name, key: Redacted.make(key) })
  }
  return Result.succeed(keys)
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/**
 * Whose key the value of an `Authorization` header holds. Compares digests of equal length, and all of them whatever
 * it finds, so that the time it takes says nothing about a key.
 */
export const identify = (keys: ReadonlyArray<ApiKey>): (authorization: string | undefined) => string | undefined => {
  const known = keys.map(({ name, key }) => ({ name, digest: digest(Redacted.value(key)) }))
  return (authorization) => {
    const sent = /^bearer +(\S+) *$/i.exec(authorization ?? "")?.[1]
    if (sent === undefined) return undefined
    const sentDigest = digest(sent)
    let caller: string | undefined
    for (const key of known) if (timingSafeEqual(key.digest, sentDigest)) caller = key.name
    return caller
  }
}
