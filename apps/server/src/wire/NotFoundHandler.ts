/** Requests that no endpoint takes, and what breaks outside of endpoints. */
import { Effect, type Layer } from "effect"
import { HttpRouter, type HttpRouter as Router, HttpServerError } from "effect/http"
import { unrouted } from "./KnownPaths.ts"
import { broken } from "./SchemaErrorHandler.ts"

/** The middleware of every route that answers requests for unknown paths, and failures outside of endpoints, with problems. */
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
