/**
 * The cell that the running fiber works for. Everything that makes an id reads it, so that the id names the cell in its
 * last ten bits. A process with one database never sets it. Contract: section 11, "Ids".
 */
import { Context, Fiber } from "effect"

/** The number of cells that an id can name. */
export const maxCells = 1024

/** The number of the cell that this fiber works for, 0 to 1023; 0 with one database. */
export const CurrentCell = Context.Reference<number>("@sluice/domain/identity/CurrentCell", {
  defaultValue: () => 0
})

/** The cell of the fiber that runs now; 0 outside of a fiber. */
export const currentCellUnsafe = (): number => Fiber.getCurrent()?.getRef(CurrentCell) ?? 0

/**
 * The id, a hyphenated UUID, of a resource that is created in several cells at once and shown as one: a job or a
 * replay.
 */
export const SharedUuid = Context.Reference<string | undefined>("@sluice/domain/identity/SharedUuid", {
  defaultValue: () => undefined
})

/** The digits of the cell that was asked for last: a process makes ids in one cell, or in a few. */
let lastCell = 0
let lastDigits = "000"

/** The three hex digits of a cell, with which ids that are made in it end. */
export const cellDigits = (cell: number): string => {
  if (cell !== lastCell) {
    lastCell = cell
    lastDigits = cell.toString(16).padStart(3, "0")
  }
  return lastDigits
}

const digits = /[0-9a-f]{3}$/

/** The cell that the last three hex digits of an id or a token name; `undefined` where they are none or out of range. */
export const cellOf = (id: string): number | undefined => {
  const cell = Number.parseInt(digits.exec(id)?.[0] ?? "", 16)
  return cell < maxCells ? cell : undefined
}
