import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Mac } from "effect/crypto"
import * as MacNode from "../src/node/MacNode.ts"

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")

describe("MacNode", () => {
  it.effect("signs as RFC 4231 says, with the given key", () =>
    Effect.gen(function*() {
      const mac = yield* Mac.Mac
      const first = yield* Mac.key(Mac.hmacSha256, new Uint8Array(20).fill(0x0b))
      const second = yield* Mac.key(Mac.hmacSha256, Buffer.from("Jefe"))
      const tags = yield* Effect.forEach(
        [
          [first, "Hi There"],
          [second, "what do ya want for nothing?"],
          [first, "Hi There"]
        ] as const,
        ([key, text]) => mac.sign(key, Buffer.from(text))
      )
      const [one, two] = [
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ]
      assert.deepStrictEqual(tags.map(hex), [one, two, one])
    }).pipe(Effect.provide(MacNode.layer)))
})
