/**
 * The request of a delivery: address, headers and body, by the settings in force. The dispatcher sends it;
 * `DeliveryPreview` shows it before that. Contract: section 9.
 */
import { messageId } from "@sluice/domain/identity/Ids"
import { ofOrder, spanIdOf, traceparent } from "@sluice/domain/identity/TraceSpan"
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { redactUrl } from "@sluice/domain/internal/redaction/UrlSecrets"
import type { Authentication } from "@sluice/domain/pipeline/AuthProvider"
import type { TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import { redacted, type Redactor } from "@sluice/domain/redaction/Redaction"
import { exportType } from "@sluice/domain/webhook/Delivery"
import type { DeliveredCallout } from "@sluice/domain/webhook/OutgoingMessage"
import { secretBytes, signingSecretForm } from "@sluice/domain/webhook/SigningSecret"
import type { WebhookEndpoint } from "@sluice/domain/webhook/WebhookEndpoint"
import { inForce, Signature, signatureHeaders } from "@sluice/http-client/Signature"
import { Data, Effect, Redacted, Result } from "effect"
import { defaultDelaysMs } from "./DeliverySchedule.ts"
import type { ClaimedDelivery, StepTarget } from "./DeliveryStore.ts"
import { Destinations } from "./Destinations.ts"
import * as Preparation from "./Preparation.ts"

/** The time for an endpoint's whole answer, in milliseconds. */
export const timeoutMs = 15_000

/** An attempt at the call of a step. */
export interface AttemptedCallout {
  /** The UUID of its record. */
  readonly id: string
  readonly of: DeliveredCallout
  readonly idempotencyKey: string
}

export interface AttemptRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly authentication: Authentication | undefined
  readonly tls: TlsIdentity | undefined
  readonly timeoutMs: number
  readonly body: Uint8Array
  /** Present if the message is the call of a step. */
  readonly callout?: AttemptedCallout
}

export type DeliveryRequest = Data.TaggedEnum<{
  /** `isChanged`: the body is not the message's own, and is to be kept before it is sent. */
  Ready: { readonly request: AttemptRequest; readonly isChanged: boolean; readonly delaysMs: ReadonlyArray<number> }
  /** The endpoint's filter leaves the message out. */
  Filtered: {}
  /** Nothing can be sent, which counts as a failed attempt. */
  Unprepared: { readonly code: string; readonly message: string; readonly delaysMs: ReadonlyArray<number> }
  /** The endpoint is not among the settings. */
  EndpointUnknown: {}
}>
export const DeliveryRequest = Data.taggedEnum<DeliveryRequest>()

/** The address and headers that may be shown; credentials that are looked up only for sending read `[redacted]`. */
export const shown = (
  { authentication, headers, url }: Pick<AttemptRequest, "url" | "headers" | "authentication">,
  redactor: Redactor
): { readonly url: string; readonly headers: Readonly<Record<string, string>> } => ({
  url: redactUrl(redactor.text(url)),
  headers: redactor.headers(authentication === undefined ? headers : { authorization: redacted, ...headers })
})

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const servicesOf = Effect.gen(function*() {
  const destinations = yield* Destinations
  const signature = yield* Signature
  const prepare = yield* Preparation.make
  return { destinations, prepare, signature }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

/** The request to an endpoint: what its settings make of the message. */
const toEndpoint = Effect.fnUntraced(
  function*({ destinations, prepare, signature }: Services, delivery: ClaimedDelivery, endpoint: WebhookEndpoint) {
    const delaysMs = endpoint.delaysMs ?? defaultDelaysMs
    if (endpoint.unreadable !== undefined) {
      // Nothing is sent without the endpoint's secrets. The body that its template makes is not fixed by this attempt.
      const code = endpoint.payload === undefined ? "destination" : "payload"
      return DeliveryRequest.Unprepared({ code, message: endpoint.unreadable, delaysMs })
    }
    const prepared = yield* prepare(delivery, endpoint)
    if (prepared._tag === "Filtered") return DeliveryRequest.Filtered()
    if (prepared._tag === "Failed") {
      const message = destinations.redactor().text(prepared.message)
      return DeliveryRequest.Unprepared({ code: prepared.code, message, delaysMs })
    }
    const { body, changed } = prepared
    const signatures = yield* signatureHeaders(
      signature,
      messageId(delivery.messageId),
      body,
      (now) => inForce(endpoint.secrets, now)
    )
    return DeliveryRequest.Ready({
      request: {
        method: "POST",
        url: endpoint.url,
        headers: {
          "content-type": "application/json",
          "user-agent": "Sluice/1",
          ...lowerCased(endpoint.headers),
          ...signatures,
          "webhook-type": delivery.type,
          "webhook-sequence": String(delivery.sequence),
          ...(delivery.cause !== undefined && { "webhook-cause": delivery.cause })
        },
        authentication: endpoint.authentication,
        tls: endpoint.authentication?.type === "unreadable" ? undefined : endpoint.authentication?.tls,
        timeoutMs,
        body
      },
      isChanged: changed,
      delaysMs
    })
  }
)

/** The request that a step left, with the credentials of the moment. */
const toTarget = Effect.fnUntraced(
  function*({ destinations, signature }: Services, delivery: ClaimedDelivery, target: StepTarget) {
    const delaysMs = defaultDelaysMs
    const found = yield* Effect.result(destinations.credentials(target))
    if (Result.isFailure(found)) {
      return DeliveryRequest.Unprepared({ code: "destination", message: found.failure.message, delaysMs })
    }
    const { authentication, headers, signingSecret, tls, url } = found.success
    if (signingSecret !== undefined && secretBytes(Redacted.value(signingSecret)) === undefined) {
      const message = `signingSecret ${signingSecretForm}`
      return DeliveryRequest.Unprepared({ code: "destination", message, delaysMs })
    }
    // Exports and callouts are what a step would send; anything else is a webhook, and shows no secrets.
    const isExport = delivery.type === exportType
    const { callout } = target
    const isSentAsIs = isExport || callout !== undefined || delivery.frozen
    const body = isSentAsIs ? delivery.body : destinations.redactor().bytes(delivery.body)
    const attempted = callout && { id: newUuidUnsafe(), of: callout, idempotencyKey: target.idempotencyKey }
    const signatures = signingSecret === undefined
      ? {}
      : yield* signatureHeaders(signature, target.idempotencyKey, body, () => [signingSecret])
    return DeliveryRequest.Ready({
      request: {
        method: callout?.method ?? "POST",
        url,
        headers: {
          ...(body.byteLength > 0 && { "content-type": "application/json" }),
          ...lowerCased(target.headers),
          ...lowerCased(headers),
          ...(isExport && {
            "x-delivery-count": String(delivery.attempts + 1),
            "x-max-delivery-count": String(delaysMs.length)
          }),
          "idempotency-key": target.idempotencyKey,
          ...(attempted !== undefined && delivery.orderId !== undefined && {
            traceparent: traceparent({ ...ofOrder(delivery.orderId), spanId: spanIdOf(attempted.id) })
          }),
          ...signatures
        },
        authentication,
        tls,
        timeoutMs: target.timeoutMs,
        body,
        ...(attempted !== undefined && { callout: attempted })
      },
      isChanged: body !== delivery.body,
      delaysMs
    })
  }
)

export const make = Effect.gen(function*() {
  const services = yield* servicesOf
  const { destinations } = services
  return (delivery: ClaimedDelivery): Effect.Effect<DeliveryRequest> => {
    if (delivery.target !== undefined) return toTarget(services, delivery, delivery.target)
    const endpoint = delivery.endpointId === undefined ? undefined : destinations.endpoint(delivery.endpointId)
    return endpoint === undefined
      ? Effect.succeed(DeliveryRequest.EndpointUnknown())
      : toEndpoint(services, delivery, endpoint)
  }
})
