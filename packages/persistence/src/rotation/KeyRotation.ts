/**
 * Seals every stored secret again with the first key of `SLUICE_ENCRYPTION_KEY`, so that the other keys can be removed.
 * Contract: section 4.
 *
 * - Online: a batch is sealed first and written in one statement, which changes only rows that still hold the text that
 *   was read. It holds the lock of the settings for that statement, so that no change of a setting is in the middle.
 * - Resumable: nothing is remembered beside the rows. What is sealed with the first key is passed over, so a rotation
 *   that was killed goes on where it ended.
 * - Complete: passes follow until one finds nothing to seal, since a server whose first key is another one may have
 * sealed with it meanwhile.
 */
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { EncryptionKeyMissing, SecretBox } from "../secrets/SecretBox.ts"
import { transaction } from "../sql/Transaction.ts"
import { type SealedRow, type SealedTable, sealedTables } from "./SealedTables.ts"

/** The rows of one batch. */
const batchSize = 50

/** The passes after which another process must be sealing with another key. */
const mostPasses = 5

/** Values are sealed with another key again and again: a server whose first key differs is running. */
export class KeyStillUsed extends Schema.TaggedError<KeyStillUsed>()("KeyStillUsed", {
  message: Schema.String
}) {}

/** The progress within one table, in one pass. */
export interface RotationProgress {
  readonly table: string
  /** The rows that were examined; `rows`: those of the table. */
  readonly done: number
  readonly rows: number
  /** The values that were sealed again. */
  readonly sealed: number
}

export interface RotationReport {
  /** The values that were sealed again. */
  readonly sealed: number
  /** The tokens that were forgotten, to be fetched anew. */
  readonly forgotten: number
  /** The values that no key opens, as `connector billing: bearerToken`; they are left as they are. */
  readonly unreadable: ReadonlyArray<string>
}

interface Tally {
  sealed: number
  forgotten: number
  /** The rows that hold a value of another key and were not written, but for those that cannot be read. */
  missed: number
  readonly unreadable: Set<string>
}

/** Seals all secrets with the newest key; `onProgress` is called after each batch. */
export const rotate = Effect.fnUntraced(function*(
  onProgress: (progress: RotationProgress) => Effect.Effect<unknown>
): Effect.fn.Return<RotationReport, SqlError | EncryptionKeyMissing | KeyStillUsed, SqlClient.SqlClient | SecretBox> {
  const sql = yield* SqlClient.SqlClient
  const box = yield* SecretBox
  if (!box.hasKey) {
    return yield* new EncryptionKeyMissing({
      message: "SLUICE_ENCRYPTION_KEY is not set: set it to new,old, the new key first"
    })
  }

  const sealBatch = Effect.fnUntraced(function*(table: SealedTable, rows: ReadonlyArray<SealedRow>, tally: Tally) {
    const resealed = yield* Effect.forEach(rows, table.reseal)
    for (const { unreadable } of resealed) for (const one of unreadable) tally.unreadable.add(one)
    const changed = resealed.filter(({ sealed, text }) => sealed > 0 || text === null)
    if (changed.length === 0) return 0
    const written = yield* transaction(
      sql,
      Effect.andThen(sql`SELECT revision FROM settings_revision FOR UPDATE`, table.write(changed))
    )
    tally.missed += changed.length - written
    tally.forgotten += changed.filter(({ text }) => text === null).length
    const sealed = changed.reduce((sum, one) => sum + one.sealed, 0)
    tally.sealed += sealed
    return sealed
  })

  const pass = Effect.fnUntraced(function*(tally: Tally) {
    for (const table of sealedTables(sql, box)) {
      const rows = yield* table.count
      let done = 0
      let sealed = 0
      let after: SealedRow | undefined
      for (;;) {
        const batch = yield* table.read(after, batchSize)
        after = batch.at(-1)
        if (after === undefined) break
        done += batch.length
        const stale = batch.filter(table.isStale)
        if (stale.length > 0) sealed += yield* sealBatch(table, stale, tally)
        yield* onProgress({ table: table.name, done, rows: Math.max(rows, done), sealed })
      }
    }
  })

  const total: RotationReport & { sealed: number; forgotten: number } = { sealed: 0, forgotten: 0, unreadable: [] }
  for (let passes = 1;; passes++) {
    const tally: Tally = { sealed: 0, forgotten: 0, missed: 0, unreadable: new Set() }
    yield* pass(tally)
    total.sealed += tally.sealed
    total.forgotten += tally.forgotten
    if (tally.sealed + tally.forgotten + tally.missed === 0) return { ...total, unreadable: [...tally.unreadable] }
    if (passes >= mostPasses) {
      return yield* new KeyStillUsed({
        message: "Secrets are still being sealed with another key: give every process new,old in that order, and run "
          + "this again"
      })
    }
  }
})
