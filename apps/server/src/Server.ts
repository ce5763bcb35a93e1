/** Everything that is served, in the order in which a request passes it: authentication, the routes, the refusals. */
import { ApiReference } from "@sluice/api/reference/ApiReference"
import { Effect, Layer, type Scope } from "effect"
import { HttpMiddleware, HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import * as AccessControl from "./access/AccessControl.ts"
import * as Authentication from "./access/Authentication.ts"
import { KeysInForce } from "./access/KeysInForce.ts"
import * as Listener from "./access/Listener.ts"
import * as RedactedProblems from "./access/RedactedProblems.ts"
import { ConsoleFiles } from "./console/ConsoleFiles.ts"
import * as ConsolePages from "./console/ConsolePages.ts"
import * as AccessHttp from "./http/access/AccessHttp.ts"
import * as ApiKeysHttp from "./http/access/ApiKeysHttp.ts"
import * as AuditHttp from "./http/access/AuditHttp.ts"
import * as DeliveriesHttp from "./http/deliveries/DeliveriesHttp.ts"
import * as EventTypesHttp from "./http/deliveries/EventTypesHttp.ts"
import * as DocsPage from "./http/operations/DocsPage.ts"
import * as HealthHttp from "./http/operations/HealthHttp.ts"
import * as HomePage from "./http/operations/HomePage.ts"
import * as MetricsHttp from "./http/operations/MetricsHttp.ts"
import * as OverviewHttp from "./http/operations/OverviewHttp.ts"
import * as PartnersHttp from "./http/operations/PartnersHttp.ts"
import * as ResourcesHttp from "./http/operations/ResourcesHttp.ts"
import * as EventsHttp from "./http/orders/EventsHttp.ts"
import * as OrdersHttp from "./http/orders/OrdersHttp.ts"
import * as CallbacksHttp from "./http/runs/CallbacksHttp.ts"
import * as IssuesHttp from "./http/runs/IssuesHttp.ts"
import * as JobsHttp from "./http/runs/JobsHttp.ts"
import * as PersonalDataHttp from "./http/runs/PersonalDataHttp.ts"
import * as ProcessEventsHttp from "./http/runs/ProcessEventsHttp.ts"
import { ProcessEventStream } from "./http/runs/ProcessEventStream.ts"
import * as RetriesHttp from "./http/runs/RetriesHttp.ts"
import * as AuthProvidersHttp from "./http/settings/AuthProvidersHttp.ts"
import * as ConnectorsHttp from "./http/settings/ConnectorsHttp.ts"
import * as PipelinesHttp from "./http/settings/PipelinesHttp.ts"
import * as PluginsHttp from "./http/settings/PluginsHttp.ts"
import * as WebhookEndpointsHttp from "./http/settings/WebhookEndpointsHttp.ts"
import * as DirectIntake from "./intake/DirectIntake.ts"
import { EventReport } from "./intake/EventReport.ts"
import { OrderSubmission } from "./intake/OrderSubmission.ts"
import type { KnownSecrets } from "./telemetry/KnownSecrets.ts"
import { AcceptedResponse } from "./wire/AcceptedResponse.ts"
import * as NotFoundHandler from "./wire/NotFoundHandler.ts"
import * as SchemaErrorHandler from "./wire/SchemaErrorHandler.ts"

const handlers = Layer.mergeAll(
  OrdersHttp.layer,
  ProcessEventsHttp.layer,
  RetriesHttp.layer,
  CallbacksHttp.layer,
  JobsHttp.layer,
  IssuesHttp.layer,
  PipelinesHttp.layer,
  ConnectorsHttp.layer,
  AuthProvidersHttp.layer,
  PluginsHttp.layer,
  WebhookEndpointsHttp.layer,
  DeliveriesHttp.layer,
  EventTypesHttp.layer,
  EventsHttp.layer,
  ResourcesHttp.layer,
  PersonalDataHttp.layer,
  PartnersHttp.layer,
  OverviewHttp.layer,
  HealthHttp.layer,
  AccessHttp.layer,
  ApiKeysHttp.layer,
  AuditHttp.layer
).pipe(
  Layer.provide([
    SchemaErrorHandler.layer,
    AccessControl.layer,
    Authentication.authorizationLayer,
    ProcessEventStream.layer
  ])
)

const pages = Layer.mergeAll(
  HomePage.layer,
  MetricsHttp.layer,
  DocsPage.layer
)

export interface ServerOptions extends Listener.Address {
  readonly serves: Authentication.Serves
  /** The address under which partners reach this server. */
  readonly publicUrl: string | undefined
}

/** A worker has no API for the console to ask. */
const gate = (decide: Authentication.Decide, { serves }: ServerOptions) =>
  Layer.unwrap(
    Effect.map(ConsoleFiles, ({ built }) =>
      Authentication.layer(
        decide,
        (request) => built === undefined || serves === "pages" ? undefined : ConsolePages.answer(built, request)
      ))
  )

/** The routes for requests that were let in. */
const endpoints = Layer.mergeAll(
  HttpApiBuilder.layer(ApiReference, { openapiPath: "/openapi.json" }).pipe(Layer.provide(handlers)),
  pages
)

/** Accepts orders and events, for the routes and the direct path alike. */
export const intake = Layer.merge(OrderSubmission.layer, EventReport.layer).pipe(
  Layer.provideMerge(AcceptedResponse.layer)
)

/** Refusals of requests that no route answers. The first to be built is the outermost. */
const unrouted = NotFoundHandler.layer.pipe(Layer.provideMerge(RedactedProblems.layer))

/** The part of the server on one database that answers admitted requests. It needs `intake`. */
export const admitted = Layer.provideMerge(endpoints, unrouted)

/**
 * The router's configuration. An order's id has up to 128 characters, each up to 12 when it is escaped. A path has one
 * spelling, as in `KnownPaths`.
 */
export const routerConfig = {
  maxParamLength: 2048,
  caseSensitive: true,
  ignoreTrailingSlash: false,
  ignoreDuplicateSlashes: false
}

const decision = (options: ServerOptions) =>
  Effect.map(KeysInForce, ({ keys }) => Authentication.admission(keys, options.serves, options.publicUrl))

/** Serves `routes` behind the gate, and what `front` takes before; listens while its scope is open. */
const listening = <A, E, R>(
  routes: Layer.Layer<A, E, R>,
  decide: Authentication.Decide,
  options: ServerOptions,
  front: Effect.Effect<Listener.Front, never, Scope.Scope>
) =>
  HttpRouter.serve(
    routes.pipe(Layer.provideMerge(unrouted), Layer.provideMerge(gate(decide, options))),
    { disableLogger: true, disableListenLog: true, routerConfig }
  ).pipe(
    Layer.provide(Layer.succeed(HttpMiddleware.TracerDisabledWhen, () => true)),
    Layer.provideMerge(Listener.layer({ host: options.host, port: options.port }, front))
  )

/** The API and the pages of one database. */
export const layer = (options: ServerOptions) =>
  Layer.unwrap(Effect.gen(function*() {
    const decide = yield* decision(options)
    const services = yield* Effect.context<Layer.Success<typeof intake> | KnownSecrets>()
    return listening(endpoints, decide, options, Effect.provideContext(DirectIntake.make(decide), services))
  })).pipe(Layer.provide(intake))

/** A server with other routes behind the same authentication, and another handler of ordinary orders and events. */
export const layerOf = <A, E, R, Services>(
  routes: Layer.Layer<A, E, R>,
  options: ServerOptions,
  place: (decide: Authentication.Decide) => Effect.Effect<DirectIntake.Place, never, Services>
) =>
  Layer.unwrap(Effect.gen(function*() {
    const decide = yield* decision(options)
    const front = DirectIntake.front(yield* place(decide))
    return listening(routes, decide, options, front)
  }))
