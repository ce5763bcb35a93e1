/**
 * `/docs`: the API reference. Scalar draws it; its script is carried by the page, and the page's policy lets exactly
 * that script run, so that nothing is fetched from or sent to elsewhere. Contract: section 2.
 */
import { ApiPage } from "@sluice/api/reference/ApiPage"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiScalar } from "effect/http-api"
import * as Answer from "../../wire/Answer.ts"
import { policyOf } from "../../wire/PagePolicy.ts"

/** Its tools for developers hand the description to a service elsewhere, and the fonts come from there. */
const scalar = { withDefaultFonts: false, showDeveloperTools: "never" }

/** Scalar makes style elements of its own while it draws. */
const styles = ["'unsafe-inline'"]

/** The page is made once, and so is its policy: hashing three megabytes for each request would block the process. */
const protectedPages = new WeakMap<HttpServerResponse.HttpServerResponse, HttpServerResponse.HttpServerResponse>()

const withPolicy = (page: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse => {
  const made = protectedPages.get(page)
  if (made !== undefined) return made
  const response = HttpServerResponse.setHeader(page, "content-security-policy", policyOf(Answer.textOf(page), styles))
  protectedPages.set(page, response)
  return response
}

export const layer = HttpApiScalar.layer(ApiPage, { path: "/docs", scalar }).pipe(
  Layer.provide(HttpRouter.middleware((httpEffect) => Effect.map(httpEffect, withPolicy)).layer)
)
