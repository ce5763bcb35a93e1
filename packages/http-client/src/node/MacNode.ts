/**
 * HMAC on `node:crypto`, for callers that sign every request. Each key becomes a `KeyObject` once: `createHmac` with
 * bytes spends 10 of its 12 µs on reading the key (Node 24.21).
 */
import { Layer } from "effect"
import { Mac, SecureRandom } from "effect/crypto"
import { createHmac, createSecretKey, type KeyObject } from "node:crypto"
import { hashNames } from "./HashNames.ts"

/** Keyed by the identity of a key's bytes, which exists as long as the key. */
const keys = new WeakMap<Uint8Array, KeyObject>()

const keyOf = (bytes: Uint8Array): KeyObject => {
  let key = keys.get(bytes)
  if (key === undefined) {
    key = createSecretKey(bytes)
    keys.set(bytes, key)
  }
  return key
}

export const layer: Layer.Layer<Mac.Mac> = Mac.layerWebCryptoWith({
  hmac: (hash, key, data) => new Uint8Array(createHmac(hashNames[hash], keyOf(key)).update(data).digest())
}).pipe(Layer.provide(SecureRandom.layerWebCrypto))
