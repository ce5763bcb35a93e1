/**
 * The URL to which a partner sends an answer that comes later: `<base>/v1/callbacks/<token>`. Each attempt has a token of
 * its own, 256 random bits in hex and three digits that name the cell; only its SHA-256 is stored.
 * Contract: section 6, "Waiting for a callback"; section 11, "Ids".
 */
import { cellDigits, currentCellUnsafe } from "@sluice/domain/internal/identity/CurrentCell"
import { SecureRandom } from "effect/crypto"
import { Hex } from "effect/encoding"

/** The header that carries the URL, in lower case. */
export const callbackHeader = "sluice-callback-url"

/** The path below which answers are taken. */
export const callbackPath = "/v1/callbacks/"

const tokenPattern = /^[0-9a-f]{64}[0-9a-f]{3}$/

/** A new token, in the cell of the fiber that runs now. */
export const newToken = (): string =>
  `${Hex.encode(SecureRandom.randomBytesUnsafe(32))}${cellDigits(currentCellUnsafe())}`

/** True if the text has the form of a token. */
export const isToken = (text: string): boolean => tokenPattern.test(text)

export const urlOf = (base: string, token: string): string => `${base}${callbackPath}${token}`
