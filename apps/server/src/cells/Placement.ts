/**
 * The cells to which each route's requests go, one line for each endpoint, typed by the API's own description, so that
 * a new route without a line does not compile. Contract: section 11.
 */
import { Api } from "@sluice/api/Api"
import type { HttpApi, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"

/**
 * The cells that a route reads or changes.
 * - `settings`: written and answered by cell 0; a key with a tenant reads its own cell's copy and writes nothing.
 * - `keys`: managed keys, which are cell 0's and no tenant's.
 * - `submit`: goes to the cell of the caller's tenant.
 * - `tested`: the same, and cell 0 for a caller that submits nothing.
 * - `found`: asks the cell that the id names, then the others.
 * - `listed`: a list of every cell, merged.
 * - `shared`: one thing whose parts lie in several cells, under one id.
 * - `everywhere`: acts in every cell under one id.
 * - `token`: the cell that the token names, and no other.
 * - `anywhere`: the same in every cell.
 * - the others: routes with a merge of their own.
 */
export type Placement =
  | "settings"
  | "keys"
  | "submit"
  | "tested"
  | "found"
  | "listed"
  | "shared"
  | "everywhere"
  | "token"
  | "anywhere"
  | "overview"
  | "partners"
  | "partner"
  | "feed"
  | "simulate"
  | "health"
  | "person"
  | "personExport"
  | "pipelineDeletion"

type Groups = typeof Api extends HttpApi.HttpApi<infer _Id, infer Group> ? Group : never
type Endpoints<Group> = Group extends HttpApiGroup.HttpApiGroup<infer _Id, infer Endpoint, infer _Top> ? Endpoint
  : never

type Table = {
  readonly [Group in Groups as Group["identifier"]]: {
    readonly [Endpoint in Endpoints<Group> as Endpoint["identifier"]]: Placement
  }
}

const settings = { list: "settings", get: "settings", put: "settings", remove: "settings" } as const

export const placements: Table = {
  orders: {
    submit: "submit",
    list: "listed",
    get: "found",
    edit: "found",
    history: "found",
    timeline: "found",
    why: "found",
    version: "found",
    process: "found"
  },
  events: { report: "submit" },
  processEvents: { list: "listed", get: "found", callout: "found", stream: "found", cancel: "found" },
  retries: { retry: "found", resolve: "found" },
  jobs: {
    cancelMany: "everywhere",
    retryMany: "everywhere",
    resolveMany: "everywhere",
    list: "listed",
    get: "shared",
    items: "listed",
    cancel: "shared"
  },
  callbacks: { answer: "token" },
  issues: { list: "listed", get: "found", acknowledge: "found", resolve: "found", retry: "found" },
  pipelines: {
    ...settings,
    remove: "pipelineDeletion",
    versions: "settings",
    pause: "settings",
    resume: "settings",
    version: "settings",
    simulate: "simulate"
  },
  connectors: { ...settings, testConnection: "tested" },
  authProviders: { ...settings, testConnection: "tested" },
  webhookEndpoints: {
    ...settings,
    create: "settings",
    rotateSecret: "settings",
    test: "tested",
    replay: "everywhere",
    getReplay: "shared",
    feed: "feed",
    cancelReplay: "shared"
  },
  apiKeys: { list: "keys", create: "keys", remove: "keys" },
  access: { get: "anywhere" },
  audit: { list: "listed", get: "found" },
  deliveries: { list: "listed", get: "found", redeliver: "found" },
  eventTypes: { list: "anywhere" },
  partners: { list: "partners", get: "partner", put: "settings", reset: "partner" },
  plugins: { list: "anywhere" },
  customers: { list: "listed", get: "found" },
  personalData: { export: "personExport", erase: "person" },
  subscriptions: { list: "listed", get: "found", history: "found" },
  overview: { get: "overview" },
  health: { live: "anywhere", ready: "health" }
}

export interface Placed {
  readonly placement: Placement
  readonly method: string
  /** The first parameter of the path, decoded: the id of the resource. */
  readonly id: string
}

interface Route {
  readonly method: string
  readonly pattern: RegExp
  readonly placement: Placement
  readonly literals: number
}

const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path.split("/").map((part) => part.startsWith(":") ? "([^/]+)" : part.replaceAll(".", "\\.")).join("/")}$`
  )

const literalsOf = (path: string): number => path.split("/").filter((part) => !part.startsWith(":")).length

const routes: ReadonlyArray<Route> = Object.entries(Api.groups).flatMap(([group, { endpoints }]) =>
  Object.entries(endpoints).map(([name, { method, path }]: [string, HttpApiEndpoint.Top]): Route => ({
    method,
    pattern: patternOf(path),
    placement: (placements as Readonly<Record<string, Readonly<Record<string, Placement>>>>)[group]?.[name] ??
      "anywhere",
    literals: literalsOf(path)
  }))
).toSorted((a, b) => b.literals - a.literals)

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** The route of a request; `undefined` if no endpoint takes it. */
export const placed = (method: string, target: string): Placed | undefined => {
  const [path = target] = target.split(/[?#]/, 1)
  const asked = method === "HEAD" ? "GET" : method
  for (const route of routes) {
    const found = route.method === asked ? route.pattern.exec(path) : null
    if (found !== null) return { placement: route.placement, method: asked, id: decoded(found[1] ?? "") }
  }
  return undefined
}
