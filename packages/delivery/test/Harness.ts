/** The harness of the dispatcher's tests: a store in memory, scripted receivers, endpoints as values. */
import { Destinations } from "@sluice/delivery/Destinations"
import { Dispatcher } from "@sluice/delivery/Dispatcher"
import { MessageExpressionError, MessageExpressions } from "@sluice/delivery/MessageExpressions"
import * as DeliveryStoreMemory from "@sluice/delivery/testing/DeliveryStoreMemory"
import { makeRedactor } from "@sluice/domain/redaction/Redaction"
import type { WebhookEndpoint } from "@sluice/domain/webhook/WebhookEndpoint"
import { Credentials } from "@sluice/http-client/Credentials"
import { Signature } from "@sluice/http-client/Signature"
import * as OutboundMemory from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer, Redacted } from "effect"
import { Mac, SecureRandom } from "effect/crypto"
import { createHmac } from "node:crypto"

export const secretText = `whsec_${btoa("a secret of at least 24 bytes")}`

export const endpoint = (id: string, members: Partial<WebhookEndpoint> = {}): WebhookEndpoint => ({
  id,
  url: `https://${id}.example/hook`,
  types: ["*"],
  secrets: [{ secret: Redacted.make(secretText) }],
  headers: {},
  ordering: "perOrder",
  disabled: false,
  ...members
})

/** Signs at once, which the test clock would not wait for. */
export const signature = Signature.layer.pipe(
  Layer.provide(Mac.layerWebCryptoWith({ hmac: (_, key, data) => createHmac("sha256", key).update(data).digest() })),
  Layer.provide(SecureRandom.layerWebCrypto)
)

/** Names of members only; `!` fails: what delivery does with an expression is tested here, not JSONata. */
const expressions = Layer.succeed(MessageExpressions, {
  evaluate: (source, message) =>
    source.startsWith("!")
      ? Effect.fail(new MessageExpressionError({ message: `${source} failed` }))
      : Effect.succeed(message[source])
})

const destinations = (endpoints: ReadonlyArray<WebhookEndpoint>, secrets: ReadonlyArray<string>) => {
  const redactor = makeRedactor(secrets)
  return Layer.succeed(Destinations, {
    endpoint: (id) => endpoints.find((one) => one.id === id),
    credentials: ({ url }) => Effect.succeed({ url, headers: {} }),
    redactor: () => redactor
  })
}

export interface World {
  readonly endpoints: ReadonlyArray<WebhookEndpoint>
  readonly receive: OutboundMemory.OutboundScript
  readonly secrets?: ReadonlyArray<string>
}

/** A dispatcher over a store that is to be provided, as is what carries its requests. */
export const dispatcher = (endpoints: ReadonlyArray<WebhookEndpoint>, secrets: ReadonlyArray<string> = []) =>
  Dispatcher.layer({ grace: 0 }).pipe(
    Layer.provide([expressions, destinations(endpoints, secrets), signature, Credentials.layerMemory])
  )

/** A dispatcher and its store; what carries its requests is to be provided. */
export const dispatching = (endpoints: ReadonlyArray<WebhookEndpoint>, secrets: ReadonlyArray<string> = []) =>
  dispatcher(endpoints, secrets).pipe(Layer.provideMerge(DeliveryStoreMemory.layer))

/** A dispatcher, its store and its receivers. */
export const world = ({ endpoints, receive, secrets }: World) =>
  dispatching(endpoints, secrets).pipe(Layer.provideMerge(OutboundMemory.layer(receive)))

export const respond = OutboundMemory.respond
