/** The cells of this process, and how one is asked. */
import * as Problems from "@sluice/api/wire/Problems"
import { Effect, type Scope } from "effect"
import { HttpServerRequest, type HttpServerResponse } from "effect/http"
import { problemResponse } from "../wire/Answer.ts"
import { type CellHandler, inCell } from "./CellApp.ts"

/** A cell as the gateway sees it. */
export interface CellEntry {
  readonly id: number
  /** `undefined` until the cell has come for the first time. */
  readonly handle: () => CellHandler | undefined
  /** Its database does not answer, or has not yet. */
  readonly isAway: () => boolean
  /** This process executes the cell's runs. */
  readonly isOwned: () => boolean
}

export type Asked = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** The answer for what is in a cell that is away. */
export const awayResponse = (cell: number) =>
  problemResponse(
    new Problems.Unavailable({
      detail: `The database of cell ${cell} is away; nothing was stored`,
      retryAfterSeconds: 1
    })
  )

/** True for answers that say nothing but that the cell cannot be asked. */
export const isMissing = ({ status }: HttpServerResponse.HttpServerResponse): boolean => status === 503

const handled = (cell: CellEntry, handle: CellHandler | undefined): Asked =>
  handle === undefined ? Effect.succeed(awayResponse(cell.id)) : inCell(cell.id)(handle)

/** Asks a cell, unless it is known to be away. */
export const ask = (cell: CellEntry): Asked =>
  Effect.suspend(() => handled(cell, cell.isAway() ? undefined : cell.handle()))

/** Asks a cell whether or not it is away: for what needs nothing from its database. */
export const askAnyway = (cell: CellEntry): Asked => Effect.suspend(() => handled(cell, cell.handle()))

/** The same request with another query. */
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
