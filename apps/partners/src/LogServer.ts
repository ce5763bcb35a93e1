/**
 * The control interface of the partners: the log over HTTP (`GET /log?partner=&order=&path=`, `DELETE /log`), every
 * partner's origin (`GET /partners`), all scripts at once (`GET /script`, `PUT /script` with `{ "<partner>": [items]
 * }`), and `POST /reset`, which restores the initial state.
 */
import { Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { listen, type ListenOptions } from "./PartnerServer.ts"
import { type LogFilter, RequestLog } from "./RequestLog.ts"
import { ScriptFault } from "./Script.ts"

/** The control interface of the partners. */
export interface Desk {
  readonly origins: Readonly<Record<string, string>>
  readonly scripts: () => Readonly<Record<string, ReadonlyArray<unknown>>>
  /** Replaces the scripts. Throws `ScriptFault` for an unknown partner or item, and changes nothing then. */
  readonly putScripts: (scripts: unknown) => void
  readonly reset: Effect.Effect<void>
}

const filterFrom = (parameters: URLSearchParams): LogFilter => {
  const [partner, order, path] = ["partner", "order", "path"].map((name) => parameters.get(name) ?? undefined)
  return {
    ...(partner === undefined ? {} : { partner }),
    ...(order === undefined ? {} : { order }),
    ...(path === undefined ? {} : { path })
  }
}

const usage = "Try GET /log, DELETE /log, GET /partners, GET /script, PUT /script or POST /reset"

const fault = (message: string) => HttpServerResponse.jsonUnsafe({ error: message }, { status: 400 })

/** Serves the control interface until the scope closes; returns its origin. */
export const serveLog = (desk: Desk, options: ListenOptions) =>
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
          return HttpServerResponse.jsonUnsafe(desk.origins)
        case "GET /script":
          return HttpServerResponse.jsonUnsafe(desk.scripts())
        case "PUT /script":
          return yield* Effect.flatMap(request.json, (scripts) =>
            Effect.try({
              try: () => desk.putScripts(scripts),
              catch: (error) => error instanceof ScriptFault ? error : new ScriptFault({ message: String(error) })
            })).pipe(
              Effect.match({
                onFailure: (error) => fault(error instanceof ScriptFault ? error.message : "the body is not JSON"),
                onSuccess: () => HttpServerResponse.empty()
              })
            )
        case "POST /reset":
          yield* desk.reset
          return HttpServerResponse.empty()
        default:
          return HttpServerResponse.jsonUnsafe({ error: usage }, { status: 404 })
      }
    }),
    options
  )
