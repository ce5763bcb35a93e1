/**
 * Answers requests that no endpoint takes, with 404, or with 405 and the methods that the path takes; and failures
 * outside of endpoints.
 */
import { Api } from "@sluice/api/Api"
import * as Problems from "@sluice/api/wire/Problems"
import { Effect, type Layer } from "effect"
import { HttpRouter, type HttpRouter as Router, HttpServerError, type HttpServerRequest } from "effect/http"
import { problemResponse } from "./Answer.ts"
import { broken } from "./SchemaErrorHandler.ts"

interface Route {
  readonly method: string
  readonly pattern: RegExp
}

/** Paths that are served beside the API. */
const pages = ["/", "/docs", "/openapi.json", "/metrics"]

const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path.split("/").map((part) => part.startsWith(":") ? "[^/]+" : part.replaceAll(".", "\\.")).join("/")}$`
  )

const routes: ReadonlyArray<Route> = [
  ...pages.map((path) => ({ method: "GET", pattern: patternOf(path) })),
  ...Object.values(Api.groups).flatMap((group) =>
    Object.values(group.endpoints).map(({ method, path }) => ({ method, pattern: patternOf(path) }))
  )
]

/** The methods that the path takes; none where it is unknown. */
export const allowedMethods = (target: string): ReadonlyArray<string> => {
  const [path = target] = target.split(/[?#]/, 1)
  const methods = new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))
  if (methods.has("GET")) methods.add("HEAD")
  return [...methods].toSorted()
}

const isDecodable = (path: string): boolean => {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

const unrouted = (request: HttpServerRequest.HttpServerRequest) => {
  const [path = request.url] = request.url.split(/[?#]/, 1)
  if (!isDecodable(path)) {
    const message = "has a % that no two hexadecimal digits follow: escape it as %25"
    return problemResponse(
      new Problems.InvalidRequest({
        detail: `The path ${message}`,
        errors: [{ path: "", message: `the path ${message}` }]
      })
    )
  }
  const allowed = allowedMethods(request.url)
  // A path that takes the method and was not routed has a segment that is longer than any id.
  return allowed.length === 0 || allowed.includes(request.method)
    ? problemResponse(new Problems.NotFound({ detail: `There is no ${path}: /docs lists the paths that there are` }))
    : problemResponse(
      new Problems.MethodNotAllowed({ detail: `${path} takes ${allowed.join(", ")}, not ${request.method}` }),
      { allow: allowed.join(", ") }
    )
}

/** Wraps every route. */
export const layer: Layer.Layer<
  | Router.Request<"Error", HttpServerError.HttpServerError>
  | Router.Request<"GlobalError", HttpServerError.HttpServerError>,
  never,
  Router.HttpRouter
> = HttpRouter.middleware<{ handles: HttpServerError.HttpServerError }>()(
  (httpEffect) =>
    httpEffect.pipe(
      Effect.catchIf(
        HttpServerError.isHttpServerError,
        (error) =>
          error.reason._tag === "RouteNotFound" ? Effect.succeed(unrouted(error.reason.request)) : broken(error)
      ),
      Effect.catchDefect(broken)
    ),
  { global: true }
)
