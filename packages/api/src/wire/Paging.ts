/** Lists: `?limit=&cursor=`, answered with `{ items, nextCursor }`. Contract: section 7. */
import { Schema } from "effect"

export const maxLimit = 200
export const defaultLimit = 50

/** The query members of every list. A cursor is opaque: it is the `nextCursor` of the page before. */
export const pageQuery = {
  limit: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: maxLimit }))
      .annotate({ description: `How many items, 1 to ${maxLimit}; ${defaultLimit} if absent` })
  ),
  cursor: Schema.optionalKey(Schema.String.annotate({ description: "nextCursor of the page before" }))
}

/** The cells that are away and whose part of a list is missing; only with several databases. */
export const missingCells = Schema.optionalKey(
  Schema.Array(Schema.Int).annotate({
    description: "With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing"
  })
)

/** A page of a list; `nextCursor` is null at its end. */
export const pageOf = <Item extends Schema.Top>(item: Item) =>
  Schema.Struct({ items: Schema.Array(item), nextCursor: Schema.NullOr(Schema.String), missingCells })

/** A moment as it is written in a filter: ISO 8601 with a date at least, and a zone where there is a time. */
export const Moment = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/, {
    expected: "a date or a moment like 2026-11-22T08:00:00Z"
  })
)

/**
 * A part of an id. No index serves it: a page examines a bounded number of rows, and may be short although more follow.
 */
export const partOfId = Schema.optionalKey(
  Schema.String.check(Schema.isMinLength(4)).annotate({
    description:
      "A part of an id, 4 characters or more, in any case. A page may be short, or empty, although more follow: "
      + "nextCursor says so"
  })
)

/**
 * An e-mail address anywhere in an order. No index serves it: a page examines a bounded number of orders, and may be
 * short although more follow.
 */
export const walkedEmail = Schema.optionalKey(Schema.NonEmptyString.annotate({
  description:
    "Orders that hold this e-mail address, in any case. A page may be short, or empty, although more follow: "
    + "nextCursor says so"
}))
