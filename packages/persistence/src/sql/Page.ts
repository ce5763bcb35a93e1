/**
 * Pages of a list. A cursor holds the indexed keys of the last row seen, so that a page costs the same at any depth,
 * and new rows shift nothing. Contract: section 7, "Lists".
 */
import { isStorable } from "@sluice/domain/order/Order"
import { Effect, Option, Result, Schema } from "effect"
import { Base64Url } from "effect/encoding"

/** The largest page. */
export const maxLimit = 200

export interface PageRequest {
  /** The number of items, from 1 to `maxLimit`. */
  readonly limit: number
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined
}

export interface Page<A> {
  readonly items: ReadonlyArray<A>
  /** `null` at the end. */
  readonly nextCursor: string | null
  /** The place of each item, for merging with the lists of other cells; absent where there are no items. */
  readonly places?: Places
}

/** The places of a page's items, in the order of the list. */
export interface Places {
  /** The keys by which the list is ordered. */
  readonly keysAt: (index: number) => ReadonlyArray<string | number>
  /** The cursor of a page that begins after the item at `index`. */
  readonly cursorAt: (index: number) => string
}

/** The cursor was not made by this list. */
export class CursorInvalid extends Schema.TaggedError<CursorInvalid>()("CursorInvalid", {
  message: Schema.String
}) {}

/** Encodes the cursors of a list: the keys of a row as a JSON list, in base64url. */
export interface Cursor<Keys> {
  readonly write: (keys: Keys) => string
  /** The keys in the request's cursor; `undefined` where it has none. */
  readonly read: (page: PageRequest) => Effect.Effect<Keys | undefined, CursorInvalid>
}

/** True for keys that no row has, because PostgreSQL cannot store one of their texts. */
const isOfNoRow = (keys: unknown): boolean =>
  Array.isArray(keys) && keys.some((key) => typeof key === "string" && !isStorable(key))

export const cursor = <Keys>(keys: Schema.Codec<Keys, unknown>): Cursor<Keys> => {
  const codec = Schema.fromJsonString(keys)
  const encode = Schema.encodeSync(codec)
  const decode = Schema.decodeUnknownOption(codec)
  return {
    write: (row) => Base64Url.encode(encode(row)),
    read: ({ cursor }) => {
      if (cursor === undefined) return Effect.undefined
      const read = Option.flatMap(Result.getSuccess(Base64Url.decodeString(cursor)), decode)
      return Option.isSome(read) && !isOfNoRow(read.value)
        ? Effect.succeed(read.value)
        : Effect.fail(
          new CursorInvalid({ message: "is not a cursor of this list: pass nextCursor as it was answered" })
        )
    }
  }
}

/** The cursors of the rows of a page, computed on demand. */
export const placesOf = <Row, Keys extends ReadonlyArray<string | number>>(
  rows: ReadonlyArray<Row>,
  cursor: Cursor<Keys>,
  keysOf: (row: Row) => Keys
): Places => ({
  keysAt: (index) => keysOf(rows[index]!),
  cursorAt: (index) => cursor.write(keysOf(rows[index]!))
})

/**
 * A page of `limit` items from the rows of a statement that was asked for one more. `cut`: more rows follow even if
 * that one is missing.
 */
export const page = <Row, A, Keys extends ReadonlyArray<string | number>>(
  rows: ReadonlyArray<Row>,
  limit: number,
  cursor: Cursor<Keys>,
  keysOf: (row: Row) => Keys,
  itemOf: (row: Row) => A,
  cut = false
): Page<A> => {
  const shown = rows.length > limit ? rows.slice(0, limit) : rows
  const last = cut || rows.length > limit ? shown.at(-1) : undefined
  return {
    items: shown.map(itemOf),
    nextCursor: last === undefined ? null : cursor.write(keysOf(last)),
    places: placesOf(shown, cursor, keysOf)
  }
}
