/**
 * Deliveries in this process, composed as the server composes them: events are stored as `POST /v1/events` stores them,
 * and the dispatcher sends, with all that is on by default: redaction, the address guard, lanes, rate limits.
 */
import { Destinations } from "@sluice/delivery/Destinations"
import { Dispatcher } from "@sluice/delivery/Dispatcher"
import * as Metrics from "@sluice/delivery/internal/Metrics"
import { MessageExpressionError, MessageExpressions } from "@sluice/delivery/MessageExpressions"
import { makeRedactor } from "@sluice/domain/redaction/Redaction"
import type { WebhookEndpoint } from "@sluice/domain/webhook/WebhookEndpoint"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { Credentials } from "@sluice/http-client/Credentials"
import * as MacNode from "@sluice/http-client/node/MacNode"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { Signature } from "@sluice/http-client/Signature"
import * as DeliveryStorePostgres from "@sluice/persistence/deliveries/DeliveryStorePostgres"
import { Effect, Layer, Result } from "effect"
import { secrets } from "./Secrets.ts"

const destinations = (endpoints: ReadonlyArray<WebhookEndpoint>) => {
  const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]))
  const redactor = makeRedactor(secrets)
  return Layer.succeed(Destinations, {
    endpoint: (id) => byId.get(id),
    credentials: ({ url }) => Effect.succeed({ url, headers: {} }),
    redactor: () => redactor
  })
}

/** No endpoint here has a filter or a template. */
const expressions = Layer.succeed(MessageExpressions, {
  evaluate: () => Effect.fail(new MessageExpressionError({ message: "none" }))
})

const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8")))

/** Sends while it is open. */
export const dispatching = (endpoints: ReadonlyArray<WebhookEndpoint>) =>
  Dispatcher.layer().pipe(
    Layer.provide(Metrics.store),
    Layer.provide(DeliveryStorePostgres.layer),
    Layer.provide([
      destinations(endpoints),
      expressions,
      Signature.layer.pipe(Layer.provide(MacNode.layer)),
      Credentials.layerMemory.pipe(Layer.provideMerge(OutboundUndici.layer({ guard })))
    ])
  )
