/** Steps run by the engine over a journal in memory, against the local partners, over real sockets. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { AuthProvider } from "@sluice/domain/pipeline/AuthProvider"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import { isFinal } from "@sluice/domain/run/ProcessEvent"
import { Intake } from "@sluice/engine/commands/Intake"
import { calloutPlugin } from "@sluice/engine/plugins/builtin/CalloutPlugin"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Runs } from "@sluice/engine/runs/Runs"
import { Settings } from "@sluice/engine/settings/Settings"
import * as JournalMemory from "@sluice/engine/testing/JournalMemory"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import * as JsonataExpressions from "@sluice/expressions/JsonataExpressions"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { Credentials } from "@sluice/http-client/Credentials"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { salesforceCredentials } from "@sluice/partners/partner/salesforce/Salesforce"
import { zuoraCredentials } from "@sluice/partners/partner/zuora/Zuora"
import { Partners } from "@sluice/partners/Partners"
import { RequestLog } from "@sluice/partners/RequestLog"
import { salesforceV3 } from "@sluice/plugins/SalesforceV3"
import { zuora } from "@sluice/plugins/Zuora"
import { Effect, Layer, Redacted, Result } from "effect"
import { Digest } from "effect/crypto"
import { HttpClient, HttpClientRequest } from "effect/http"

export const step = (name: string, id: string, options: JsonObject): Step => ({
  name,
  id,
  active: true,
  scope: {},
  options
})

const provider = (
  name: string,
  origin: string,
  tokenPath: string,
  { clientId, clientSecret }: typeof zuoraCredentials
): AuthProvider => ({
  name,
  domain: new URL(origin).host,
  type: "oauth2ClientCredentials",
  tokenUrl: origin + tokenPath,
  clientId,
  clientSecret: Redacted.make(clientSecret)
})

const engine = (steps: (origins: Readonly<Record<string, string>>) => ReadonlyArray<Step>) =>
  Layer.unwrap(Effect.map(Partners, ({ origins }) => {
    const pipeline: Pipeline = {
      name: "test",
      version: 1,
      match: {},
      priority: 0,
      failedStatus: "Failed",
      steps: steps(origins),
      postProcessing: []
    }
    const settings = Layer.succeed(Settings, {
      current: () => ({
        pipelines: [pipeline],
        connectors: [],
        secrets: [],
        authProviders: [
          provider("zuora", origins["zuora"]!, "/oauth/token", zuoraCredentials),
          provider("salesforce", origins["salesforce"]!, "/services/oauth2/token", salesforceCredentials)
        ]
      }),
      pipeline: () => Effect.succeed(pipeline)
    })
    const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8")))
    return Intake.layer.pipe(
      Layer.provideMerge(Runs.layer()),
      Layer.provideMerge(JournalMemory.layerProcess),
      Layer.provide([
        settings,
        JsonataExpressions.layer(),
        Plugins.layer([calloutPlugin, salesforceV3, zuora]),
        Digest.layerWebCrypto,
        Credentials.layerMemory
      ]),
      Layer.provide(OutboundUndici.layer({ guard }))
    )
  }))

/** Fresh partners, and a pipeline of these steps. */
export const bench = (steps: (origins: Readonly<Record<string, string>>) => ReadonlyArray<Step>) =>
  Effect.provide(
    engine(steps).pipe(
      Layer.provideMerge(Layer.mergeAll(JournalStore.layer, Partners.layer, NodeHttpClient.layerUndici))
    )
  )

export const order: JsonObject = {
  id: "o-1",
  orderType: "NEW_ORDER",
  source: "shop",
  customerId: "cust-1001",
  customerName: "Ada Lovelace",
  orderDate: "2026-03-01",
  total: { amount: 12.5, currency: "USD" },
  shippingAddress: { line1: "1 Main Street", postalCode: "62701", countryCode: "US" }
}

/** Submits an order and waits for the end of its run. */
export const run = Effect.fnUntraced(function*(members: JsonObject = {}) {
  const { submit } = yield* Intake
  const store = yield* JournalStore
  const receipt = yield* submit({ body: { ...order, ...members } })
  const stored = () => [...store.runs.values()].find(({ orderId }) => orderId === receipt.orderId)!
  yield* Effect.sleep("2 millis").pipe(Effect.repeat({ until: () => isFinal(stored().state) }))
  const ended = stored()
  return {
    state: ended.state,
    steps: ended.steps,
    records: ended.callouts.map(({ record }) => record),
    order: store.orders.get(receipt.orderId)!.versions.at(-1)!.order
  }
})

/** Scripts the partner's answers to its next requests. */
export const scripted = Effect.fnUntraced(function*(partner: string, words: ReadonlyArray<string>) {
  const { origins } = yield* Partners
  const response = yield* HttpClient.execute(
    HttpClientRequest.put(`${origins[partner]}/script`).pipe(HttpClientRequest.bodyText(JSON.stringify(words)))
  )
  if (response.status !== 204) return yield* Effect.die(yield* response.text)
})

/** The requests that a partner saw, its script aside. */
export const seen = Effect.fnUntraced(function*(partner: string, path?: string) {
  const entries = yield* (yield* RequestLog).entries({ partner, ...(path !== undefined && { path }) })
  return entries.filter((entry) => entry.path !== "/script")
})
