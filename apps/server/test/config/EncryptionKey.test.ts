import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Redacted, Result } from "effect"
import { SecureRandom } from "effect/crypto"
import { chmodSync, statSync } from "node:fs"
import { join } from "node:path"
import { find } from "../../src/config/EncryptionKey.ts"
import * as ServerConfig from "../../src/config/ServerConfig.ts"
import { directory } from "../support/Process.ts"

/** The key and the lines that were logged. */
const found = Effect.fnUntraced(function*(dataDirectory: string) {
  const lines: Array<string> = []
  const config = Result.getOrThrow(ServerConfig.decode({ SLUICE_DATA_DIR: dataDirectory }))
  const keys = yield* Effect.provide(
    find(config),
    Layer.mergeAll(
      NodeServices.layer,
      SecureRandom.layerWebCrypto,
      Logger.layer([Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))])
    )
  )
  return { key: Redacted.value(keys[0]!), lines }
})

describe("EncryptionKey", () => {
  it.effect("a generated key is readable by its owner alone, and is used again silently", () =>
    Effect.gen(function*() {
      const path = yield* directory
      const first = yield* found(path)
      assert.strictEqual(statSync(join(path, "encryption-key")).mode & 0o777, 0o600)
      assert.deepStrictEqual(yield* found(path), first)
      assert.deepStrictEqual(first.lines, [])
    }).pipe(Effect.scoped))

  it.effect("a key file that others can read or write is used with a warning that names the file and the remedy", () =>
    Effect.gen(function*() {
      const path = yield* directory
      const file = join(path, "encryption-key")
      const { key } = yield* found(path)
      for (const [mode, shown] of [[0o644, "0644"], [0o640, "0640"], [0o604, "0604"], [0o620, "0620"]] as const) {
        chmodSync(file, mode)
        const again = yield* found(path)
        assert.deepStrictEqual(again.key, key)
        assert.lengthOf(again.lines, 1)
        assert.match(again.lines[0] ?? "", new RegExp(`^Warn.*${file}.*mode ${shown}.*chmod 600`, "i"))
      }
    }).pipe(Effect.scoped))
})
