/**
 * Digests on `node:crypto`, for callers that need one for every request: WebCrypto hands each to a thread, and hashing
 * an order takes less time than the way there and back.
 */
import { Effect, Layer } from "effect"
import { Digest } from "effect/crypto"
import { hash } from "node:crypto"
import { hashNames } from "./HashNames.ts"

export const layer: Layer.Layer<Digest.Digest> = Layer.succeed(Digest.Digest, {
  digest: (algorithm, data) => Effect.sync(() => new Uint8Array(hash(hashNames[algorithm.name], data, "buffer"))),
  digestHex: (algorithm, data) => Effect.sync(() => hash(hashNames[algorithm.name], data, "hex"))
})
