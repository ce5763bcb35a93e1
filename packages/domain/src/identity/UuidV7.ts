/**
 * UUIDs for what the engine makes: version 7, each after the one before it, so that ids sort by the time they were made.
 *
 * Random bytes are fetched for many ids at once: asking the system for each cost a twentieth of an order's whole time.
 */
import type { Effect } from "effect"
import { SecureRandom } from "effect/crypto"

const poolSize = 4096
let pool: Uint8Array = new Uint8Array(0)
let used = 0

/** Returns a copy, because ids are written into the bytes that they are made from. */
const randomBytes = (size: number): Uint8Array => {
  if (size > pool.length - used) {
    pool = SecureRandom.randomBytesUnsafe(poolSize)
    used = 0
  }
  return pool.slice(used, used += size)
}

/** Hyphenated. Its time is the clock's. */
export const newUuid: Effect.Effect<string> = SecureRandom.make(randomBytes).uuidV7()
