/** The HTTP API of Sluice: what `/openapi.json` describes, the server implements and `ApiClient` speaks. Section 7. */
import { HttpApi, OpenApi } from "effect/http-api"
import { AccessApi } from "./access/AccessApi.ts"
import { ApiKeysApi } from "./access/ApiKeysApi.ts"
import { AuditApi } from "./access/AuditApi.ts"
import { DeliveriesApi } from "./operations/DeliveriesApi.ts"
import { HealthApi } from "./operations/HealthApi.ts"
import { OverviewApi } from "./operations/OverviewApi.ts"
import { PartnersApi } from "./operations/PartnersApi.ts"
import { CustomersApi } from "./orders/CustomersApi.ts"
import { EventsApi } from "./orders/EventsApi.ts"
import { OrdersApi } from "./orders/OrdersApi.ts"
import { SubscriptionsApi } from "./orders/SubscriptionsApi.ts"
import { CallbacksApi } from "./runs/CallbacksApi.ts"
import { IssuesApi } from "./runs/IssuesApi.ts"
import { JobsApi } from "./runs/JobsApi.ts"
import { PersonalDataApi } from "./runs/PersonalDataApi.ts"
import { ProcessEventsApi } from "./runs/ProcessEventsApi.ts"
import { RetriesApi } from "./runs/RetriesApi.ts"
import { AuthProvidersApi } from "./settings/AuthProvidersApi.ts"
import { ConnectorsApi } from "./settings/ConnectorsApi.ts"
import { PipelinesApi } from "./settings/PipelinesApi.ts"
import { PluginsApi } from "./settings/PluginsApi.ts"
import { WebhookEndpointsApi } from "./settings/WebhookEndpointsApi.ts"
import { EventTypesApi } from "./webhooks/EventTypesApi.ts"
import { AccessControl } from "./wire/AccessControl.ts"
import { Refusals } from "./wire/Refusals.ts"

export class Api extends HttpApi.make("sluice")
  .add(
    OrdersApi,
    ProcessEventsApi,
    RetriesApi,
    CallbacksApi,
    JobsApi,
    IssuesApi,
    PipelinesApi,
    ConnectorsApi,
    AuthProvidersApi,
    PluginsApi,
    PartnersApi,
    HealthApi
  )
  .add(
    AccessApi,
    ApiKeysApi,
    AuditApi,
    WebhookEndpointsApi,
    DeliveriesApi,
    EventTypesApi,
    EventsApi,
    CustomersApi,
    PersonalDataApi,
    SubscriptionsApi,
    OverviewApi
  )
  .middleware(Refusals)
  // Added last, asked first.
  .middleware(AccessControl)
  .annotateMerge(OpenApi.annotations({
    title: "Sluice",
    version: "1",
    description: "Processes orders through pipelines of plugins that call other companies' systems. "
      + "Errors are RFC 9457 problems; lists answer `{ items, nextCursor }`."
  }))
{}
