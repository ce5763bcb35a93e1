/**
 * Authenticates each request, before anything else reads it. Contract: sections 2 and 7.
 *
 * Without keys only this machine is served: a `Host` that is not a loopback name is refused on every path, so that a
 * page in a browser cannot reach the server under a name of its own (DNS rebinding). With keys, whatever is not listed
 * as open needs one; the list names paths exactly, so that no other spelling of a path slips past it. With keys or
 * without, a page of another origin may change nothing (`ForeignOrigin`), and every answer leaves with the headers of
 * `AnswerHeaders`.
 */
import { toIncomingMessage } from "@effect/platform-node/NodeHttpServerRequest"
import { Authorization } from "@sluice/api/wire/Authorization"
import * as Problems from "@sluice/api/wire/Problems"
import { allows, type Need } from "@sluice/domain/access/Role"
import { Clock, Context, DateTime, Effect, Layer, Metric, Option } from "effect"
import { HttpRouter, HttpServerRequest, type HttpServerResponse } from "effect/http"
import type { IncomingMessage } from "node:http"
import { hostOf, isLoopback } from "../config/Loopback.ts"
import { problemResponse } from "../wire/Answer.ts"
import type { SentHeaders } from "../wire/Body.ts"
import { isServed, unrouted } from "../wire/KnownPaths.ts"
import { forbid } from "./AccessControl.ts"
import * as AnswerHeaders from "./AnswerHeaders.ts"
import { Caller, type CallerIdentity, type Identified, identify, type Keys } from "./Caller.ts"
import { isForeignOrigin } from "./ForeignOrigin.ts"
import * as WrongKeys from "./WrongKeys.ts"

/** A key that does not let its sender in. */
type Refused = Exclude<Identified, { readonly _tag: "Valid" }>

export type Admission =
  | { readonly _tag: "Admitted"; readonly caller: CallerIdentity | undefined }
  /** The request has more than one line of a header on which its authentication depends. */
  | { readonly _tag: "Ambiguous"; readonly header: "Host" | "Authorization" }
  | { readonly _tag: "ForeignHost"; readonly host: string | undefined }
  | { readonly _tag: "ForeignOrigin"; readonly from: string }
  | { readonly _tag: "Unauthorized"; readonly sent: Refused }
  | { readonly _tag: "Forbidden"; readonly caller: CallerIdentity; readonly need: Need }
  | { readonly _tag: "NotServed" }

/** The routes that this process serves: a worker serves `pages` only, health and metrics among them. */
export type Serves = "everything" | "pages"

export interface Credentials {
  readonly method: string
  /** The request target as it was received, with its query. */
  readonly target: string
  readonly host: string | undefined
  /** The number of `Host` lines in the request. */
  readonly hostLines: number
  readonly authorization: string | undefined
  /** The number of `Authorization` lines in the request. */
  readonly authorizationLines: number
  readonly origin: string | undefined
  /** The header `Sec-Fetch-Site`. */
  readonly site: string | undefined
}

const openPaths: ReadonlySet<string> = new Set([
  "/",
  "/docs",
  "/openapi.json",
  "/health",
  "/health/live",
  "/health/ready"
])

/** Served by workers beside the open pages; needs a key where keys are set. */
const metricsPath = "/metrics"

/** Partners answer here with the token that their request carried. Section 6, "Waiting for a callback". */
const callbackPath = /^\/v1\/callbacks\/[^/]*$/

/** Answers whether `Host` is that of the address under which partners reach this server. */
const isPublic = (publicUrl: string | undefined, host: string | undefined): boolean => {
  const url = publicUrl === undefined ? null : URL.parse(publicUrl)
  return url !== null && host !== undefined && hostOf(host) !== undefined
    && URL.parse(`${url.protocol}//${host}`)?.host === url.host
}

/** Decides about a request by its headers and the keys alone. */
export const admission = (
  keys: Keys,
  serves: Serves = "everything",
  publicUrl?: string
) => {
  const isOwnHost = makeOwnHost()
  return (credentials: Credentials): Admission => decided(keys, serves, publicUrl, isOwnHost, credentials)
}

/** Recognises a `Host` of this machine. Clients of one address send the same, which is read once. */
const makeOwnHost = (): (host: string | undefined) => boolean => {
  let known: string | undefined
  return (host) => {
    if (host === undefined) return false
    if (host === known) return true
    const name = hostOf(host)
    const isOwn = name !== undefined && isLoopback(name)
    if (isOwn) known = host
    return isOwn
  }
}

const decided = (
  keys: Keys,
  serves: Serves,
  publicUrl: string | undefined,
  isOwnHost: (host: string | undefined) => boolean,
  credentials: Credentials
): Admission => {
  const { target, host, authorization, origin, site } = credentials
  // Proxies and servers disagree on which of two counts.
  if (credentials.hostLines > 1) return { _tag: "Ambiguous", header: "Host" }
  const areSet = keys.areSet()
  const [path = target] = target.split(/[?#]/, 1)
  if (!areSet && !(callbackPath.test(path) && isPublic(publicUrl, host))) {
    if (!isOwnHost(host)) return { _tag: "ForeignHost", host }
  }
  if (isForeignOrigin(credentials)) return { _tag: "ForeignOrigin", from: origin ?? `Sec-Fetch-Site: ${site}` }
  const isOpen = openPaths.has(path) || callbackPath.test(path)
  if (areSet && !isOpen && credentials.authorizationLines > 1) return { _tag: "Ambiguous", header: "Authorization" }
  const identified = areSet ? identify(keys, authorization) : undefined
  const caller = identified?._tag === "Valid" ? identified.caller : undefined
  if (identified !== undefined && !isOpen) {
    if (identified._tag !== "Valid") return { _tag: "Unauthorized", sent: identified }
    const { caller } = identified
    if (path === metricsPath && !allows(caller.roles, "read")) return { _tag: "Forbidden", caller, need: "read" }
  }
  return serves === "pages" && !openPaths.has(path) && path !== metricsPath
    ? { _tag: "NotServed" }
    : { _tag: "Admitted", caller }
}

/** Decides whether a request is admitted; made once for a server by {@link admission}. */
export type Decide = ReturnType<typeof admission>

const ambiguous = (header: "Host" | "Authorization") =>
  problemResponse(
    new Problems.InvalidRequest({
      detail: `The request has more than one ${header} line: send one`,
      errors: [{ path: header, message: "comes more than once: send one" }]
    })
  )

const foreignOrigin = (from: string, host: string | undefined) =>
  problemResponse(
    new Problems.ForeignOrigin({
      detail: `A page of another origin (${from}) may not change anything at ${host ?? "a server without a name"}: `
        + "send the request from this server's own pages or from a program; a proxy in front has to pass Host on as it came"
    })
  )

const mend = "send Authorization: Bearer <key> with one of SLUICE_API_KEYS, or one that was made with POST /v1/api-keys"

const unauthorizedDetail = (sent: Refused): string => {
  switch (sent._tag) {
    case "None":
      return `S${mend.slice(1)}`
    case "Wrong":
      return `The key is not one of this server's: ${mend}`
    case "Expired":
      return `The key "${sent.name}" expired at ${DateTime.formatIso(DateTime.makeUnsafe(sent.expiresAt))}: ${mend}`
  }
}

const unauthorized = (sent: Refused) =>
  problemResponse(new Problems.Unauthorized({ detail: unauthorizedDetail(sent) }), {
    "www-authenticate": sent._tag === "None"
      ? "Bearer realm=\"sluice\""
      : "Bearer realm=\"sluice\", error=\"invalid_token\""
  })

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

const nulInPath = problemResponse(
  new Problems.NotFound({ detail: "The path holds a NUL (%00), which no id and no name has" })
)

/** True for a path that names nothing, because PostgreSQL stores no NUL; it would refuse to look for one. */
const namesNothing = (target: string): boolean => /^[^?#]*%00/.test(target)

/** Counts the refusal; a wrong key may be one too many of its address. */
const refuseKey = Effect.fn("Authentication.refuseKey")(function*(
  refuse: WrongKeys.Refuse,
  sent: Refused,
  address: string
) {
  // A client with an expired key is not guessing keys.
  const refusal = sent._tag === "Wrong" ? refuse(address, yield* Clock.currentTimeMillis) : { status: 401 } as const
  yield* Metric.update(WrongKeys.refusals[refusal.status], 1)
  if (refusal.status === 401) return unauthorized(sent)
  if (refusal.isNews) {
    yield* Effect.logWarning(
      `API keys are guessed from ${address}: more than ${WrongKeys.wrongKeysAMinute} wrong ones in a minute`
    )
  }
  const { retryAfterSeconds } = refusal
  return problemResponse(
    new Problems.TooManyWrongKeys({
      detail: `More than ${WrongKeys.wrongKeysAMinute} wrong keys came from this address in a minute: `
        + `wait ${retryAfterSeconds} s, then send one of SLUICE_API_KEYS`,
      retryAfterSeconds
    })
  )
})

/** The lines of two headers. Node keeps the first and says nowhere but in the lines as they came that there are more. */
const linesOf = ({ rawHeaders }: Pick<IncomingMessage, "rawHeaders">) => {
  let hostLines = 0
  let authorizationLines = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    if (name.length === 4 && name.toLowerCase() === "host") hostLines++
    else if (name.length === 13 && name.toLowerCase() === "authorization") authorizationLines++
  }
  return { hostLines, authorizationLines }
}

/** The headers of a request on which its authentication depends, as they were received. */
export const credentialsOf = (
  source: Pick<IncomingMessage, "rawHeaders">,
  { headers, method, url }: { readonly headers: SentHeaders; readonly method: string; readonly url: string }
): Credentials => ({
  method,
  target: url,
  host: headers["host"],
  ...linesOf(source),
  authorization: headers["authorization"],
  origin: headers["origin"],
  site: headers["sec-fetch-site"]
})

/** A handler in front of the routes that needs no key: it serves pages without data. */
export type Open = (
  request: HttpServerRequest.HttpServerRequest
) => HttpServerResponse.HttpServerResponse | undefined

/** The middleware of every route that admits a request by its headers and its key, or refuses it. */
export const layer = (decide: Decide, open: Open) => {
  const refuse = WrongKeys.make()
  const refused = (
    decision: Exclude<Admission, { readonly _tag: "Admitted" }>,
    request: HttpServerRequest.HttpServerRequest
  ): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
    switch (decision._tag) {
      case "Ambiguous":
        return Effect.succeed(ambiguous(decision.header))
      case "ForeignHost":
        return Effect.succeed(foreignHost(decision.host))
      case "ForeignOrigin":
        return Effect.succeed(foreignOrigin(decision.from, request.headers["host"]))
      case "Forbidden":
        return forbid(decision.caller, decision.need)
      case "NotServed":
        return Effect.succeed(notServed)
      case "Unauthorized":
        return refuseKey(refuse, decision.sent, Option.getOrElse(request.remoteAddress, () => "nowhere"))
    }
  }
  return HttpRouter.middleware(
    (httpEffect) =>
      Effect.withFiber((fiber) => {
        const request = Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest)
        const decision = decide(credentialsOf(toIncomingMessage(request), request))
        const mayShow = decision._tag !== "ForeignHost" && decision._tag !== "Ambiguous"
        const page = mayShow ? open(request) : undefined
        if (page !== undefined) return Effect.succeed(AnswerHeaders.protect(page))
        const answered = () => {
          if (decision._tag !== "Admitted") return refused(decision, request)
          if (namesNothing(request.url)) return Effect.succeed(nulInPath)
          if (!isServed(request.method, request.url)) return Effect.succeed(unrouted(request))
          const { caller } = decision
          return caller === undefined ? httpEffect : Effect.provideService(httpEffect, Caller, caller)
        }
        return Effect.map(answered(), AnswerHeaders.protect)
      }),
    { global: true }
  )
}

/**
 * The middleware that the API declares for routes that need a key; it has nothing to do, since `layer` has
 * authenticated the request before.
 */
export const authorizationLayer: Layer.Layer<Authorization> = Layer.succeed(Authorization, {
  bearer: (httpEffect) => httpEffect
})
