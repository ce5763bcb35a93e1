/**
 * The keys that seal stored secrets: `SLUICE_ENCRYPTION_KEY`, or with the embedded PostgreSQL one that is generated
 * once in the data directory, mode 0600. Contract: section 2.
 */
import { keyBytes } from "@sluice/persistence/internal/secrets/EncryptionKeys"
import { Effect, FileSystem, Path, Redacted, Result, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { Base64 } from "effect/encoding"
import type { ServerConfig } from "./ServerConfig.ts"

/**
 * The generated key exists and cannot be used, or cannot be written. The message is one line that names how to mend it.
 */
export class EncryptionKeyUnusable extends Schema.TaggedError<EncryptionKeyUnusable>()("EncryptionKeyUnusable", {
  message: Schema.String
}) {}

const fileName = "encryption-key"

/** Access of the group and of everybody else. */
const others = 0o077

/** Windows has no such modes, and answers with made-up ones. */
const warnIfShared = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  const { mode } = yield* fs.stat(file)
  if (process.platform === "win32" || (mode & others) === 0) return
  yield* Effect.logWarning(
    `SLUICE_DATA_DIR: ${file} can be read or written by other users of this machine (mode `
      + `${(mode & 0o777).toString(8).padStart(4, "0")}), and opens every stored secret: run chmod 600 ${file}`
  )
})

/** Finds the keys. There are none if none is given and none may be generated: secrets cannot be stored then. */
export const find = Effect.fnUntraced(
  function*(config: ServerConfig) {
    if (config.encryptionKeys.length > 0 || config.databaseUrl !== undefined) return config.encryptionKeys
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const random = yield* SecureRandom.SecureRandom
    const file = path.join(config.dataDirectory, fileName)
    // The directory is there: the database in it has been started.
    const fresh = Base64.encode(yield* random.randomBytes(keyBytes))
    // Only where there is none: of two that start at once, one writes and both read.
    yield* fs.writeFileString(file, `${fresh}\n`, { flag: "wx", mode: 0o600 }).pipe(
      Effect.catchIf((error) => error.reason._tag === "AlreadyExists", () => Effect.void)
    )
    yield* warnIfShared(file)
    const key = Result.getSuccess(Base64.decode((yield* fs.readFileString(file)).trim()))
    return key._tag === "Some" && key.value.length === keyBytes
      ? [Redacted.make(key.value)]
      : yield* new EncryptionKeyUnusable({
        message: `SLUICE_DATA_DIR: ${file} does not hold ${keyBytes} bytes in base64: `
          + "put the key back, or set SLUICE_ENCRYPTION_KEY; a new key cannot open the secrets that are stored"
      })
  },
  Effect.catchTag("PlatformError", (error) =>
    Effect.fail(
      new EncryptionKeyUnusable({
        message: `SLUICE_DATA_DIR: the encryption key cannot be kept there: ${error.message}: `
          + "set SLUICE_DATA_DIR to a directory that can be written"
      })
    ))
)
