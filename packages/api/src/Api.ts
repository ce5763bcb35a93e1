/** The HTTP API of Sluice: what `/openapi.json` describes, the server implements and `ApiClient` speaks. Section 7. */
import { HttpApi, OpenApi } from "effect/http-api"
import { AuthProvidersApi } from "./AuthProvidersApi.ts"
import { ConnectorsApi } from "./ConnectorsApi.ts"
import { CustomersApi } from "./CustomersApi.ts"
import { DeliveriesApi } from "./DeliveriesApi.ts"
import { EventsApi } from "./EventsApi.ts"
import { HealthApi } from "./HealthApi.ts"
import { OrdersApi } from "./OrdersApi.ts"
import { OverviewApi } from "./OverviewApi.ts"
import { PartnersApi } from "./PartnersApi.ts"
import { PipelinesApi } from "./PipelinesApi.ts"
import { PluginsApi } from "./PluginsApi.ts"
import { ProcessEventsApi } from "./ProcessEventsApi.ts"
import { Refusals } from "./Refusals.ts"
import { RetriesApi } from "./RetriesApi.ts"
import { SubscriptionsApi } from "./SubscriptionsApi.ts"
import { WebhookEndpointsApi } from "./WebhookEndpointsApi.ts"

export class Api extends HttpApi.make("sluice")
  .add(
    OrdersApi,
    ProcessEventsApi,
    RetriesApi,
    PipelinesApi,
    ConnectorsApi,
    AuthProvidersApi,
    PluginsApi,
    PartnersApi,
    HealthApi
  )
  .add(WebhookEndpointsApi, DeliveriesApi, EventsApi, CustomersApi, SubscriptionsApi, OverviewApi)
  .middleware(Refusals)
  .annotateMerge(OpenApi.annotations({
    title: "Sluice",
    version: "1",
    description: "Processes orders through pipelines of plugins that call other companies' systems. "
      + "Errors are RFC 9457 problems; lists answer `{ items, nextCursor }`."
  }))
{}
