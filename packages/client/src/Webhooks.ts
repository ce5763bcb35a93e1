/**
 * Verifies a webhook of Sluice and gives it its type: Standard Webhooks (https://www.standardwebhooks.com), HMAC-SHA256
 * over `<webhook-id>.<webhook-timestamp>.<body>`, with WebCrypto. Messages of the feed are verified alike.
 */
import type { webhooks } from "./OpenApi.ts"

/** The types that an endpoint can subscribe to. */
export type WebhookType = keyof webhooks

/** The body of a type's messages. */
export type WebhookBody<Type extends WebhookType> = webhooks[Type]["post"]["requestBody"]["content"]["application/json"]

interface Envelope<Type extends string, Body> {
  readonly type: Type
  /** `webhook-id`: the same each time the message is sent. Process each id once. */
  readonly id: string
  /** `webhook-sequence`: grows over all events. */
  readonly sequence: number
  /** `webhook-cause`: the timeline entry that a message about an order tells of. */
  readonly cause?: string
  readonly body: Body
}

/** The body of the message that `POST /v1/webhook-endpoints/{id}/test` sends. */
export interface TestBody {
  readonly id: string
  readonly type: "test"
  readonly createdAt: string
  readonly message: string
}

/** A verified message, discriminated by `type`. */
export type WebhookMessage =
  | { readonly [Type in WebhookType]: Envelope<Type, WebhookBody<Type>> }[WebhookType]
  | Envelope<"test", TestBody>

/** The request was not sent by the holder of the secret, was changed on its way, or is too old. */
export class WebhookInvalid extends Error {
  override readonly name = "WebhookInvalid"
}

export interface WebhookRequest {
  /** Names in lower case, or `Headers`. */
  readonly headers: Headers | Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  /**
   * The body exactly as it was received, byte for byte; a body that was parsed and serialised again does not verify.
   */
  readonly body: string | Uint8Array
}

export interface VerifyOptions {
  /** The endpoint's `secret`, `whsec_…`; several during a rotation. */
  readonly secret: string | ReadonlyArray<string>
  /** The largest difference between `webhook-timestamp` and now, in seconds; default 300. */
  readonly toleranceSeconds?: number
  /** Epoch milliseconds; default now. */
  readonly now?: number
}

const headerOf = ({ headers }: WebhookRequest, name: string): string | undefined => {
  const value = headers instanceof Headers
    ? headers.get(name)
    : (headers as Readonly<Record<string, string | ReadonlyArray<string> | undefined>>)[name]
  return (typeof value === "string" ? value : value?.[0]) ?? undefined
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => {
  const binary = atob(base64)
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

const keyOf = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", bytesOf(secret.replace(/^whsec_/, "")), { name: "HMAC", hash: "SHA-256" }, false, [
    "verify"
  ])

const decoded = (signature: string): Uint8Array<ArrayBuffer> | undefined => {
  try {
    return bytesOf(signature)
  } catch {
    return undefined
  }
}

/** True if one of the signatures was made with the key. The comparison takes the same time wherever they differ. */
const isSigned = async (key: CryptoKey, content: Uint8Array<ArrayBuffer>, signatures: ReadonlyArray<string>) => {
  for (const one of signatures) {
    const signature = one.startsWith("v1,") ? decoded(one.slice(3)) : undefined
    if (signature !== undefined && await crypto.subtle.verify("HMAC", key, signature, content)) return true
  }
  return false
}

/**
 * Verifies a request and gives its message, whose body's type follows from `type`:
 *
 * ```ts
 * const message = await verifyWebhook({ headers: request.headers, body: await request.text() }, { secret })
 * if (message.type === "order.updated") console.log(message.body.changes)
 * ```
 *
 * Rejects with `WebhookInvalid`. A newer server may send types that this client's union does not have.
 */
export const verifyWebhook = async (request: WebhookRequest, options: VerifyOptions): Promise<WebhookMessage> => {
  const { now = globalThis.Date.now(), secret, toleranceSeconds = 300 } = options
  const id = headerOf(request, "webhook-id")
  const timestamp = headerOf(request, "webhook-timestamp")
  const signature = headerOf(request, "webhook-signature")
  const type = headerOf(request, "webhook-type")
  if (id === undefined || timestamp === undefined || signature === undefined || type === undefined) {
    throw new WebhookInvalid("webhook-id, webhook-timestamp, webhook-signature or webhook-type is missing")
  }
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= toleranceSeconds)) {
    throw new WebhookInvalid(`webhook-timestamp is more than ${toleranceSeconds} s away from this clock`)
  }
  const body = typeof request.body === "string" ? new TextEncoder().encode(request.body) : request.body
  const head = new TextEncoder().encode(`${id}.${timestamp}.`)
  const content = new Uint8Array(head.length + body.length)
  content.set(head)
  content.set(body, head.length)
  const signatures = signature.split(" ")
  const checks = await Promise.all(
    (typeof secret === "string" ? [secret] : secret).map(async (one) => isSigned(await keyOf(one), content, signatures))
  )
  if (!checks.includes(true)) throw new WebhookInvalid("webhook-signature was not made with this secret")
  const cause = headerOf(request, "webhook-cause")
  return {
    type,
    id,
    sequence: Number(headerOf(request, "webhook-sequence") ?? 0),
    ...(cause !== undefined && { cause }),
    body: JSON.parse(new TextDecoder().decode(body)) as unknown
  } as WebhookMessage
}
