/**
 * UUIDs of version 7, each greater than the one before it, so that ids sort by creation time.
 *
 * Random bytes are fetched for many ids at once: asking the system for each cost a twentieth of an order's whole time.
 */
import { Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import { cellDigits, currentCellUnsafe, SharedUuid } from "./CurrentCell.ts"

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

/**
 * The UUID with its last ten bits naming the cell (0 to 1023) that it belongs to, and the two bits before them zero, so
 * that its last three hex digits are the cell's id. Contract: section 11, "Ids". Twenty of the 32 random bits of a
 * version 7 with a counter are left.
 */
export const inCell = (uuid: string, cell: number): string => `${uuid.slice(0, -3)}${cellDigits(cell)}`

/** A new id, hyphenated, in the fiber's cell. Its time is the clock's. */
export const newUuid: Effect.Effect<string> = Effect.map(
  SecureRandom.make(randomBytes).uuidV7(),
  (uuid) => inCell(uuid, currentCellUnsafe())
)

/** A new id in the fiber's cell, made outside an effect. Its time is the system's. */
export const newUuidUnsafe = (): string => inCell(SecureRandom.uuidV7Unsafe(), currentCellUnsafe())

/** The id that the fiber shares with other cells (`SharedUuid`), or else a new one. */
export const sharedUuid: Effect.Effect<string> = Effect.flatMap(
  SharedUuid,
  (given) => given === undefined ? newUuid : Effect.succeed(given)
)

const withTime = (millis: number, rest: string): string => {
  const hex = Math.min(Math.max(Math.trunc(millis), 0), 2 ** 48 - 1).toString(16).padStart(12, "0")
  return `${hex.slice(0, 8)}-${hex.slice(8)}-${rest}`
}

/** The smallest UUID with this time: epoch milliseconds, cut to whole ones from 0 to 2^48 - 1. */
export const smallestAt = (millis: number): string => withTime(millis, "0000-0000-000000000000")

/** The greatest UUID with this time: epoch milliseconds, cut to whole ones from 0 to 2^48 - 1. */
export const greatestAt = (millis: number): string => withTime(millis, "ffff-ffff-ffffffffffff")
