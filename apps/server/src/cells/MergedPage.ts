/**
 * Merges the pages of the cells' own lists into one page, with one cursor. Contract: section 11, "Lists over several
 * cells merge newest first, with one cursor". Pure.
 *
 * The cursor holds each cell's place: its own cursor, or `null` at the end of its list. A cell that it does not name is
 * read from the beginning.
 */
import type { PageRequest, Places } from "@sluice/persistence/internal/sql/Page"
import { cursor } from "@sluice/persistence/internal/sql/Page"
import type { CursorInvalid } from "@sluice/persistence/internal/sql/Page"
import { type Effect, Schema } from "effect"

export interface CellPage {
  readonly cell: number
  /** The JSON of each item, in the order of the list. */
  readonly texts: ReadonlyArray<string>
  readonly nextCursor: string | null
  readonly places: Places | undefined
}

/** The place in each cell's list; `null`: its end. */
export type CellCursors = ReadonlyMap<number, string | null>

export interface Merged {
  readonly texts: ReadonlyArray<string>
  readonly cursors: CellCursors
}

/** The order of a list; `newest` has the largest keys first. */
export type Direction = "newest" | "ascending"

type Keys = ReadonlyArray<string | number>

/** Compares two sort keys part by part: numbers by value, texts by code unit. */
export const compareKeys = (a: Keys, b: Keys): number => {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [x, y] = [a[at]!, b[at]!]
    if (x === y) continue
    return x < y ? -1 : 1
  }
  return a.length - b.length
}

interface Head {
  readonly page: CellPage
  taken: number
}

const keysOf = ({ page, taken }: Head): Keys => page.places?.keysAt(taken) ?? []

/** More of the cell's list follows, which has not been read: what would come next is unknown. */
const isUnread = ({ page, taken }: Head): boolean => taken >= page.texts.length && page.nextCursor !== null

const cursorOf = ({ page, taken }: Head, before: CellCursors): readonly [number, string | null] | undefined => {
  if (taken >= page.texts.length) return [page.cell, page.nextCursor]
  if (taken > 0) return [page.cell, page.places?.cursorAt(taken - 1) ?? null]
  const own = before.get(page.cell)
  return own === undefined ? undefined : [page.cell, own]
}

/**
 * The first `limit` items over all pages. `combine` makes one item of those that several cells have under the same
 * keys; without it each is an item of its own. Stops at the end of a cell's page if more of its list follows, so that a
 * page may be short although more follow.
 */
export const mergePages = (
  pages: ReadonlyArray<CellPage>,
  limit: number,
  before: CellCursors,
  direction: Direction = "newest",
  combine?: (texts: ReadonlyArray<string>) => string
): Merged => {
  const heads = pages.map((page): Head => ({ page, taken: 0 }))
  const sign = direction === "newest" ? -1 : 1
  const texts: Array<string> = []
  while (texts.length < limit && !heads.some(isUnread)) {
    const open = heads.filter(({ page, taken }) => taken < page.texts.length)
    const [first, ...others] = open
    if (first === undefined) break
    const best = others.reduce((a, b) => sign * compareKeys(keysOf(b), keysOf(a)) < 0 ? b : a, first)
    const same = combine === undefined ? [best] : open.filter((head) => compareKeys(keysOf(head), keysOf(best)) === 0)
    const found = same.map((head) => head.page.texts[head.taken++]!)
    texts.push(combine === undefined || found.length === 1 ? found[0]! : combine(found))
  }
  const cursors = new Map(before)
  for (const head of heads) {
    const place = cursorOf(head, before)
    if (place !== undefined) cursors.set(...place)
  }
  return { texts, cursors }
}

const codec = cursor(Schema.Array(Schema.Tuple([Schema.Int, Schema.NullOr(Schema.String)])))

/** The cursor of the next merged page; `null` once the list of each of `cells` is over. */
export const writeCursor = (cursors: CellCursors, cells: ReadonlyArray<number>): string | null =>
  cells.every((cell) => cursors.get(cell) === null) ? null : codec.write([...cursors])

export const readCursor = (
  request: PageRequest
): Effect.Effect<ReadonlyArray<readonly [number, string | null]> | undefined, CursorInvalid> => codec.read(request)
