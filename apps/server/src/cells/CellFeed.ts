/**
 * An endpoint's feed over several cells: in order of the sequence within each. `after` names the place in each cell, as
 * `0-12.1-7`. Contract: section 7, `GET /v1/webhook-endpoints/{id}/feed`. Pure.
 */

/** A message of a feed. */
export interface FeedItem {
  readonly sequence: number
}

export interface CellFeedPage {
  readonly cell: number
  readonly items: ReadonlyArray<FeedItem>
}

/** The sequence in each cell after which messages are requested. */
export type FeedPlaces = ReadonlyMap<number, number>

/** The largest number of items in an answer. */
const most = 100

/**
 * Parses a value of `next` into the place in each cell's feed; `undefined` for any other text. `0`, as for one cell,
 * is the beginning.
 */
export const readPlaces = (after: string | undefined): FeedPlaces | undefined => {
  if (after === undefined || after === "0") return new Map()
  if (!/^\d{1,4}-\d{1,15}(\.\d{1,4}-\d{1,15})*$/.test(after)) return undefined
  return new Map(
    after.split(".").map((part) => {
      const [cell = "", sequence = ""] = part.split("-")
      return [Number(cell), Number(sequence)]
    })
  )
}

export const writePlaces = (places: FeedPlaces): string =>
  [...places].toSorted(([a], [b]) => a - b).map(([cell, sequence]) => `${cell}-${sequence}`).join(".") || "0"

/** The first items of all cells, one cell after the other, and the place after them. */
export const mergeFeeds = (
  pages: ReadonlyArray<CellFeedPage>,
  before: FeedPlaces
): { readonly items: ReadonlyArray<FeedItem>; readonly next: string } => {
  const places = new Map(before)
  const items: Array<FeedItem> = []
  for (const page of pages) {
    const taken = page.items.slice(0, most - items.length)
    items.push(...taken)
    const last = taken.at(-1)
    if (last !== undefined) places.set(page.cell, last.sequence)
  }
  return { items, next: writePlaces(places) }
}
