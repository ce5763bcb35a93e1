/**
 * Answers as they are written: JSON from the text that is stored, so that no digit of a number is lost, and problems
 * with the headers that belong to them.
 */
import type { Page } from "@sluice/persistence/internal/sql/Page"
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

/** `text` is JSON. */
export const json = (text: string, status = 200, headers?: Headers.Input): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(text, {
    status,
    contentType: "application/json",
    ...(headers === undefined ? {} : { headers })
  })

/** A document at a version, which `If-Match` can name. */
export const versioned = (text: string, version: number, status = 200): HttpServerResponse.HttpServerResponse =>
  json(text, status, { etag: `"${version}"` })

/** A page of a list; `write` gives an item's JSON. */
export const page = <A>(page: Page<A>, write: (item: A) => string): HttpServerResponse.HttpServerResponse =>
  json(`{"items":[${page.items.map(write).join(",")}],"nextCursor":${JSON.stringify(page.nextCursor)}}`)
