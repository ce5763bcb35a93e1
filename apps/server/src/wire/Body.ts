/**
 * Reads a request's JSON body: at most 1 MiB, UTF-8, at most 64 levels deep, without losing a digit.
 * Contract: section 3, "Limits".
 */
import * as Problems from "@sluice/api/wire/Problems"
import { inTurns, largeLength, measured, turnFor } from "@sluice/domain/internal/json/LargeText"
import { parseSteps } from "@sluice/domain/internal/json/SteppedJson"
import { atOnce, type Steps } from "@sluice/domain/internal/json/Steps"
import { isObject, type Json, type JsonObject, JsonUnreadable, parse } from "@sluice/domain/json/Json"
import { ByteSize, Effect } from "effect"
import { HttpIncomingMessage, type HttpServerError, type HttpServerRequest } from "effect/http"
import { locate } from "./JsonFault.ts"

/** The largest size of a request's body, in bytes. */
export const maxBody = 1024 * 1024

const limit = ByteSize.mebibytes(1)
const utf8 = new TextDecoder("utf-8", { fatal: true })

const tooLarge = () =>
  new Problems.BodyTooLarge({ detail: "The body is over the limit of 1 MiB (1048576 bytes): send a smaller document" })

const invalid = (message: string) =>
  new Problems.InvalidRequest({ detail: `The body ${message}`, errors: [{ path: "", message }] })

/** The headers of a request, with lower-case names: Node's own, or the router's. */
export type SentHeaders = Readonly<Record<string, string | undefined>>

/** The method and headers of a request, as far as they describe a body. */
export interface Described {
  readonly headers: SentHeaders
}

/** True if the request announces a body that is not empty. */
export const isSent = ({ headers }: Described): boolean => {
  const { "content-length": length, "transfer-encoding": transfer } = headers
  return transfer !== undefined || (length !== undefined && length !== "0")
}

/** `application/json`, or any type with the suffix `+json`. */
const jsonType = /^\s*(?:application\/json|[\w!#$&^.-]+\/[\w!#$&^.+-]+\+json)\s*$/i

/** The fault of the headers that describe the body, if any. Contract: section 2, "A browser is not a client". */
export const mediaFault = (described: Described): string | undefined => {
  const contentType = described.headers["content-type"]
  if (contentType === "application/json" && described.headers["content-encoding"] === undefined) return undefined
  // A browser sends what a page hands it without a type, to any server.
  if (contentType === undefined) return isSent(described) ? "Content-Type is missing: send application/json" : undefined
  const [type = "", ...parameters] = contentType.split(";")
  if (!jsonType.test(type)) return `Content-Type is ${type.trim()}: send application/json`
  const charset = parameters.find((parameter) => /^\s*charset=/i.test(parameter))
  if (charset !== undefined && !/=\s*"?utf-?8"?\s*$/i.test(charset)) {
    return `Content-Type says${charset}: send UTF-8`
  }
  const encoding = described.headers["content-encoding"]
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    return `Content-Encoding is ${encoding}: send the body as it is`
  }
  return undefined
}

const unreadable = (text: string, { message }: JsonUnreadable): Problems.InvalidRequest => {
  if (text.trim() === "") return invalid("is empty: send a JSON document")
  return message.startsWith("nested")
    ? invalid(`is ${message}`)
    : invalid(`is not JSON: ${locate(text) ?? message}`)
}

const refused = (error: HttpServerError.HttpServerError) =>
  error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
    ? tooLarge()
    : invalid("ended before it was complete: send it again")

/** Reads the body as JSON of any type; `undefined` where it is empty. */
export const readOrNothing = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
  if (!isSent(request)) return undefined
  const text = yield* readText(request)
  return text === "" ? undefined : yield* parsed(text)
})

/** Reads the body as JSON of any type. */
export const read = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
  return yield* parsed(yield* readText(request))
})

function* readable(steps: Steps<Json>): Steps<Json | JsonUnreadable> {
  try {
    return yield* steps
  } catch (error) {
    return error as JsonUnreadable
  }
}

const parsed = Effect.fnUntraced(function*(text: string) {
  yield* turnFor(text.length)
  const read = text.length < largeLength
    ? atOnce(readable(parseSteps(text)))
    : yield* inTurns(readable(parseSteps(text)))
  if (!(read instanceof JsonUnreadable)) return measured(read, text.length)
  // A second, slower look.
  yield* turnFor(text.length)
  return yield* unreadable(text, read)
})

const readText = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
  const fault = mediaFault(request)
  if (fault !== undefined) return yield* new Problems.UnsupportedMediaType({ detail: fault })
  if (Number(request.headers["content-length"] ?? 0) > maxBody) return yield* tooLarge()
  const bytes = yield* request.arrayBuffer.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, limit),
    Effect.mapError(refused)
  )
  return yield* decoded(bytes)
})

const decoded = (bytes: ArrayBuffer | Uint8Array): Effect.Effect<string, Problems.InvalidRequest> => {
  try {
    return Effect.succeed(utf8.decode(bytes))
  } catch {
    return Effect.fail(invalid("is not UTF-8: send it in UTF-8"))
  }
}

/** Reads the body, which must be an object; an empty body is an empty object. */
export const readObjectOrNothing = Effect.fnUntraced(
  function*(request: HttpServerRequest.HttpServerRequest, what: string) {
    return isSent(request) ? yield* readObject(request, what) : {}
  }
)

/** Reads the body, which must be an object; `what` names it in a refusal. */
export const readObject = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest, what: string) {
  return yield* objectOf(yield* read(request), what)
})

const objectInTurns = Effect.fnUntraced(function*(bytes: Uint8Array, what: string) {
  return yield* objectOf(yield* parsed(yield* decoded(bytes)), what)
})

/** Most bodies are small: read in one go, without a generator for each. */
const objectAtOnce = (bytes: Uint8Array, what: string) =>
  Effect.flatMap(decoded(bytes), (text) => {
    try {
      return objectOf(parse(text), what)
    } catch (error) {
      return Effect.fail(unreadable(text, error as JsonUnreadable))
    }
  })

/**
 * Parses a body that was read before, which must be an object of at most 1 MiB; its headers were checked with {@link
 * mediaFault}.
 */
export const objectFrom = (bytes: Uint8Array, what: string): Effect.Effect<JsonObject, Problems.InvalidRequest> =>
  bytes.byteLength < largeLength
    ? Effect.suspend(() => objectAtOnce(bytes, what))
    : objectInTurns(bytes, what)

const objectOf = (body: Json, what: string): Effect.Effect<JsonObject, Problems.InvalidRequest> =>
  isObject(body) ? Effect.succeed(body) : Effect.fail(invalid(`must be a JSON object: ${what}`))
