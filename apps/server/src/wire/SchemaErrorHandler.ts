/**
 * The rules of every endpoint: unknown query members are refused by name, and so is invalid input; the answer comes
 * within 5 s while the database is away, and says if a change may have been stored; any other failure is logged here
 * and answered with a problem without internal details. Contract: sections 7 and 10, promise 6.
 */
import { Refusals } from "@sluice/api/internal/wire/Refusals"
import { maxLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import * as WriteProgress from "@sluice/persistence/internal/sql/WriteProgress"
import { Context, Effect, Layer, Option, type Schema, SchemaAST, SchemaIssue } from "effect"
import { HttpRouter, HttpServerRequest, type HttpServerResponse } from "effect/http"
import { type HttpApiEndpoint, HttpApiError } from "effect/http-api"
import { atMost } from "../process/AnswerTimeout.ts"
import { type Problem, problemResponse } from "./Answer.ts"
import * as Body from "./Body.ts"

/** Endpoints that watch or wait by themselves, and set their own bounds. */
const unhurried: ReadonlySet<string> = new Set(["submit", "process", "stream", "simulate", "feed", "testConnection"])

/** The time after which a request is answered 503: below the 5 s that a client is promised. */
export const patience = "4500 millis"

const awaySeconds = 1

export const unavailable = (): Problems.Unavailable =>
  new Problems.Unavailable({ detail: "The database did not answer in time", retryAfterSeconds: awaySeconds })

/** The certain part about a change that was refused with 503, added to the reason. */
const certainty = ({ mayBeStored }: WriteProgress.WriteProgress): string =>
  mayBeStored() ? "; this may have been stored: repeat it with the same key" : "; nothing was stored. Try again"

/** `progress`: of a request that may change something. */
const withCertainty = (problem: Problem, progress: WriteProgress.WriteProgress | undefined): Problem =>
  problem instanceof Problems.Unavailable
    ? {
      ...fieldsOf(problem),
      detail: `${problem.detail ?? problem.title}${progress === undefined ? ". Try again" : certainty(progress)}`
    }
    : problem

const fieldsOf = ({ type, status, title, retryAfterSeconds }: Problems.Unavailable) => ({
  type,
  status,
  title,
  retryAfterSeconds
})

/** Methods that change nothing. */
const safe: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"])

const signaturesOf = (schema: Schema.Top | undefined): ReadonlyArray<SchemaAST.PropertySignature> => {
  const ast = schema === undefined ? undefined : SchemaAST.toType(schema.ast)
  return ast !== undefined && SchemaAST.isObjects(ast) ? ast.propertySignatures : []
}

const namesOf = (signatures: ReadonlyArray<SchemaAST.PropertySignature>): ReadonlySet<string> =>
  new Set(signatures.map(({ name }) => String(name)))

/** The members that an endpoint's query may have. */
const membersOf = ({ query }: HttpApiEndpoint.Top): ReadonlySet<string> => namesOf(signaturesOf(query))

/** The members of a query, or the parameters of a path, that are numbers. */
const numbersOf = (schema: Schema.Top | undefined): ReadonlySet<string> =>
  namesOf(signaturesOf(schema).filter(({ type }) => SchemaAST.isNumber(type)))

type Sent = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** The refusal of numbers that are not written in digits alone: `1e2`, `+5` and `0x10` are numbers to JavaScript only. */
const misspelled = (numbers: ReadonlySet<string>, sent: Sent): Problems.InvalidRequest | undefined => {
  const paths = [...numbers].filter((name) => {
    const value = sent[name]
    return typeof value === "string" && !/^\d+$/.test(value)
  })
  if (paths.length === 0) return undefined
  const errors = paths.map((path) => ({ path, message: words[path] ?? "must be a whole number in digits" }))
  return new Problems.InvalidRequest({
    detail: errors.map(({ message, path }) => `${path}: ${message}`).join("; "),
    errors
  })
}

const unknownMembers = (unknown: ReadonlyArray<string>, known: ReadonlySet<string>): Problems.InvalidRequest => {
  const mend = known.size === 0 ? "this path takes none" : `this path takes ${[...known].join(", ")}`
  return new Problems.InvalidRequest({
    detail: `Unknown query member ${unknown.join(", ")}: ${mend}`,
    errors: unknown.map((path) => ({ path, message: `is not a query member: ${mend}` }))
  })
}

/** True for a query with a `%` that starts no UTF-8 character: decoding would put U+FFFD in its place. */
const isUndecodable = (target: string): boolean => {
  const at = target.indexOf("?")
  if (at < 0 || !target.includes("%", at)) return false
  try {
    decodeURIComponent(target.slice(at))
    return false
  } catch {
    return true
  }
}

const undecodableQuery = new Problems.InvalidRequest({
  detail: "The query has a % that starts no character in UTF-8: escape it as %25",
  errors: [{ path: "", message: "the query has a % that starts no character in UTF-8: escape it as %25" }]
})

const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()

/** The conventional spelling of a header's name. */
const headerName = (name: string): string => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())

/** Replaces the schema's own words about numbers in strings. */
const words: Readonly<Record<string, string>> = {
  limit: `must be a whole number from 1 to ${maxLimit}`,
  version: "must be a whole number from 1 up",
  after: "must be a whole number from 0 up: the value of next",
  wait: "must be a whole number of seconds from 0 to 60"
}

const undecodable = (error: HttpApiError.HttpApiSchemaError): Problems.InvalidRequest => {
  const errors = formatIssues(error.cause.issue).issues.map((issue) => {
    const [segment = ""] = issue.path ?? []
    const name = String(typeof segment === "object" ? segment.key : segment)
    return { path: error.kind === "Headers" ? headerName(name) : name, message: words[name] ?? issue.message }
  })
  return new Problems.InvalidRequest({
    detail: errors.map(({ path, message }) => `${path}: ${message}`).join("; "),
    errors
  })
}

const isProblem = (error: unknown): error is Problem =>
  typeof error === "object" && error !== null && "type" in error && typeof error.type === "string"
  && error.type.startsWith("urn:sluice:problem:") && "status" in error

/** Turns any failure of a handler into a problem. */
const answer = (
  error: unknown,
  progress: WriteProgress.WriteProgress | undefined
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  if (isProblem(error)) return Effect.succeed(problemResponse(withCertainty(error, progress)))
  if (HttpApiError.HttpApiSchemaError.is(error) && error.kind !== "Body" && error.kind !== "ResponseHeaders") {
    return Effect.succeed(problemResponse(undecodable(error)))
  }
  return broken(error)
}

/** Logs a defect in full, and makes a 500 that shows none of it. */
export const broken = (defect: unknown): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.as(
    Effect.logError("a request failed", defect),
    problemResponse(new Problems.InternalFault({ detail: "The server failed; its log says why" }))
  )

/** An endpoint that takes no body ignores what one says, but not what it is. Contract: section 2. */
const withoutBody = <A, E, R>(httpEffect: Effect.Effect<A, E, R>) =>
  Effect.withFiber<
    A,
    E | Problems.InvalidRequest | Problems.BodyTooLarge | Problems.UnsupportedMediaType,
    R
  >((fiber) => {
    const request = Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest)
    return Body.isSent(request) ? Effect.andThen(Body.read(request), httpEffect) : httpEffect
  })

/** A handler's answer or, as a problem, its failure. */
const answered = <R>(
  handled: Handled<R>,
  progress: WriteProgress.WriteProgress | undefined
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> =>
  handled.pipe(
    Effect.catch((error) => answer(error, progress)),
    Effect.catchDefect(broken)
  )

type Handled<R> = Effect.Effect<HttpServerResponse.HttpServerResponse, unknown, R>

/** Answers a request that may change something; a refusal with 503 says whether the change may have been stored. */
export const answeredChange = <R>(
  handled: Handled<R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> =>
  Effect.suspend(() => {
    const progress = WriteProgress.make()
    return Effect.provideService(answered(handled, progress), WriteProgress.CurrentWriteProgress, progress)
  })

const paramsOf = (context: Context.Context<never>): Sent =>
  Context.getOption(context, HttpRouter.RouteContext).pipe(Option.match({
    onNone: () => ({}),
    onSome: ({ params }) => params
  }))

export const layer: Layer.Layer<Refusals> = Layer.succeed(Refusals, (httpEffect, { endpoint }) => {
  const known = membersOf(endpoint)
  const numbers = numbersOf(endpoint.query)
  const numbersInPath = numbersOf(endpoint.params)
  const hurried = unhurried.has(endpoint.identifier)
    ? httpEffect
    : httpEffect.pipe(atMost(patience, () => Effect.fail(unavailable())))
  const read = endpoint.payload.size > 0 ? hurried : withoutBody(hurried)
  const answering = safe.has(endpoint.method) ? answered(read, undefined) : answeredChange(read)
  return Effect.withFiber((fiber) => {
    const { url } = Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest)
    if (isUndecodable(url)) return Effect.succeed(problemResponse(undecodableQuery))
    const search = Context.getUnsafe(fiber.context, HttpServerRequest.ParsedSearchParams)
    let unknown: Array<string> | undefined
    for (const name in search) if (!known.has(name)) (unknown ??= []).push(name)
    if (unknown !== undefined) return Effect.succeed(problemResponse(unknownMembers(unknown, known)))
    const refusal = (numbers.size > 0 ? misspelled(numbers, search) : undefined)
      ?? (numbersInPath.size > 0 ? misspelled(numbersInPath, paramsOf(fiber.context)) : undefined)
    return refusal === undefined ? answering : Effect.succeed(problemResponse(refusal))
  })
})
