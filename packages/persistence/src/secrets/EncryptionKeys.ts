/**
 * The keys of `SLUICE_ENCRYPTION_KEY`: base64, separated by commas. New secrets are sealed with the first one.
 * Contract: section 2.
 */
import { Array as Arr, Redacted, Result } from "effect"

/** The number of bytes of a key. */
export const keyBytes = 32

const remedy = `write ${keyBytes} bytes in base64, for example from openssl rand -base64 ${keyBytes}`

const readKey = (text: string): Result.Result<Redacted.Redacted<Uint8Array>, string> => {
  const shape = /^[A-Za-z0-9+/]*={0,2}$/.test(text)
  const bytes = shape ? Uint8Array.from(Buffer.from(text, "base64")) : undefined
  if (bytes?.length === keyBytes) return Result.succeed(Redacted.make(bytes))
  return Result.fail(bytes === undefined ? "is not base64" : `holds ${bytes.length} bytes instead of ${keyBytes}`)
}

/** Reads the keys; otherwise a text that says which key is at fault and why, and repeats none of them. */
export const readKeys = (value: string): Result.Result<ReadonlyArray<Redacted.Redacted<Uint8Array>>, string> => {
  const texts = value.split(",").map((text) => text.trim())
  const at = (index: number) => texts.length === 1 ? "" : `entry ${index + 1} `
  const keys = texts.map(readKey)
  for (const [index, key] of keys.entries()) {
    if (Result.isFailure(key)) return Result.fail(`${at(index)}${key.failure}: ${remedy}`)
    if (texts.indexOf(texts[index] ?? "") < index) return Result.fail(`${at(index)}is there twice: leave it out once`)
  }
  return Result.succeed(Arr.getSuccesses(keys))
}
