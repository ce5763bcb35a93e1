/**
 * The direct path of intake: answers `POST /v1/orders` and `POST /v1/events` at Node's own request, with one fiber for
 * each, in front of the router. docs/adr/0003-direct-intake.md says why.
 *
 * It takes a request only if its head is an ordinary one, and takes it before anything of the body was read:
 *
 * | the head | path |
 * | --- | --- |
 * | not a POST, another target, a query | router |
 * | `Content-Type` that is refused, a body in chunks, empty, or above 1 MiB | router |
 * | the gate does not admit it, or its key lacks the role | router |
 * | `Expect`, `Upgrade` | router (Node tells of them by other events) |
 * | anything else | direct |
 *
 * So every refusal that depends on the head is the router's. What is refused after that is refused by the functions that
 * the routes use: `OrderSubmission`, `EventReport`, `Body`, `SchemaErrorHandler`.
 */
import { access } from "@sluice/api/internal/Access"
import * as Problems from "@sluice/api/wire/Problems"
import { allows, type Need } from "@sluice/domain/access/Role"
import { Effect, Exit, Fiber, type Scope } from "effect"
import { HttpServerError, type HttpServerResponse } from "effect/http"
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http"
import * as AnswerHeaders from "../access/AnswerHeaders.ts"
import { type Admission, credentialsOf, type Decide } from "../access/Authentication.ts"
import type { Front } from "../access/Listener.ts"
import { redacted } from "../access/RedactedProblems.ts"
import { atMost } from "../process/AnswerTimeout.ts"
import { KnownSecrets } from "../telemetry/KnownSecrets.ts"
import { problemResponse } from "../wire/Answer.ts"
import * as Body from "../wire/Body.ts"
import { answeredChange, patience, unavailable } from "../wire/SchemaErrorHandler.ts"
import * as EventReport from "./EventReport.ts"
import * as OrderSubmission from "./OrderSubmission.ts"

type Answered = Effect.Effect<HttpServerResponse.HttpServerResponse>

type Route = (headers: Body.SentHeaders, body: Uint8Array) => Answered

/** Node joins repeated headers, but for `Set-Cookie`, which no request obeys. */
const sent = (headers: IncomingHttpHeaders): Body.SentHeaders => headers as Body.SentHeaders

/** The length of a body that the direct path can take; `undefined` if the headers need the router. */
export const plainLength = (headers: Body.SentHeaders): number | undefined => {
  const { "content-length": announced, "transfer-encoding": transfer } = headers
  if (announced === undefined || transfer !== undefined || Body.mediaFault({ headers }) !== undefined) return undefined
  const length = Number(announced)
  return length > 0 && length <= Body.maxBody ? length : undefined
}

/** True if authentication and the key's roles allow the request. */
export const isAdmitted = (admission: Admission, need: Need): boolean =>
  admission._tag === "Admitted" && (admission.caller === undefined || allows(admission.caller.roles, need))

/** Hands the body over when all of it is there; a client that goes away before gets no answer. */
const collect = (request: IncomingMessage, take: (body: Buffer) => void): void => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => take(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
  // The connection was lost, which the response tells, too.
  request.on("error", () => {})
}

const write = (response: ServerResponse, { body, headers, status }: HttpServerResponse.HttpServerResponse): void => {
  if (response.destroyed || response.writableEnded) return
  response.writeHead(status, headers)
  response.end(body._tag === "Uint8Array" ? body.text ?? body.body : undefined)
}

/** The answer of a fiber that was interrupted: the process ends, or gives the cell to another one. */
const ended = problemResponse(
  new Problems.Unavailable({
    detail: "The process is ending: this may have been stored, repeat it with the same key",
    retryAfterSeconds: 1
  })
)

/** Answers in a fiber of the server's, which a client that goes away interrupts, as it does a route's. */
const respond = (fiber: Fiber.Fiber<HttpServerResponse.HttpServerResponse>, response: ServerResponse): void => {
  response.on("close", () => {
    if (!response.writableEnded) fiber.interruptUnsafe(undefined, HttpServerError.ClientAbort.annotation)
  })
  fiber.addObserver((exit) => write(response, Exit.isSuccess(exit) ? exit.value : ended))
}

const needs: Readonly<Record<string, Need>> = {
  "/v1/orders": access.orders.submit[0],
  "/v1/events": access.events.report[0]
}

/** The role that a request with an ordinary head needs; `undefined` where the router has to look at it. */
export const plainNeed = ({ headers, httpVersionMajor, method, url = "" }: IncomingMessage): Need | undefined =>
  method === "POST" && httpVersionMajor === 1 && Object.hasOwn(needs, url) && plainLength(sent(headers)) !== undefined
    ? needs[url]
    : undefined

/** Accepts orders and events whose caller was authenticated. */
export interface Intake {
  /** Starts a fiber without a parent, which answers the request. */
  readonly answer: (
    url: string,
    headers: Body.SentHeaders,
    body: Uint8Array
  ) => Fiber.Fiber<HttpServerResponse.HttpServerResponse>
}

/** Accepts with the services, and in the cell, of the effect that makes it. */
export const intake: Effect.Effect<
  Intake,
  never,
  OrderSubmission.OrderSubmission | EventReport.EventReport | KnownSecrets
> = Effect.map(
  Effect.all([OrderSubmission.OrderSubmission, EventReport.EventReport, KnownSecrets, Effect.context<never>()]),
  ([orders, events, known, context]) => {
    const run = Effect.runForkWith(context)
    const finished = (answer: Parameters<typeof answeredChange<never>>[0]): Answered =>
      Effect.map(answeredChange(answer), (response) => AnswerHeaders.protect(redacted(known, response)))
    const inTime = atMost(patience, () => Effect.fail(unavailable()))
    const order: Route = (headers, body) =>
      finished(orders.submit(headers, undefined, Body.objectFrom(body, OrderSubmission.asked)))
    const event: Route = (headers, body) =>
      finished(inTime(events.report(headers, Body.objectFrom(body, EventReport.asked))))
    return { answer: (url, headers, body) => run(url === "/v1/orders" ? order(headers, body) : event(headers, body)) }
  }
)

/** Selects the handler of a request; `undefined` leaves it to the router. */
export type Place = (request: IncomingMessage, need: Need) => Intake | undefined

/** Hands ordinary requests to the handler that `place` selects. The fibers end with the scope. */
export const front = (place: Place): Effect.Effect<Front, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => (request, response) => {
    const need = plainNeed(request)
    const taking = need && place(request, need)
    if (taking === undefined) return false
    const { headers, url = "" } = request
    collect(request, (body) => respond(Fiber.runIn(taking.answer(url, sent(headers), body), scope), response))
    return true
  })

/** The admission of the caller, if it has this role; `undefined` otherwise. */
export const admitted = (decide: Decide, request: IncomingMessage, need: Need): Admitted | undefined => {
  const { headers, method = "", url = "" } = request
  const admission = decide(credentialsOf(request, { headers: sent(headers), method, url }))
  return isAdmitted(admission, need) && admission._tag === "Admitted" ? admission : undefined
}

type Admitted = Extract<Admission, { readonly _tag: "Admitted" }>

/** The handler that accepts orders and events at Node's request. Its fibers end with the scope. */
export const make = (decide: Decide) =>
  Effect.flatMap(intake, (taking) => front((request, need) => admitted(decide, request, need) && taking))
