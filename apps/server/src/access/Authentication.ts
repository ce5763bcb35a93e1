/**
 * Who is let in: decided once for every request, before anything else looks at it. Contract: sections 2 and 7.
 *
 * Without keys only this machine is served: a `Host` that is not a loopback name is refused on every path, so that a
 * page in a browser cannot reach the server under a name of its own (DNS rebinding). With keys, whatever is not listed
 * as open needs one; the list names paths exactly, so that no other spelling of a path slips past it.
 */
import { Authorization } from "@sluice/api/wire/Authorization"
import * as Problems from "@sluice/api/wire/Problems"
import { Context, Effect, Layer } from "effect"
import { HttpRouter, HttpServerRequest, type HttpServerResponse } from "effect/http"
import { type ApiKey, identify } from "../config/ApiKeys.ts"
import { hostOf, isLoopback } from "../config/Loopback.ts"
import { problemResponse } from "../wire/Answer.ts"

/** The name of the key that the request came with; `undefined` where no keys are set. */
export const Caller = Context.Reference<string | undefined>("@sluice/server/Gate/Caller", {
  defaultValue: () => undefined
})

export type Admission =
  | { readonly _tag: "Admitted"; readonly caller: string | undefined }
  | { readonly _tag: "ForeignHost"; readonly host: string | undefined }
  | { readonly _tag: "Unauthorized"; readonly sent: boolean }
  | { readonly _tag: "NotServed" }

/** What this process is for: `pages` is all that a worker has, health and metrics among them. */
export type Serves = "everything" | "pages"

export interface Credentials {
  /** The request target as it came, with its query. */
  readonly target: string
  readonly host: string | undefined
  readonly authorization: string | undefined
}

const openPaths: ReadonlySet<string> = new Set([
  "/",
  "/docs",
  "/openapi.json",
  "/health",
  "/health/live",
  "/health/ready"
])

/** What a worker serves beside the open pages; it needs a key where keys are set. */
const metricsPath = "/metrics"

/** The decision, which depends on nothing but the keys and the request's own words. */
export const admission = (
  keys: ReadonlyArray<ApiKey>,
  serves: Serves = "everything"
): (credentials: Credentials) => Admission => {
  const callerOf = identify(keys)
  return ({ target, host, authorization }) => {
    const [path = target] = target.split(/[?#]/, 1)
    const isOpen = openPaths.has(path)
    const caller = callerOf(authorization)
    if (keys.length === 0) {
      const name = host === undefined ? undefined : hostOf(host)
      if (name === undefined || !isLoopback(name)) return { _tag: "ForeignHost", host }
    } else if (caller === undefined && !isOpen) {
      return { _tag: "Unauthorized", sent: authorization !== undefined }
    }
    return serves === "pages" && !isOpen && path !== metricsPath ? { _tag: "NotServed" } : { _tag: "Admitted", caller }
  }
}

const unauthorized = (sent: boolean) =>
  problemResponse(
    new Problems.Unauthorized({
      detail: sent
        ? "The key is not one of SLUICE_API_KEYS: send Authorization: Bearer <key> with one that is"
        : "Send Authorization: Bearer <key> with one of SLUICE_API_KEYS"
    }),
    { "www-authenticate": sent ? "Bearer realm=\"sluice\", error=\"invalid_token\"" : "Bearer realm=\"sluice\"" }
  )

const foreignHost = (host: string | undefined) =>
  problemResponse(
    new Problems.ForeignHost({
      detail: `Host ${JSON.stringify(host ?? "")} is not a name of this machine's own: call 127.0.0.1 or localhost, `
        + "or set SLUICE_API_KEYS to serve others"
    })
  )

const notServed = problemResponse(
  new Problems.NotFound({ detail: "This process is a worker only: ask one whose SLUICE_ROLES hold api" })
)

/** What is answered in front of the routes, key or no key: pages that hold nothing. */
export type Open = (
  request: HttpServerRequest.HttpServerRequest
) => HttpServerResponse.HttpServerResponse | undefined

/** Stands before every route. */
export const layer = (keys: ReadonlyArray<ApiKey>, serves: Serves, open: Open) => {
  const decide = admission(keys, serves)
  return HttpRouter.middleware(
    (httpEffect) =>
      Effect.withFiber((fiber) => {
        const request = Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest)
        const decision = decide({
          target: request.url,
          host: request.headers["host"],
          authorization: request.headers["authorization"]
        })
        const page = decision._tag === "ForeignHost" ? undefined : open(request)
        if (page !== undefined) return Effect.succeed<HttpServerResponse.HttpServerResponse>(page)
        switch (decision._tag) {
          case "Admitted":
            return decision.caller === undefined
              ? httpEffect
              : Effect.provideService(httpEffect, Caller, decision.caller)
          case "NotServed":
            return Effect.succeed<HttpServerResponse.HttpServerResponse>(notServed)
          case "Unauthorized":
            return Effect.succeed<HttpServerResponse.HttpServerResponse>(unauthorized(decision.sent))
          case "ForeignHost":
            return Effect.succeed<HttpServerResponse.HttpServerResponse>(foreignHost(decision.host))
        }
      }),
    { global: true }
  )
}

/** The API declares that it needs a key; the gate has asked for it by the time an endpoint is reached. */
export const authorizationLayer: Layer.Layer<Authorization> = Layer.succeed(Authorization, {
  bearer: (httpEffect) => httpEffect
})
