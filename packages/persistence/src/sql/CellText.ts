/**
 * Ids that are made in SQL name their cell, as those made in the process do. Statements are written for cell 0; a
 * session of another cell rewrites the one place where they differ, so that the texts of a single database are
 * constants. Contract: section 11, "Ids".
 */
import { cellDigits } from "@sluice/domain/internal/identity/CurrentCell"

const end = (cell: number): string => `|| '${cellDigits(cell)}')::uuid`

/** A UUIDv7 of its own, as old as the one that `message` names, in the session's cell: `inCell` in SQL. */
export const newId = (message: string): string =>
  `(left(${message}::text, 14) || '7' || substr(gen_random_uuid()::text, 16, 18) ${end(0)}`

/** Texts that are kept rewritten; statements are few, and their texts constant. */
const kept = 1_000

/** The statement as the cell's sessions send it; the identity for cell 0. */
export const inCellText = (cell: number): (statement: string) => string => {
  if (cell === 0) return (statement) => statement
  const known = new Map<string, string>()
  return (statement) => {
    const found = known.get(statement)
    if (found !== undefined) return found
    const text = statement.replaceAll(end(0), end(cell))
    if (known.size < kept) known.set(statement, text)
    return text
  }
}
