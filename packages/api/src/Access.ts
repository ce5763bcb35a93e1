/**
 * The role that each route requires and the audit's name for each change: one line an endpoint, by group and name,
 * typed by the API's own description, so that a new route without a line does not compile. Contract: section 2, "Roles"
 * and "Audit".
 */
import type { Action } from "@sluice/domain/access/Action"
import type { Need } from "@sluice/domain/access/Role"
import type { HttpApi, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import type { Api } from "./Api.ts"

type Groups = typeof Api extends HttpApi.HttpApi<infer _Id, infer Group> ? Group : never
type Endpoints<Group> = Group extends HttpApiGroup.HttpApiGroup<infer _Id, infer Endpoint, infer _Top> ? Endpoint
  : never

/**
 * The rule of a route. One that changes nothing names the role alone; one that changes something also names the action
 * for the audit. `unrecorded`: the route changes nothing that the audit records.
 */
export type Rule = Need | readonly [need: Need, action: Action | "unrecorded"]

type RuleOf<Endpoint> = Endpoint extends HttpApiEndpoint.Top
  ? Endpoint["method"] extends "GET" ? Need : readonly [need: Need, action: Action | "unrecorded"]
  : never

export type AccessTable = {
  readonly [Group in Groups as Group["identifier"]]: {
    readonly [Endpoint in Endpoints<Group> as Endpoint["identifier"]]: RuleOf<Endpoint>
  }
}

const settings = <const Kind extends "pipeline" | "connector" | "auth_provider" | "webhook_endpoint">(kind: Kind) =>
  ({
    list: "read",
    get: "read",
    put: ["admin", `${kind}.put`],
    remove: ["admin", `${kind}.delete`]
  }) as const

/** The changing routes that are recorded, as `<group>.<endpoint>`. */
export type ChangingRoute = {
  readonly [Group in keyof AccessTable]: {
    readonly [Endpoint in keyof AccessTable[Group] & string]: AccessTable[Group][Endpoint] extends string ? never
      : `${Group & string}.${Endpoint}`
  }[keyof AccessTable[Group] & string]
}[keyof AccessTable]

export const access: AccessTable = {
  orders: {
    // An order is its own record.
    submit: ["submit", "unrecorded"],
    list: "read",
    get: "lookup",
    edit: ["operate", "order.update"],
    history: "read",
    timeline: "read",
    why: "read",
    version: "read",
    process: ["operate", "order.process"]
  },
  events: { report: ["submit", "unrecorded"] },
  processEvents: {
    list: "read",
    get: "lookup",
    callout: "read",
    stream: "lookup",
    cancel: ["operate", "run.cancel"]
  },
  retries: {
    retry: ["operate", "run.retry"],
    resolve: ["operate", "step.resolve"]
  },
  jobs: {
    cancelMany: ["operate", "run.cancel_many"],
    retryMany: ["operate", "run.retry_many"],
    resolveMany: ["operate", "run.resolve_many"],
    list: "read",
    get: "read",
    items: "read",
    cancel: ["operate", "job.cancel"]
  },
  // The token is the key; the callback is its own record.
  callbacks: { answer: ["anyone", "unrecorded"] },
  issues: {
    list: "read",
    get: "read",
    acknowledge: ["operate", "issue.acknowledge"],
    resolve: ["operate", "issue.resolve"],
    retry: ["operate", "issue.retry"]
  },
  pipelines: {
    ...settings("pipeline"),
    versions: "read",
    pause: ["operate", "pipeline.pause"],
    resume: ["operate", "pipeline.resume"],
    version: "read",
    // Sends and stores nothing.
    simulate: ["read", "unrecorded"]
  },
  connectors: { ...settings("connector"), testConnection: ["operate", "connector.test"] },
  authProviders: { ...settings("auth_provider"), testConnection: ["operate", "auth_provider.test"] },
  webhookEndpoints: {
    ...settings("webhook_endpoint"),
    create: ["admin", "webhook_endpoint.create"],
    rotateSecret: ["admin", "webhook_endpoint.rotate_secret"],
    test: ["operate", "webhook_endpoint.test"],
    replay: ["operate", "webhook_endpoint.replay"],
    getReplay: "read",
    feed: "read",
    cancelReplay: ["operate", "job.cancel"]
  },
  apiKeys: { list: "admin", create: ["admin", "api_key.create"], remove: ["admin", "api_key.delete"] },
  access: { get: "read" },
  audit: { list: "admin", get: "admin" },
  deliveries: { list: "read", get: "read", redeliver: ["operate", "delivery.redeliver"] },
  eventTypes: { list: "read" },
  partners: { list: "read", get: "read", put: ["operate", "partner.update"], reset: ["operate", "partner.update"] },
  plugins: { list: "read" },
  customers: { list: "read", get: "read" },
  personalData: { export: "admin", erase: ["admin", "customer.erase"] },
  subscriptions: { list: "read", get: "read", history: "read" },
  overview: { get: "read" },
  health: { live: "anyone", ready: "anyone" }
}

/** The rule of an endpoint of the API. */
export const ruleOf = (group: string, endpoint: string): { readonly need: Need; readonly action?: Action } => {
  const rule = (access as Readonly<Record<string, Readonly<Record<string, Rule>>>>)[group]?.[endpoint]
  // Only an endpoint outside `Api` has no rule: it is for administrators.
  if (rule === undefined) return { need: "admin" }
  if (typeof rule === "string") return { need: rule }
  const [need, action] = rule
  return action === "unrecorded" ? { need } : { need, action }
}
