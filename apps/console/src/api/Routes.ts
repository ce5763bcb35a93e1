/**
 * Every endpoint of the API by its method and path. The types come from `@sluice/api`, and the table below must say
 * exactly what they say: a path that changes there does not compile here. Written out, so that none of the API's
 * schemas has to be loaded by a browser (75 KB compressed, measured; and they would be run over every answer).
 */
import type { Api } from "@sluice/api/Api"
import type { HttpApi, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"

type Groups = typeof Api extends HttpApi.HttpApi<infer _Id, infer Group> ? Group : never
type Endpoints<Group> = Group extends HttpApiGroup.HttpApiGroup<infer _Id, infer Endpoint, infer _Top> ? Endpoint
  : never

/** Every endpoint's declaration, by group and name. */
export type EndpointMap = {
  readonly [Group in Groups as Group["identifier"]]: {
    readonly [Endpoint in Endpoints<Group> as Endpoint["identifier"]]: Endpoint
  }
}

export type GroupName = keyof EndpointMap
export type EndpointName<G extends GroupName> = keyof EndpointMap[G]

export type Route<Method extends string = string, Path extends string = string> = readonly [method: Method, path: Path]

type RouteOf<Endpoint> = Endpoint extends HttpApiEndpoint.Top ? Route<Endpoint["method"], Endpoint["path"]> : never

export type RouteTable = {
  readonly [G in GroupName]: { readonly [E in EndpointName<G>]: RouteOf<EndpointMap[G][E]> }
}

export const routes: RouteTable = {
  orders: {
    submit: ["POST", "/v1/orders"],
    list: ["GET", "/v1/orders"],
    get: ["GET", "/v1/orders/:id"],
    edit: ["PATCH", "/v1/orders/:id"],
    history: ["GET", "/v1/orders/:id/history"],
    timeline: ["GET", "/v1/orders/:id/timeline"],
    why: ["GET", "/v1/orders/:id/why"],
    version: ["GET", "/v1/orders/:id/versions/:version"],
    process: ["POST", "/v1/orders/:id/process"]
  },
  processEvents: {
    list: ["GET", "/v1/process-events"],
    get: ["GET", "/v1/process-events/:id"],
    callout: ["GET", "/v1/process-events/:id/callouts/:calloutId"],
    stream: ["GET", "/v1/process-events/:id/stream"],
    cancel: ["POST", "/v1/process-events/:id/cancel"]
  },
  retries: {
    retry: ["POST", "/v1/process-events/:id/retry"],
    resolve: ["POST", "/v1/process-events/:id/steps/:stepId/resolve"]
  },
  issues: {
    list: ["GET", "/v1/issues"],
    get: ["GET", "/v1/issues/:id"],
    acknowledge: ["POST", "/v1/issues/:id/acknowledge"],
    resolve: ["POST", "/v1/issues/:id/resolve"],
    retry: ["POST", "/v1/issues/:id/retry"]
  },
  jobs: {
    cancelMany: ["POST", "/v1/process-events/cancel"],
    retryMany: ["POST", "/v1/process-events/retry"],
    resolveMany: ["POST", "/v1/process-events/resolve"],
    list: ["GET", "/v1/jobs"],
    get: ["GET", "/v1/jobs/:id"],
    items: ["GET", "/v1/jobs/:id/items"],
    cancel: ["POST", "/v1/jobs/:id/cancel"]
  },
  callbacks: { answer: ["POST", "/v1/callbacks/:token"] },
  pipelines: {
    list: ["GET", "/v1/pipelines"],
    get: ["GET", "/v1/pipelines/:id"],
    put: ["PUT", "/v1/pipelines/:id"],
    remove: ["DELETE", "/v1/pipelines/:id"],
    versions: ["GET", "/v1/pipelines/:id/versions"],
    pause: ["POST", "/v1/pipelines/:id/pause"],
    resume: ["POST", "/v1/pipelines/:id/resume"],
    version: ["GET", "/v1/pipelines/:id/versions/:version"],
    simulate: ["POST", "/v1/pipelines/:id/simulate"]
  },
  connectors: {
    list: ["GET", "/v1/connectors"],
    get: ["GET", "/v1/connectors/:id"],
    put: ["PUT", "/v1/connectors/:id"],
    remove: ["DELETE", "/v1/connectors/:id"],
    testConnection: ["POST", "/v1/connectors/:id/test"]
  },
  authProviders: {
    list: ["GET", "/v1/auth-providers"],
    get: ["GET", "/v1/auth-providers/:id"],
    put: ["PUT", "/v1/auth-providers/:id"],
    remove: ["DELETE", "/v1/auth-providers/:id"],
    testConnection: ["POST", "/v1/auth-providers/:id/test"]
  },
  webhookEndpoints: {
    list: ["GET", "/v1/webhook-endpoints"],
    create: ["POST", "/v1/webhook-endpoints"],
    get: ["GET", "/v1/webhook-endpoints/:id"],
    put: ["PUT", "/v1/webhook-endpoints/:id"],
    remove: ["DELETE", "/v1/webhook-endpoints/:id"],
    rotateSecret: ["POST", "/v1/webhook-endpoints/:id/rotate-secret"],
    test: ["POST", "/v1/webhook-endpoints/:id/test"],
    replay: ["POST", "/v1/webhook-endpoints/:id/replay"],
    feed: ["GET", "/v1/webhook-endpoints/:id/feed"],
    getReplay: ["GET", "/v1/webhook-endpoints/:id/replays/:replayId"],
    cancelReplay: ["POST", "/v1/webhook-endpoints/:id/replays/:replayId/cancel"]
  },
  apiKeys: {
    list: ["GET", "/v1/api-keys"],
    create: ["POST", "/v1/api-keys"],
    remove: ["DELETE", "/v1/api-keys/:id"]
  },
  access: { get: ["GET", "/v1/access"] },
  audit: {
    list: ["GET", "/v1/audit"],
    get: ["GET", "/v1/audit/:id"]
  },
  deliveries: {
    list: ["GET", "/v1/deliveries"],
    get: ["GET", "/v1/deliveries/:id"],
    redeliver: ["POST", "/v1/deliveries/:id/redeliver"]
  },
  personalData: {
    export: ["GET", "/v1/customers/:id/export"],
    erase: ["POST", "/v1/customers/:id/erase"]
  },
  plugins: { list: ["GET", "/v1/plugins"] },
  partners: {
    list: ["GET", "/v1/partners"],
    get: ["GET", "/v1/partners/:host"],
    put: ["PUT", "/v1/partners/:host"],
    reset: ["POST", "/v1/partners/:host/reset"]
  },
  eventTypes: { list: ["GET", "/v1/event-types"] },
  events: { report: ["POST", "/v1/events"] },
  customers: {
    list: ["GET", "/v1/customers"],
    get: ["GET", "/v1/customers/:id"]
  },
  subscriptions: {
    list: ["GET", "/v1/subscriptions"],
    get: ["GET", "/v1/subscriptions/:id"],
    history: ["GET", "/v1/subscriptions/:id/history"]
  },
  overview: { get: ["GET", "/v1/overview"] },
  health: {
    live: ["GET", "/health/live"],
    ready: ["GET", "/health/ready"]
  }
}
