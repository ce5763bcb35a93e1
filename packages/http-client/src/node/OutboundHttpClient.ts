/**
 * Outbound HTTP over any `HttpClient` of `effect/http`, for those who bring their own. Slower than `OutboundUndici`, and
 * weaker in three ways that this interface does not let one mend:
 * - The guard refuses literal addresses and metadata names only. Which address a name leads to is the client's business,
 *   so a partner's name may still point into a private network: keep such a client behind a proxy that forbids that.
 * - It takes no TLS identity (`tls`): such a request is blocked.
 * - `sent` and `onSending` err on the safe side: `sent` is `false` only where the error shows that no connection was
 *   made, and every request that is not blocked is called sending.
 *
 * The client must not follow redirects and must not retry.
 * Contract: section 5.
 */
import { Deferred, Effect, Layer, Stream } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import type { AddressGuard } from "../AddressGuard.ts"
import { announcedLengthOf, BoundedBody, defaultMaxBytes } from "../connection/BoundedBody.ts"
import { identityFaults } from "../connection/ClientTls.ts"
import { neverConnected, outboundError } from "../connection/NetworkFailure.ts"
import { sendable } from "../connection/RequestHeaders.ts"
import {
  Outbound,
  type OutboundError,
  type OutboundRequest,
  type OutboundResponse,
  OutboundTimedOut,
  OutboundUnreachable,
  OutboundUnreadable
} from "../Outbound.ts"

export interface OutboundHttpClientOptions {
  readonly guard: AddressGuard
  /** True if the client decodes content codings itself, as clients over `fetch` do. Default: false. */
  readonly decodesBodies?: boolean | undefined
}

export const layer = (options: OutboundHttpClientOptions): Layer.Layer<Outbound, never, HttpClient.HttpClient> =>
  Layer.effect(
    Outbound,
    Effect.map(HttpClient.HttpClient, (client) => {
      // Closing the scope aborts what has not been read to its end.
      const scoped = HttpClient.withScope(client)
      return {
        refuse: options.guard.refuseUrl,
        refuseTls: identityFaults,
        exchange: (request) =>
          Effect.suspend(() => {
            const refusal = options.guard.refuseUrl(request.url) ?? refuseHeaders(request.headers)
              ?? (request.tls === undefined ? undefined : noIdentity)
            if (refusal !== undefined) {
              return Effect.fail(new OutboundUnreachable({ code: "blocked", message: refusal, sent: false }))
            }
            request.onSending?.()
            return exchange(scoped, request, options.decodesBodies ?? false)
          })
      }
    })
  )

const exchange = (
  client: ReturnType<typeof HttpClient.withScope<HttpClientError.HttpClientError, never>>,
  request: OutboundRequest,
  decodesBodies: boolean
): Effect.Effect<OutboundResponse, OutboundError> => {
  const url = new URL(request.url)
  // Some clients would send them.
  url.username = ""
  url.password = ""
  return client.execute(requestTo(url, request)).pipe(
    Effect.mapError((error) => failure(url, error, undefined)),
    Effect.flatMap((response) => read(url, response, request.maxBytes ?? defaultMaxBytes, decodesBodies)),
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
    // The request brings its own `traceparent`.
    Effect.provideService(HttpClient.TracerPropagationEnabled, false),
    Effect.scoped,
    Effect.timeoutOrElse({
      duration: request.timeoutMs,
      orElse: () => Effect.fail(new OutboundTimedOut({ sent: true }))
    })
  )
}

const requestTo = (url: URL, { body, headers, method }: OutboundRequest): HttpClientRequest.HttpClientRequest => {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body
  const request = HttpClientRequest.make(method as "POST")(url)
  return (bytes === undefined
    ? request
    : HttpClientRequest.setBody(request, HttpBody.raw(bytes, { contentLength: bytes.byteLength })))
    .pipe(HttpClientRequest.setHeaders(sendable(headers)))
}

const read = (
  url: URL,
  response: HttpClientResponse.HttpClientResponse,
  maxBytes: number,
  decodesBodies: boolean
): Effect.Effect<OutboundResponse, OutboundError> =>
  Effect.suspend(() => {
    const { headers, status } = response
    if (status < 200) {
      // The client gave up HTTP for what an upgrade leads to, although none was asked for.
      return Effect.fail(
        new OutboundUnreadable({ message: `${url.host} answered ${status} and nothing else`, sent: true })
      )
    }
    const announcedLength = announcedLengthOf(headers)
    const answer = Deferred.makeUnsafe<OutboundResponse, OutboundError>()
    let wake: (() => void) | undefined
    const contentEncoding = decodesBodies ? undefined : headers["content-encoding"]
    const body = new BoundedBody({ announcedLength, contentEncoding }, maxBytes, {
      onBody: (bytes, truncated) =>
        Deferred.doneUnsafe(
          answer,
          Effect.succeed({
            status,
            headers: { ...headers },
            body: bytes,
            truncated,
            ...(announcedLength !== undefined && { announcedLength })
          })
        ),
      onBodyError: (error) =>
        Deferred.doneUnsafe(
          answer,
          Effect.fail(
            new OutboundUnreadable({
              message: `${url.host} sent a body that cannot be decompressed: ${error.message}`,
              sent: true,
              status
            })
          )
        ),
      onDrain: () => wake?.()
    })
    const drained = Effect.callback<void>((resume) => {
      wake = () => resume(Effect.void)
    })
    const fill = Stream.runForEach(response.stream, (chunk) =>
      Effect.suspend(() => body.write(chunk) ? Effect.void : drained)).pipe(
        Effect.mapError((error) =>
          failure(url, error, status)
        ),
        Effect.andThen(Effect.sync(() => body.end())),
        Effect.andThen(Effect.never)
      )
    return Effect.raceFirst(Deferred.await(answer), fill).pipe(Effect.ensuring(Effect.sync(() => body.destroy())))
  })

const failure = (url: URL, { reason }: HttpClientError.HttpClientError, status: number | undefined): OutboundError => {
  const cause = "cause" in reason ? reason.cause : reason
  return outboundError(cause, { host: url.host, sent: !neverConnected(cause), status })
}

/** Sent without it, the request would trust or show another identity than was asked for. */
const noIdentity = "The request cannot be sent: this client takes no TLS identity"

/** Node's clients throw on these, outside of Effect. */
const refuseHeaders = (headers: OutboundRequest["headers"]): string | undefined => {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      return `The request cannot be sent: invalid ${name} header`
    }
  }
  return undefined
}
