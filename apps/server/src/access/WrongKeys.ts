/**
 * Bounds the guessing of API keys: counts the wrong keys of one address within a minute, in this process. Contract:
 * section 2. Right keys are never counted, so that no caller is locked out by another behind the same proxy.
 */
import { Metric } from "effect"

/** The number of wrong keys of one address that are answered 401 in a minute; further ones are 429. */
export const wrongKeysAMinute = 20

const minuteMs = 60_000

/** Addresses that are remembered; beyond it the one that was quiet longest is forgotten. */
const mostAddresses = 4096

export type KeyRefusal =
  | { readonly status: 401 }
  | {
    readonly status: 429
    readonly retryAfterSeconds: number
    /** True for the first wrong key of this address within a minute, which is logged. */
    readonly isNews: boolean
  }

interface Guesses {
  /** The times of the last wrong keys, in milliseconds: a ring of `wrongKeysAMinute`, the oldest at `oldest`. */
  readonly times: Array<number>
  oldest: number
  loggedAt: number
}

/**
 * The name under which an address is counted: IPv4 (mapped or not) as it is, IPv6 by its 64-bit network, which
 * providers assign to one customer.
 */
export const clientOf = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(":")) return address
  const [bare = ""] = address.toLowerCase().split("%", 1)
  const [head = "", tail] = bare.split("::")
  const before = head === "" ? [] : head.split(":")
  const after = tail === undefined || tail === "" ? [] : tail.split(":")
  const groups = tail === undefined
    ? before
    : [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0"), ...after]
  return `${groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`
}

/** Counts a wrong key of `address` at `now`, in milliseconds, and decides how it is answered. */
export type Refuse = (address: string, now: number) => KeyRefusal

export const make = (): Refuse => {
  const seen = new Map<string, Guesses>()
  return (address, now) => {
    const client = clientOf(address)
    const guesses = seen.get(client) ?? { times: [], oldest: 0, loggedAt: Number.NEGATIVE_INFINITY }
    // A Map keeps its order of insertion, so that the first is the one that was quiet longest.
    seen.delete(client)
    seen.set(client, guesses)
    if (seen.size > mostAddresses) forgetFirst(seen)
    return count(guesses, now)
  }
}

const forgetFirst = (seen: Map<string, Guesses>): void => {
  for (const client of seen.keys()) {
    seen.delete(client)
    return
  }
}

const count = (guesses: Guesses, now: number): KeyRefusal => {
  if (guesses.times.length < wrongKeysAMinute) {
    guesses.times.push(now)
    return { status: 401 }
  }
  const isTooMany = now - guesses.times[guesses.oldest]! < minuteMs
  guesses.times[guesses.oldest] = now
  guesses.oldest = (guesses.oldest + 1) % wrongKeysAMinute
  if (!isTooMany) return { status: 401 }
  const isNews = now - guesses.loggedAt >= minuteMs
  if (isNews) guesses.loggedAt = now
  const left = guesses.times[guesses.oldest]! + minuteMs - now
  return { status: 429, retryAfterSeconds: Math.min(60, Math.max(1, Math.ceil(left / 1000))), isNews }
}

const counter = (status: "401" | "403" | "429") =>
  Metric.counter("sluice_api_key_refusals_total", {
    description: "Requests that were refused for want of a key, for a wrong key, for its role, or for guessing.",
    incremental: true,
    attributes: { status }
  })

/** The counters of refused requests, by the status of the answer. */
export const refusals = { 401: counter("401"), 403: counter("403"), 429: counter("429") } as const
