/**
 * Writes answers: JSON from the stored text, so that no digit of a number is lost, and problems with their headers.
 */
import type { Page, Places } from "@sluice/persistence/internal/sql/Page"
import { type Headers, HttpServerResponse } from "effect/http"

const problemType = "application/problem+json"

/** The members common to every class of `@sluice/api/Problems`. */
export interface Problem {
  readonly type: string
  readonly status: number
  readonly title: string
  readonly detail?: string
  readonly errors?: ReadonlyArray<{ readonly path: string; readonly message: string }>
  readonly retryAfterSeconds?: number
}

export const problemResponse = (problem: Problem, headers?: Headers.Input): HttpServerResponse.HttpServerResponse => {
  const { type, title, status, detail, errors, retryAfterSeconds } = problem
  const response = HttpServerResponse.text(JSON.stringify({ type, title, status, detail, errors, retryAfterSeconds }), {
    status,
    contentType: problemType,
    ...(headers === undefined ? {} : { headers })
  })
  return retryAfterSeconds === undefined
    ? response
    : HttpServerResponse.setHeader(response, "retry-after", String(retryAfterSeconds))
}

/** A response whose body is `text`, which is JSON already. */
export const json = (text: string, status = 200, headers?: Headers.Input): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(text, {
    status,
    contentType: "application/json",
    ...(headers === undefined ? {} : { headers })
  })

/** A document at a version, with an `ETag` that `If-Match` can name. */
export const versioned = (text: string, version: number, status = 200): HttpServerResponse.HttpServerResponse =>
  json(text, status, { etag: `"${version}"` })

/** The text of a response's body, as {@link json} or a handler has written it; empty for a stream. */
export const textOf = ({ body }: HttpServerResponse.HttpServerResponse): string =>
  body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""

/** The parts of a page, for merging with pages of other cells. */
export interface PageParts {
  /** The JSON of each item. */
  readonly texts: ReadonlyArray<string>
  readonly nextCursor: string | null
  /** The places of the items; absent if the page is empty. */
  readonly places: Places | undefined
}

const pages = new WeakMap<HttpServerResponse.HttpServerResponse, PageParts>()

/** The parts of an answer that {@link page} has built. */
export const partsOf = (response: HttpServerResponse.HttpServerResponse): PageParts | undefined => pages.get(response)

/** A page of a list; `write` gives an item's JSON. */
export const page = <A>(page: Page<A>, write: (item: A) => string): HttpServerResponse.HttpServerResponse => {
  const texts = page.items.map(write)
  const response = json(`{"items":[${texts.join(",")}],"nextCursor":${JSON.stringify(page.nextCursor)}}`)
  pages.set(response, { texts, nextCursor: page.nextCursor, places: page.places })
  return response
}
