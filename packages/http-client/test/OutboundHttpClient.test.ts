import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import * as OutboundHttpClient from "@sluice/http-client/node/OutboundHttpClient"
import { suite } from "@sluice/http-client/testing/OutboundSuite"
import { Layer, Result } from "effect"

const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8")))

suite("OutboundHttpClient", Layer.provide(OutboundHttpClient.layer({ guard }), NodeHttpClient.layerNodeHttp), {
  foreignParser: true
})
