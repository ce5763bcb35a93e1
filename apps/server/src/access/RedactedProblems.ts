/** Hides known secrets in refusals: a message may repeat input, or quote an expression. Contract: section 5. */
import { Effect } from "effect"
import { HttpBody, HttpRouter, HttpServerResponse } from "effect/http"
import { KnownSecrets } from "../telemetry/KnownSecrets.ts"

const isProblem = ({ body, headers, status }: HttpServerResponse.HttpServerResponse): boolean =>
  status >= 400 && body._tag === "Uint8Array" &&
  headers["content-type"]?.startsWith("application/problem+json") === true

/** The response; if it is a problem, with the secrets in it hidden. */
export const redacted = (
  known: KnownSecrets["Service"],
  response: HttpServerResponse.HttpServerResponse
): HttpServerResponse.HttpServerResponse => {
  if (!isProblem(response) || response.body._tag !== "Uint8Array") return response
  const bytes = response.body.body
  const shown = known.redactor().bytes(bytes)
  return shown === bytes
    ? response
    : HttpServerResponse.setBody(response, HttpBody.uint8Array(shown, "application/problem+json"))
}

/** The middleware of every route that hides known secrets in problem details. */
export const layer = HttpRouter.middleware(
  Effect.map(KnownSecrets, (known) => (httpEffect) => Effect.map(httpEffect, (response) => redacted(known, response))),
  { global: true }
)
