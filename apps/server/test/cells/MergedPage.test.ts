import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import {
  type CellCursors,
  type CellPage,
  compareKeys,
  mergePages,
  readCursor,
  writeCursor
} from "../../src/cells/MergedPage.ts"

/** The keys of each cell's items, and the size of a page. */
const Lists = Schema.Struct({
  cells: Schema.Array(Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 })))).check(
    Schema.isBetweenLength(1, 5)
  ),
  limit: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 }))
})

/** A cell's list as persistence pages it: the cursor is the number of items before. */
const pageOf = (cell: number, keys: ReadonlyArray<number>, limit: number, from: number): CellPage => {
  const shown = keys.slice(from, from + limit)
  return {
    cell,
    texts: shown.map((key) => `${key} in ${cell}`),
    nextCursor: from + limit < keys.length ? String(from + limit) : null,
    places: { keysAt: (index) => [shown[index]!], cursorAt: (index) => String(from + index + 1) }
  }
}

const descending = (keys: ReadonlyArray<number>) => keys.toSorted((a, b) => b - a)

/** Every page until the end, read through the cursor that a client sends. */
const walk = (
  cells: ReadonlyArray<ReadonlyArray<number>>,
  limit: number,
  combine?: (texts: ReadonlyArray<string>) => string
): ReadonlyArray<ReadonlyArray<string>> => {
  const pages: Array<ReadonlyArray<string>> = []
  const numbers = cells.map((_, cell) => cell)
  let cursor: string | undefined
  do {
    const before: CellCursors = new Map(Effect.runSync(readCursor({ limit, cursor })) ?? [])
    const open = numbers.filter((cell) => before.get(cell) !== null)
    const read = open.map((cell) => pageOf(cell, cells[cell]!, limit, Number(before.get(cell) ?? 0)))
    const { cursors, texts } = mergePages(read, limit, before, "newest", combine)
    pages.push(texts)
    cursor = writeCursor(cursors, numbers) ?? undefined
  } while (cursor !== undefined)
  return pages
}

describe("MergedPage", () => {
  it.prop("the pages of all cells, one after the other, are the list that one sort would give", [Lists], ([lists]) => {
    const cells = lists.cells.map(descending)
    const pages = walk(cells, lists.limit)
    const keys = pages.flat().map((text) => Number.parseInt(text, 10))
    assert.deepStrictEqual(keys, descending(cells.flat()))
    // Each item once.
    assert.sameMembers(pages.flat(), cells.flatMap((some, cell) => some.map((key) => `${key} in ${cell}`)))
    assert.isTrue(pages.slice(0, -1).every((page) => page.length === lists.limit))
  })

  it.prop("items with the same keys are one item where a list combines them", [Lists], ([lists]) => {
    const cells = lists.cells.map((keys) => descending([...new Set(keys)]))
    const pages = walk(cells, lists.limit, (texts) => `${Number.parseInt(texts[0]!, 10)} of ${texts.length}`)
    assert.deepStrictEqual(
      pages.flat().map((text) => Number.parseInt(text, 10)),
      descending([...new Set(cells.flat())])
    )
  })

  it("a page ends where a cell has more that was not read", () => {
    const read: ReadonlyArray<CellPage> = [
      { cell: 0, texts: ["9"], nextCursor: "after 5", places: { keysAt: () => [9], cursorAt: () => "after 9" } },
      { cell: 1, texts: ["7"], nextCursor: null, places: { keysAt: () => [7], cursorAt: () => "after 7" } }
    ]
    const { cursors, texts } = mergePages(read, 10, new Map())
    assert.deepStrictEqual(texts, ["9"])
    assert.deepStrictEqual([...cursors], [[0, "after 5"]])
  })

  it("keys are compared in turn, numbers by value and texts by code unit", () => {
    assert.isBelow(compareKeys([9, "b"], [10, "a"]), 0)
    assert.isAbove(compareKeys([9, "b"], [9, "a"]), 0)
    assert.strictEqual(compareKeys([9, "b"], [9, "b"]), 0)
  })
})
