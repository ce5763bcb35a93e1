/** A received body as JSON. A large one is parsed in turns beforehand; later synchronous readers get that result. */
import { Effect, Option } from "effect"
import { type Json, parse } from "../json/Json.ts"
import { readJson } from "../json/JsonInTurns.ts"
import { largeLength } from "../json/LargeText.ts"
import { type ReceivedBody, receivedText } from "./ReceivedText.ts"

/** Large bodies that were read, with their values; no value where a body is not JSON. */
const read = new WeakMap<Uint8Array, { readonly json: Json | undefined }>()

/** The body as JSON; `undefined` where it is none. Call `readReceived` first where the body may be large. */
export const receivedJson = (received: ReceivedBody): Json | undefined => {
  const known = read.get(received.body)
  if (known !== undefined) return known.json
  const text = receivedText(received)
  if (text === undefined) return undefined
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** True if a body has to be read in turns. */
export const isLargeBody = ({ body }: ReceivedBody): boolean => body.byteLength >= largeLength

/** Reads a large body for `receivedJson`; a small one is left to it. */
export const readReceived = (received: ReceivedBody): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (!isLargeBody(received) || read.has(received.body)) return Effect.void
    const text = receivedText(received)
    const json = text === undefined ? Effect.succeedNone : Effect.option(readJson(text))
    return Effect.map(json, (found) => void read.set(received.body, { json: Option.getOrUndefined(found) }))
  })
