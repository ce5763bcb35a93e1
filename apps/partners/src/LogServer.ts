/**
 * The log over HTTP: `GET /log?partner=&order=&path=` gives `{ items: [...] }` in order of arrival, `DELETE /log` forgets
 * everything, `GET /partners` gives every partner's origin.
 */
import { Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { listen, type ListenOptions } from "./PartnerServer.ts"
import { type LogFilter, RequestLog } from "./RequestLog.ts"

const filterFrom = (parameters: URLSearchParams): LogFilter => {
  const [partner, order, path] = ["partner", "order", "path"].map((name) => parameters.get(name) ?? undefined)
  return {
    ...(partner === undefined ? {} : { partner }),
    ...(order === undefined ? {} : { order }),
    ...(path === undefined ? {} : { path })
  }
}

/** Serves the log until the scope closes; gives its origin. */
export const serveLog = (origins: Readonly<Record<string, string>>, options: ListenOptions) =>
  listen(
    Effect.gen(function*() {
      const log = yield* RequestLog
      const request = yield* HttpServerRequest.HttpServerRequest
      const url = new URL(request.url, "http://log")
      switch (`${request.method} ${url.pathname}`) {
        case "GET /log":
          return HttpServerResponse.jsonUnsafe({ items: yield* log.entries(filterFrom(url.searchParams)) })
        case "DELETE /log":
          yield* log.clear
          return HttpServerResponse.empty()
        case "GET /partners":
          return HttpServerResponse.jsonUnsafe(origins)
        default:
          return HttpServerResponse.jsonUnsafe({ error: "Try GET /log, DELETE /log or GET /partners" }, { status: 404 })
      }
    }),
    options
  )
