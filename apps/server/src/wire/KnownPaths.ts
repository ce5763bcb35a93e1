/**
 * The paths that are served, each in one spelling: as the API writes it, byte for byte, but for its parameters. The
 * router alone would also take another case, doubled and trailing slashes, and escaped letters, which the tables of
 * roles, tenants and the audit would not know. Contract: sections 2, 7 and 11.
 */
import { Api } from "@sluice/api/Api"
import * as Problems from "@sluice/api/wire/Problems"
import type { HttpServerRequest } from "effect/http"
import { problemResponse } from "./Answer.ts"

interface Route {
  readonly method: string
  readonly source: string
  readonly pattern: RegExp
}

/** Paths that are served beside the API. */
const pages = ["/", "/docs", "/openapi.json", "/metrics"]

const routeOf = (method: string, path: string): Route => {
  const source = path.split("/").map((part) => part.startsWith(":") ? "[^/]+" : part.replaceAll(".", "\\.")).join("/")
  return { method, source, pattern: new RegExp(`^${source}$`) }
}

const routes: ReadonlyArray<Route> = [
  ...pages.map((path) => routeOf("GET", path)),
  ...Object.values(Api.groups).flatMap((group) =>
    Object.values(group.endpoints).map(({ method, path }) => routeOf(method, path))
  )
]

/** All routes of a method in one pattern. */
const byMethod: ReadonlyMap<string, RegExp> = new Map(
  [...new Set(routes.map(({ method }) => method))].map((method) => [
    method,
    new RegExp(`^(?:${routes.filter((route) => route.method === method).map(({ source }) => source).join("|")})$`)
  ])
)

const pathOf = (target: string): string => target.split(/[?#]/, 1)[0] ?? target

/**
 * True if a route takes the method and the target's path, in the one spelling that it has. The method counts: an escaped
 * `/v1/process-events/%63ancel` is the id of a run to GET, and would be the router's route of a job to POST.
 */
export const isServed = (method: string, target: string): boolean =>
  byMethod.get(method === "HEAD" ? "GET" : method)?.test(pathOf(target)) === true

/** The methods that the path takes; none where it is unknown. */
export const allowedMethods = (target: string): ReadonlyArray<string> => {
  const path = pathOf(target)
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

/** The answer to a request that no endpoint takes: 404, or 405 with what the path does take. */
export const unrouted = (request: HttpServerRequest.HttpServerRequest) => {
  const path = pathOf(request.url)
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
