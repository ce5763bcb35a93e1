/** The cells of this process, and the functions that query one. */
import * as Problems from "@sluice/api/wire/Problems"
import { Effect, type Scope } from "effect"
import { HttpServerRequest, type HttpServerResponse } from "effect/http"
import { problemResponse } from "../wire/Answer.ts"
import { type CellHandler, inCell } from "./CellApp.ts"

/** A cell, as the gateway uses it. */
export interface CellEntry {
  readonly id: number
  /** The handler of requests; `undefined` until the cell's database has answered for the first time. */
  readonly handle: () => CellHandler | undefined
  /** True if its database does not answer, or has not answered yet. */
  readonly isAway: () => boolean
  /** True if this process executes the cell's runs. */
  readonly isOwned: () => boolean
}

export type Asked = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** The answer to a request for a cell whose database is away. */
export const awayResponse = (cell: number) =>
  problemResponse(
    new Problems.Unavailable({
      detail: `The database of cell ${cell} is away; nothing was stored`,
      retryAfterSeconds: 1
    })
  )

/** True for an answer that only says that the cell is away. */
export const isMissing = ({ status }: HttpServerResponse.HttpServerResponse): boolean => status === 503

const handled = (cell: CellEntry, handle: CellHandler | undefined): Asked =>
  handle === undefined ? Effect.succeed(awayResponse(cell.id)) : inCell(cell.id)(handle)

/** Sends a request to a cell, unless it is known to be away. */
export const ask = (cell: CellEntry): Asked =>
  Effect.suspend(() => handled(cell, cell.isAway() ? undefined : cell.handle()))

/** Sends a request to a cell even if it is away: for requests that need nothing from its database. */
export const askAnyway = (cell: CellEntry): Asked => Effect.suspend(() => handled(cell, cell.handle()))

/** Changes the query of a request to a cell. */
export const withQuery = (change: (query: URLSearchParams) => void) => (asked: Asked): Asked =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const [path = request.url, text = ""] = request.url.split("?", 2)
    const query = new URLSearchParams(text)
    change(query)
    return Effect.provideService(
      asked,
      HttpServerRequest.HttpServerRequest,
      request.modify({ url: query.size === 0 ? path : `${path}?${query}` })
    )
  })
