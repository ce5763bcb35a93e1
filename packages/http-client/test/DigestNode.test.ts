import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Digest } from "effect/crypto"
import * as DigestNode from "../src/node/DigestNode.ts"

const digests = (data: Uint8Array) =>
  Effect.flatMap(
    Digest.Digest,
    (digest) =>
      Effect.forEach([Digest.md5, Digest.sha1, Digest.sha256, Digest.sha384, Digest.sha512], (algorithm) =>
        Effect.all([digest.digest(algorithm, data), digest.digestHex(algorithm, data)]))
  )

it.effect("digests as WebCrypto does, by every algorithm", () =>
  Effect.forEach(["", "abc", "\u{1f600}".repeat(50_000)], (text) =>
    Effect.gen(function*() {
      const data = new TextEncoder().encode(text)
      assert.deepStrictEqual(
        yield* Effect.provide(digests(data), DigestNode.layer),
        yield* Effect.provide(digests(data), Digest.layerWebCrypto)
      )
    })))
