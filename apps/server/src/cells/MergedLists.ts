/** Lists over all cells: asks each for a page, and merges them. Contract: section 11, "When a cell is away". */
import { defaultLimit, maxLimit } from "@sluice/api/wire/Paging"
import { Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Answer from "../wire/Answer.ts"
import { cursorInvalid } from "../wire/ErrorMapping.ts"
import { ask, type Asked, awayResponse, type CellEntry, isMissing, withQuery } from "./CellDirectory.ts"
import { type CellCursors, type CellPage, type Direction, mergePages, readCursor, writeCursor } from "./MergedPage.ts"

interface Answered {
  readonly cell: number
  readonly response: HttpServerResponse.HttpServerResponse
}

/** A list that every cell has a part of, and the rules for merging the parts. */
export interface ListMerge {
  readonly direction?: Direction
  /** Combines items of several cells that have the same keys. */
  readonly combine?: (texts: ReadonlyArray<string>) => string
  /** True if a cell that does not know the subject is left out, unless no cell knows it. */
  readonly dropsUnknown?: boolean
}

const queryOf = (url: string): URLSearchParams => new URLSearchParams(url.split("?", 2)[1] ?? "")

/** The cells' own checks refuse what is no limit. */
const limitOf = (query: URLSearchParams): number => {
  const limit = Number(query.get("limit") ?? defaultLimit)
  return Number.isInteger(limit) && limit >= 1 && limit <= maxLimit ? limit : defaultLimit
}

const pageAt = (cell: CellEntry, place: string | undefined): Asked =>
  withQuery((query) => place === undefined ? query.delete("cursor") : query.set("cursor", place))(ask(cell))

const pageOf = ({ cell, response }: Answered): ReadonlyArray<CellPage> => {
  const parts = Answer.partsOf(response)
  return parts === undefined ? [] : [{ cell, ...parts }]
}

const pageText = (texts: ReadonlyArray<string>, nextCursor: string | null, missing: ReadonlyArray<number>): string =>
  `{"items":[${texts.join(",")}],"nextCursor":${JSON.stringify(nextCursor)}${
    missing.length === 0 ? "" : `,"missingCells":${JSON.stringify(missing)}`
  }}`

/** The answer of what the cells said. */
const merged = (
  answers: ReadonlyArray<Answered>,
  cells: ReadonlyArray<CellEntry>,
  before: CellCursors,
  limit: number,
  { combine, direction, dropsUnknown = false }: ListMerge
): HttpServerResponse.HttpServerResponse => {
  const present = answers.filter(({ response }) => !isMissing(response))
  const known = dropsUnknown ? present.filter(({ response }) => response.status !== 404) : present
  const refused = known.find(({ response }) => response.status !== 200) ?? (known.length === 0 ? present[0] : undefined)
  if (refused !== undefined) return refused.response
  const missing = answers.filter(({ response }) => isMissing(response)).map(({ cell }) => cell)
  if (present.length === 0 && missing.length > 0) return answers[0]?.response ?? awayResponse(missing[0] ?? 0)
  const { cursors, texts } = mergePages(known.flatMap(pageOf), limit, before, direction, combine)
  const asked = dropsUnknown ? known.map(({ cell }) => cell) : cells.map(({ id }) => id)
  const open = asked.filter((cell) => !missing.includes(cell))
  return Answer.json(pageText(texts, writeCursor(cursors, open), missing))
}

/** A page of the list over all cells, newest first. */
export const list = Effect.fnUntraced(function*(cells: ReadonlyArray<CellEntry>, merge: ListMerge = {}) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const query = queryOf(request.url)
  const limit = limitOf(query)
  const read = yield* readCursor({ limit, cursor: query.get("cursor") ?? undefined }).pipe(
    Effect.catch((error) => Effect.succeed(Answer.problemResponse(cursorInvalid(error))))
  )
  if (HttpServerResponse.isHttpServerResponse(read)) return read
  const before: CellCursors = new Map(read ?? [])
  const open = cells.filter(({ id }) => before.get(id) !== null)
  const answers = yield* Effect.forEach(
    open,
    (cell) => Effect.map(pageAt(cell, before.get(cell.id) ?? undefined), (response) => ({ cell: cell.id, response })),
    { concurrency: "unbounded" }
  )
  return merged(answers, cells, before, limit, merge)
})
