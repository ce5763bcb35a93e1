/** The keys of `SLUICE_API_KEYS`. Contract: section 2, "Roles", and section 11, "Tenants". Pure. */
import { nameFault } from "@sluice/domain/access/ApiKey"
import { Role } from "@sluice/domain/access/Role"
import { Result } from "effect"
import { createHash } from "node:crypto"

/** A key with its rights. Only the digest of the key is kept. */
export interface ApiKey {
  /** The caller's name; recorded as `requestedBy` and as the actor of the audit. */
  readonly name: string
  readonly roles: ReadonlyArray<Role>
  readonly tenant?: string
  /** SHA-256, in lower-case hex. */
  readonly digest: string
}

/** The digest of a key. Keys are random, so that the digest reveals nothing of them. */
export const digestOf = (key: string): string => createHash("sha256").update(key).digest("hex")

/** The shortest length of a key in clear text, in characters. */
export const shortestKey = 16

const roleList = Role.literals.join(", ")

/** A part of an entry as a fault may quote it: what is as long as a key may be one in the wrong place. */
const quoted = (part: string): string => part.trim().length < shortestKey ? ` ${JSON.stringify(part)}` : ""

const readRoles = (text: string): Result.Result<ReadonlyArray<Role>, string> => {
  const roles: Array<Role> = []
  for (const name of text.split("+").map((one) => one.trim())) {
    const role = Role.literals.find((one) => one === name)
    if (role === undefined) {
      const named = quoted(name) === "" ? "a role that is none" : `the role${quoted(name)}`
      return Result.fail(`names ${named}: write some of ${roleList}`)
    }
    if (!roles.includes(role)) roles.push(role)
  }
  return Result.succeed(roles)
}

const readDigest = (key: string): Result.Result<string, string> => {
  if (key.startsWith("sha256:")) {
    const hex = key.slice("sha256:".length)
    return /^[0-9a-f]{64}$/i.test(hex)
      ? Result.succeed(hex.toLowerCase())
      : Result.fail("has a sha256: that is not followed by 64 hexadecimal digits: write what sha256sum prints")
  }
  // Anything else could not be sent in a header as it stands.
  if (!/^[\x21-\x7e]+$/.test(key)) return Result.fail("has a key that is not printable ASCII: choose another")
  return key.length < shortestKey
    ? Result.fail(`has a key of fewer than ${shortestKey} characters: choose a longer one (openssl rand -hex 32)`)
    : Result.succeed(digestOf(key))
}

/** Reads `name=key` or `name@tenant:role+role=key`, without a role as `admin`. */
const readEntry = (entry: string, hasTenants: boolean): Result.Result<ApiKey, string> => {
  const separator = entry.indexOf("=")
  const who = entry.slice(0, separator).trim()
  const key = entry.slice(separator + 1).trim()
  if (separator < 1 || who === "" || key === "") return Result.fail("is not name=key: write ops=<key>")
  const [, named = "", , tenant, , written] = /^([^@:]*)(@([^:]*))?(:(.*))?$/s.exec(who) ?? []
  const fault = nameFault(named.trim())
  if (fault !== undefined) return Result.fail(`has a name that cannot be used:${quoted(named)} ${fault}`)
  if (tenant !== undefined && !hasTenants) {
    return Result.fail(
      `names a tenant (@${tenant.length < shortestKey ? tenant : "…"}), and SLUICE_CELLS is unset: leave the tenant out`
    )
  }
  if (tenant !== undefined && nameFault(tenant.trim()) !== undefined) {
    return Result.fail(`has a tenant that cannot be used:${quoted(tenant)} ${nameFault(tenant.trim())}`)
  }
  const roles = written === undefined ? Result.succeed<ReadonlyArray<Role>>(["admin"]) : readRoles(written)
  if (Result.isFailure(roles)) return Result.fail(roles.failure)
  return Result.map(readDigest(key), (digest) => ({
    name: named.trim(),
    roles: roles.success,
    ...(tenant !== undefined && { tenant: tenant.trim() }),
    digest
  }))
}

/** Reads the entries. A fault names the entry and never repeats a key. */
export const readKeys = (hasTenants: boolean) => (value: string): Result.Result<ReadonlyArray<ApiKey>, string> => {
  const keys: Array<ApiKey> = []
  for (const [index, entry] of value.split(",").entries()) {
    const read = readEntry(entry.trim(), hasTenants)
    if (Result.isFailure(read)) return Result.fail(`entry ${index + 1} ${read.failure}`)
    const key = read.success
    if (keys.some(({ name }) => name === key.name)) {
      return Result.fail(`names "${key.name}" twice: give each key its own name`)
    }
    if (keys.some(({ digest }) => digest === key.digest)) {
      return Result.fail(`entry ${index + 1} repeats a key: give each name its own`)
    }
    keys.push(key)
  }
  return Result.succeed(keys)
}
